//! Starts a real control plane for trying things by hand: kube-apiserver, controllers, and pods that seem to run.
//!
//! `cargo run -p lifeboat-testkit --example control_plane` prints the kubeconfig and
//! where etcd listens, and serves until its input ends.
#![expect(clippy::print_stdout, reason = "a program for people")]

use std::io::{self, Read};

use lifeboat_testkit::control_plane::ControlPlane;

#[tokio::main]
async fn main() -> io::Result<()> {
    let control_plane = ControlPlane::builder().with_kwok().start().await;
    control_plane.install_custom_resource_definitions().await;
    println!("{}", control_plane.administrators_kubeconfig().display());
    println!("{}", control_plane.etcd_url());
    // Whoever started it ends it by closing its input.
    io::stdin().read_to_end(&mut Vec::new()).map(drop)
}
