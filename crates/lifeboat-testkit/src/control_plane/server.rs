//! The API server's process: its flags and files, and its start on the same port and data.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use super::certificates::{Authority, write_key_pair};
use crate::ports::free_port;
use crate::process::Process;
use crate::tools::tool;

/// A kube-apiserver that can be started again.
#[derive(Debug)]
pub(crate) struct ApiServer {
    process: Process,
    arguments: Vec<String>,
    log: PathBuf,
    audit_log: PathBuf,
    port: u16,
}

impl ApiServer {
    pub(crate) fn spawn(
        folder: &Path,
        authority: &Authority,
        etcd: &str,
        token: &str,
        more: &[String],
    ) -> Self {
        let port = free_port();
        let audit_log = folder.join("audit.log");
        let arguments = arguments(folder, authority, etcd, token, port, &audit_log)
            .into_iter()
            .chain(more.iter().cloned())
            .collect::<Vec<_>>();
        let log = folder.join("kube-apiserver.log");
        Self {
            process: start(&arguments, &log),
            arguments,
            log,
            audit_log,
            port,
        }
    }

    /// Ends it at once, if it still runs, and starts it again.
    pub(crate) fn start_again(&mut self) {
        self.process.kill_9();
        self.process = start(&self.arguments, &self.log);
    }

    pub(crate) fn process(&self) -> &Process {
        &self.process
    }

    pub(crate) fn audit_log(&self) -> &Path {
        &self.audit_log
    }

    pub(crate) fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }
}

fn start(arguments: &[String], log: &Path) -> Process {
    let mut command = Command::new(tool("kube-apiserver"));
    command.args(arguments);
    Process::spawn_shared("kube-apiserver", &command, log)
}

fn arguments(
    folder: &Path,
    authority: &Authority,
    etcd: &str,
    token: &str,
    port: u16,
    audit_log: &Path,
) -> Vec<String> {
    let server = authority.server();
    let (signing_key, public_key) = write_key_pair(folder, "service-accounts");
    let tokens = folder.join("tokens.csv");
    write(&tokens, &format!("{token},admin,admin,system:masters\n"));
    let policy = folder.join("audit-policy.yaml");
    let rules = json!({
        "apiVersion": "audit.k8s.io/v1",
        "kind": "Policy",
        "omitStages": ["RequestReceived"],
        "rules": [{ "level": "Metadata" }],
    });
    write(&policy, &rules.to_string());

    let path = |path: &Path| path.display().to_string();
    [
        ("etcd-servers", etcd.to_owned()),
        ("bind-address", "127.0.0.1".to_owned()),
        ("advertise-address", "127.0.0.1".to_owned()),
        ("secure-port", port.to_string()),
        ("endpoint-reconciler-type", "none".to_owned()),
        ("tls-cert-file", path(&server.certificate)),
        ("tls-private-key-file", path(&server.key)),
        ("client-ca-file", path(&authority.certificate())),
        ("token-auth-file", path(&tokens)),
        ("anonymous-auth", "false".to_owned()),
        ("authorization-mode", "RBAC".to_owned()),
        // It refuses pods as long as no controller has made the service account of their namespace.
        ("disable-admission-plugins", "ServiceAccount".to_owned()),
        (
            "service-account-issuer",
            "https://kubernetes.default.svc".to_owned(),
        ),
        ("service-account-signing-key-file", path(&signing_key)),
        ("service-account-key-file", path(&public_key)),
        ("service-cluster-ip-range", "10.0.0.0/24".to_owned()),
        ("audit-policy-file", path(&policy)),
        ("audit-log-path", path(audit_log)),
        ("audit-log-mode", "blocking".to_owned()),
        ("audit-log-maxsize", "0".to_owned()),
        ("profiling", "false".to_owned()),
        ("shutdown-delay-duration", "0s".to_owned()),
    ]
    .map(|(flag, value)| format!("--{flag}={value}"))
    .to_vec()
}

fn write(path: &Path, text: &str) {
    fs::write(path, text)
        .unwrap_or_else(|error| panic!("failed to write {}: {error}", path.display()));
}
