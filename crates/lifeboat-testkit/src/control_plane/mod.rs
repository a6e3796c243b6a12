//! A real Kubernetes control plane: etcd and kube-apiserver, and controllers and kwok if wanted.
//!
//! There is no scheduler and no node that runs anything: objects are stored, checked, watched and
//! given out as in any cluster, by the same programs. Statuses that an operator would write are
//! written by the test (see [`crate::kubernetes_objects`]).

mod audit;
mod builder;
mod certificates;
mod client;
mod controllers;
mod custom_resources;
mod discovery;
mod objects;
mod outage;
mod server;
mod users;
mod volsync_fork;

pub use audit::ApiRequest;
pub use builder::Builder;
pub use client::ApiAnswer;
pub use controllers::NODE;

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;

use tokio::sync::OnceCell;

use crate::folder::Folder;
use crate::process::Process;
use crate::tools::tool;
use certificates::Authority;
use client::Client;
use discovery::Discovery;
use server::ApiServer;

/// A control plane that runs until it is dropped, or until the test program ends.
#[derive(Debug)]
pub struct ControlPlane {
    // In the order in which they are dropped: clients first, the folder last.
    controllers: Vec<Process>,
    api_server: ApiServer,
    _etcd: Process,
    etcd_url: String,
    client: Client,
    discovery: Discovery,
    authority: Authority,
    /// By the name of the user.
    kubeconfigs: Mutex<HashMap<String, PathBuf>>,
    folder: Folder,
}

impl ControlPlane {
    /// How a control plane is to run.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Starts etcd and an API server, and waits until it is ready.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    /// The one control plane of this test program, with CloudNativePG's custom resource
    /// definitions and without controllers: for tests that keep to a namespace of their own, and
    /// neither stop it nor count on what lies outside of that namespace.
    pub async fn shared() -> &'static Self {
        static SHARED: OnceCell<ControlPlane> = OnceCell::const_new();
        SHARED
            .get_or_init(async || {
                let control_plane = Self::start().await;
                control_plane.install_custom_resource_definitions().await;
                control_plane
            })
            .await
    }

    /// Where the API server listens, such as `https://127.0.0.1:16443`.
    #[must_use]
    pub fn url(&self) -> String {
        self.api_server.url()
    }

    /// Where etcd listens, such as `http://127.0.0.1:12379`: for what would take too long by way of
    /// the API server, which reads and tells what is put there.
    #[must_use]
    pub fn etcd_url(&self) -> &str {
        &self.etcd_url
    }

    /// `kubectl` as an administrator, to be given arguments: for what a person would do.
    #[must_use]
    pub fn kubectl(&self) -> Command {
        let mut command = Command::new(tool("kubectl"));
        command
            .env("KUBECONFIG", self.administrators_kubeconfig())
            .env("HOME", self.folder.path());
        command
    }

    /// What the API server has logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        self.api_server.process().log()
    }

    /// The logs of the controllers and of kwok.
    #[must_use]
    pub fn controller_logs(&self) -> Vec<String> {
        self.controllers.iter().map(Process::log).collect()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}
