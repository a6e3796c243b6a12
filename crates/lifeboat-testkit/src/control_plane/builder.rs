//! How a control plane is to run, and its start.

use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

use super::ControlPlane;
use super::certificates::Authority;
use super::client::Client;
use super::controllers::{controller_manager, kwok};
use super::discovery::Discovery;
use super::server::ApiServer;
use crate::folder::Folder;
use crate::http;
use crate::ports::free_port;
use crate::process::Process;
use crate::tools::tool;

pub(super) const READY_WITHIN: Duration = Duration::from_mins(2);

/// How a control plane is to run.
#[derive(Clone, Debug, Default)]
pub struct Builder {
    controllers: bool,
    kwok: bool,
    api_server_flags: Vec<String>,
}

impl Builder {
    /// Runs kube-controller-manager too, with the controllers of CronJobs, Jobs, namespaces,
    /// service accounts, garbage collection and the time to live of finished Jobs. Those of
    /// Deployments and others don't run: their statuses are for the test to write.
    #[must_use]
    pub fn with_controllers(mut self) -> Self {
        self.controllers = true;
        self
    }

    /// Runs kwok too, which keeps one node, [`super::NODE`]. Pods on it start at once, and
    /// those of Jobs succeed at once. With the label `outcome`, they do otherwise: `fail` at
    /// once, or `hang` for ever.
    #[must_use]
    pub fn with_kwok(mut self) -> Self {
        self.kwok = true;
        self
    }

    /// More flags of kube-apiserver, which win over those that it gets anyway.
    #[must_use]
    pub fn api_server_flags<I: IntoIterator<Item = S>, S: Into<String>>(
        mut self,
        flags: I,
    ) -> Self {
        self.api_server_flags
            .extend(flags.into_iter().map(Into::into));
        self
    }

    /// Starts everything and waits until it is ready.
    pub async fn start(self) -> ControlPlane {
        let folder = Folder::new("control-plane");
        let authority = Authority::new(folder.path());
        let (etcd, etcd_url) = start_etcd(&folder).await;
        let token = format!("{:032x}", fastrand::u128(..));
        let api_server = ApiServer::spawn(
            folder.path(),
            &authority,
            &etcd_url,
            &token,
            &self.api_server_flags,
        );
        let client = Client::new(api_server.url(), token, authority.pem());
        let mut control_plane = ControlPlane {
            controllers: Vec::new(),
            api_server,
            _etcd: etcd,
            etcd_url,
            client,
            discovery: Discovery::default(),
            authority,
            kubeconfigs: Mutex::default(),
            folder,
        };
        control_plane.wait_until_ready().await;
        // For people who look around while a test waits.
        let _path = control_plane.administrators_kubeconfig();
        if self.controllers {
            let started = controller_manager(&control_plane).await;
            control_plane.controllers.push(started);
        }
        if self.kwok {
            let started = kwok(&control_plane).await;
            control_plane.controllers.push(started);
        }
        control_plane
    }
}

async fn start_etcd(folder: &Folder) -> (Process, String) {
    let [clients, peers] = [(); 2].map(|()| format!("http://127.0.0.1:{}", free_port()));
    let mut command = Command::new(tool("etcd"));
    command
        .arg("--data-dir")
        .arg(folder.path().join("etcd"))
        .args(["--name", "default"])
        .args(["--listen-client-urls", &clients])
        .args(["--advertise-client-urls", &clients])
        .args(["--listen-peer-urls", &peers])
        .args(["--initial-advertise-peer-urls", &peers])
        .args(["--initial-cluster", &format!("default={peers}")])
        // A test's data need not survive a failure of power.
        .args(["--unsafe-no-fsync", "--log-level", "warn"]);
    let process = Process::spawn_shared("etcd", &command, &folder.path().join("etcd.log"));
    let health = format!("{clients}/health");
    process
        .wait_until("become healthy", READY_WITHIN, async || {
            http::request("GET", &health, &[], "")
                .await
                .is_ok_and(|answer| answer.is_success() && answer.text().contains("\"true\""))
        })
        .await;
    (process, clients)
}

impl ControlPlane {
    pub(super) async fn wait_until_ready(&self) {
        self.api_server
            .process()
            .wait_until("become ready", READY_WITHIN, async || {
                self.client
                    .request("GET", "/readyz", None)
                    .await
                    .is_ok_and(|answer| answer.is_success())
            })
            .await;
    }
}
