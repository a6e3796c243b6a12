//! Azure Blob Storage, as Azurite has it.

use std::process::Command;
use std::time::Duration;

use lifeboat_testkit::ports::free_port;
use lifeboat_testkit::process::Process;
use lifeboat_testkit::tools::tool;

use crate::support::{clean, run};
use crate::{Remote, does_everything};

/// The account and key that every Azurite has.
/// <https://learn.microsoft.com/azure/storage/common/storage-use-azurite#well-known-storage-account-and-key>
const ACCOUNT: &str = "devstoreaccount1";
const KEY: &str =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/// Makes the container `backups`, signed with the account's key.
const MAKE_CONTAINER: &str = r#"
import base64, email.utils, hashlib, hmac, sys, urllib.request
endpoint, account, key = sys.argv[1:]
date = email.utils.formatdate(usegmt=True)
text = ("PUT" + 12 * "\n" + f"x-ms-date:{date}\nx-ms-version:2021-08-06\n"
        f"/{account}/{account}/backups\nrestype:container")
digest = hmac.new(base64.b64decode(key), text.encode(), hashlib.sha256).digest()
signature = base64.b64encode(digest).decode()
headers = {"x-ms-date": date, "x-ms-version": "2021-08-06", "Content-Length": "0",
           "Authorization": f"SharedKey {account}:{signature}"}
url = endpoint + "/backups?restype=container"
urllib.request.urlopen(urllib.request.Request(url, method="PUT", headers=headers))
"#;

/// A running Azurite with the container `backups`.
struct Azurite {
    process: Process,
    endpoint: String,
}

impl Azurite {
    async fn start() -> Self {
        let port = free_port();
        let mut command = Command::new(tool("azurite-blob"));
        command.args(["--blobPort", &port.to_string()]).args([
            "--inMemoryPersistence",
            "--disableTelemetry",
            "--silent",
        ]);
        let azurite = Self {
            process: Process::spawn("azurite-blob", command),
            endpoint: format!("http://127.0.0.1:{port}/{ACCOUNT}"),
        };
        let made = async || {
            let arguments = ["-c", MAKE_CONTAINER, &azurite.endpoint, ACCOUNT, KEY];
            run(clean("python3").args(arguments)).code == Some(0)
        };
        azurite
            .process
            .wait_until("make a container", Duration::from_mins(1), made)
            .await;
        azurite
    }

    fn remote(&self) -> Remote {
        Remote {
            url: "az://backups/team/prometheus".to_owned(),
            variables: vec![("AZURE_STORAGE_ACCOUNT_KEY".to_owned(), KEY.to_owned())],
            options: Vec::new(),
        }
        .options(&format!(
            "--az-account {ACCOUNT} --az-endpoint {}",
            self.endpoint
        ))
    }
}

#[tokio::test]
async fn a_container_does_everything() {
    let azurite = Azurite::start().await;
    does_everything(&azurite.remote());

    let mut elsewhere = azurite.remote();
    elsewhere.url = "az://elsewhere".to_owned();
    elsewhere
        .run("backups list")
        .exits(1)
        .complains(&["hint: there is no such bucket; check az://elsewhere"]);
    let wrong = KEY.replace("Eby8", "AAAA");
    let ran = azurite
        .remote()
        .variable("AZURE_STORAGE_ACCOUNT_KEY", Some(&wrong))
        .options("--log-level trace")
        .run("backups list")
        .exits(1)
        .complains(&["hint: the storage account refuses the key; check AZURE_STORAGE_ACCOUNT_KEY"]);
    assert!(!ran.stderr.contains(&wrong), "{}", ran.stderr);
}

#[test]
fn an_account_is_needed() {
    let remote = Remote {
        url: "az://backups".to_owned(),
        variables: Vec::new(),
        options: Vec::new(),
    };
    remote
        .run("backups list")
        .exits(1)
        .complains(&["hint: name the storage account with --az-account"]);
}
