//! Outages of the API server: killed, hung, and back on the same port with the same data.

use std::time::Duration;

use super::ControlPlane;

const STOPS_WITHIN: Duration = Duration::from_mins(2);

impl ControlPlane {
    /// Ends the API server at once (SIGKILL): connections are reset, and new ones refused.
    pub fn kill_api_server(&self) {
        self.api_server.process().kill_9();
    }

    /// Stops the API server as a service manager does (SIGTERM), and waits for its end.
    pub async fn stop_api_server(&self) {
        let process = self.api_server.process();
        let status = process.terminate(STOPS_WITHIN).await;
        if !status.success() {
            process.fail(&format!("ended with {status} when it was stopped"));
        }
    }

    /// Starts the API server after it was stopped or killed: on the same port, with the same
    /// data. Waits until it is ready.
    pub async fn start_api_server(&mut self) {
        self.api_server.start_again();
        self.client.reconnect();
        self.wait_until_ready().await;
    }

    /// Makes the API server hang (SIGSTOP): connections stay open, and nothing is answered.
    pub fn hang_api_server(&self) {
        self.api_server.process().hang();
    }

    /// Lets an API server go on that hangs.
    pub fn unhang_api_server(&self) {
        self.api_server.process().go_on();
    }
}
