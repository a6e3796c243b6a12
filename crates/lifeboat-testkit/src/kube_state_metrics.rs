//! A real kube-state-metrics, which turns the objects of a control plane into metrics.

use std::process::Command;
use std::time::Duration;

use crate::control_plane::ControlPlane;
use crate::ports::free_port;
use crate::process::Process;
use crate::tools::tool;

const READY_WITHIN: Duration = Duration::from_mins(1);

/// A kube-state-metrics that runs until it is dropped.
#[derive(Debug)]
pub struct KubeStateMetrics {
    process: Process,
    port: u16,
}

impl KubeStateMetrics {
    /// Starts one as an administrator, and waits until it is ready. It exports what it knows of
    /// CronJobs, Jobs, Deployments, nodes and pods.
    pub async fn start(control_plane: &ControlPlane) -> Self {
        let [port, own_port] = [(); 2].map(|()| free_port());
        let mut command = Command::new(tool("kube-state-metrics"));
        command
            .arg("--kubeconfig")
            .arg(control_plane.administrators_kubeconfig())
            .args(["--resources", "cronjobs,jobs,deployments,nodes,pods"])
            .args(["--host", "127.0.0.1", "--port", &port.to_string()])
            .args(["--telemetry-host", "127.0.0.1"])
            .args(["--telemetry-port", &own_port.to_string()]);
        let process = Process::spawn("kube-state-metrics", command);
        let ready = format!("http://127.0.0.1:{own_port}/readyz");
        process.wait_for_http(&ready, READY_WITHIN).await;
        Self { process, port }
    }

    /// Where Prometheus scrapes it, such as `127.0.0.1:18080`.
    #[must_use]
    pub fn target(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// What it has logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        self.process.log()
    }
}
