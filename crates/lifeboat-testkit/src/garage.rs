//! A real S3 server of one node: Garage, on loopback, in a folder of its own.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::http::{self, Answer};
use crate::ports::free_port;
use crate::process::Process;
use crate::s3::S3Bucket;
use crate::tools::tool;

const REGION: &str = "garage";
const READY_WITHIN: Duration = Duration::from_secs(30);
/// The key that every bucket of [`Garage::bucket`] is open to, in the form that Garage asks for.
const ACCESS_KEY_ID: &str = "GK000000000000000000000001";
const SECRET_ACCESS_KEY: &str = "0000000000000000000000000000000000000000000000000000000000000001";
const ADMIN_TOKEN: &str = "a-token-for-tests";

/// A Garage that runs until it is dropped, and its data with it.
#[derive(Debug)]
pub struct Garage {
    process: Process,
    folder: TempDir,
    s3_port: u16,
    admin_port: u16,
}

impl Garage {
    /// Starts a node with its layout assigned and one key; it has no bucket yet.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir()
            .unwrap_or_else(|error| panic!("failed to make a folder for garage: {error}"));
        let [s3_port, rpc_port, admin_port] = [(); 3].map(|()| free_port());
        fs::write(
            folder.path().join("garage.toml"),
            configuration(folder.path(), s3_port, rpc_port, admin_port),
        )
        .unwrap_or_else(|error| panic!("failed to write the configuration of garage: {error}"));
        let garage = Self {
            process: spawn(folder.path()),
            folder,
            s3_port,
            admin_port,
        };
        garage.wait_until_ready().await;
        garage
    }

    async fn wait_until_ready(&self) {
        let url = format!("http://127.0.0.1:{}/health", self.admin_port);
        self.process.wait_for_http(&url, READY_WITHIN).await;
        // Healthy comes before the key is there: garage adds it in the background.
        let key = format!("GetKeyInfo?id={ACCESS_KEY_ID}");
        self.process
            .wait_until("add its key", READY_WITHIN, async || {
                self.call("GET", &key, &Value::Null).await.is_success()
            })
            .await;
    }

    /// Where S3 clients find it, path-style, such as `http://127.0.0.1:13900`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.s3_port)
    }

    /// Makes a bucket that the server's key may read and write.
    pub async fn bucket(&self, name: &str) -> S3Bucket {
        let created = self
            .admin("CreateBucket", &json!({ "globalAlias": name }))
            .await;
        let bucket = self.describe(name, ACCESS_KEY_ID, SECRET_ACCESS_KEY);
        self.allow(&created["id"], &bucket.access_key_id, true)
            .await;
        bucket
    }

    /// The same bucket with a new key that may only read: every write is answered with 403.
    pub async fn read_only(&self, bucket: &S3Bucket) -> S3Bucket {
        let key = self
            .admin("CreateKey", &json!({ "name": "read-only" }))
            .await;
        let read_only = self.describe(
            &bucket.bucket,
            text(&key, "accessKeyId"),
            text(&key, "secretAccessKey"),
        );
        let id = self.bucket_id(&bucket.bucket).await;
        self.allow(&id, &read_only.access_key_id, false).await;
        read_only
    }

    /// Limits a bucket to `bytes`; an upload beyond is answered with 403: a full store.
    pub async fn set_quota(&self, bucket: &S3Bucket, bytes: u64) {
        let id = self.bucket_id(&bucket.bucket).await;
        let quotas = json!({ "quotas": { "maxSize": bytes, "maxObjects": null } });
        self.admin(
            &format!("UpdateBucket?id={}", id.as_str().unwrap_or_default()),
            &quotas,
        )
        .await;
    }

    /// Ends the server at once (SIGKILL); its data stays.
    pub fn kill_9(&self) {
        self.process.kill_9();
    }

    /// Starts the server again after [`Garage::kill_9`], on the same ports and data.
    pub async fn restart(&mut self) {
        self.process.kill_9();
        self.process = spawn(self.folder.path());
        self.wait_until_ready().await;
    }

    /// What the server has logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        self.process.log()
    }

    fn describe(&self, bucket: &str, access_key_id: &str, secret_access_key: &str) -> S3Bucket {
        S3Bucket {
            endpoint: self.endpoint(),
            region: REGION.to_owned(),
            bucket: bucket.to_owned(),
            access_key_id: access_key_id.to_owned(),
            secret_access_key: secret_access_key.to_owned(),
        }
    }

    async fn bucket_id(&self, name: &str) -> Value {
        let action = format!("GetBucketInfo?globalAlias={name}");
        let answer = self.call("GET", &action, &Value::Null).await;
        self.checked(&action, &answer)["id"].clone()
    }

    async fn allow(&self, bucket_id: &Value, access_key_id: &str, write: bool) {
        let permissions = json!({ "read": true, "write": write, "owner": write });
        let request = json!({ "bucketId": bucket_id, "accessKeyId": access_key_id, "permissions": permissions });
        self.admin("AllowBucketKey", &request).await;
    }

    /// One call of the administration API v2.
    async fn admin(&self, action: &str, body: &Value) -> Value {
        let answer = self.call("POST", action, body).await;
        self.checked(action, &answer)
    }

    async fn call(&self, method: &str, action: &str, body: &Value) -> Answer {
        let url = format!("http://127.0.0.1:{}/v2/{action}", self.admin_port);
        let authorization = format!("Bearer {ADMIN_TOKEN}");
        http::request(
            method,
            &url,
            &[("authorization", &authorization)],
            body.to_string(),
        )
        .await
        .unwrap_or_else(|failure| {
            self.process
                .fail(&format!("did not answer: {}", failure.message))
        })
    }

    fn checked(&self, action: &str, answer: &Answer) -> Value {
        if !answer.is_success() {
            let what = format!(
                "answered {action} with {}: {}",
                answer.status,
                answer.text()
            );
            self.process.fail(&what);
        }
        answer.json()
    }
}

fn text<'value>(value: &'value Value, field: &str) -> &'value str {
    value[field]
        .as_str()
        .unwrap_or_else(|| panic!("garage's answer has no {field}: {value}"))
}

fn spawn(folder: &Path) -> Process {
    let mut command = Command::new(tool("garage"));
    command
        .arg("-c")
        .arg(folder.join("garage.toml"))
        .args(["server", "--single-node", "--default-access-key"])
        .env("GARAGE_DEFAULT_ACCESS_KEY", ACCESS_KEY_ID)
        .env("GARAGE_DEFAULT_SECRET_KEY", SECRET_ACCESS_KEY)
        .env("RUST_LOG", "garage=info")
        .env("NO_COLOR", "1");
    Process::spawn("garage", command)
}

/// With a root domain, so that `http://<bucket>.s3.localhost:<port>` works too, for clients that
/// address buckets by host name.
fn configuration(folder: &Path, s3_port: u16, rpc_port: u16, admin_port: u16) -> String {
    let folder = folder.display();
    format!(
        r#"metadata_dir = "{folder}/metadata"
data_dir = "{folder}/data"
db_engine = "lmdb"
replication_factor = 1
rpc_bind_addr = "127.0.0.1:{rpc_port}"
rpc_public_addr = "127.0.0.1:{rpc_port}"
rpc_secret = "{SECRET_ACCESS_KEY}"

[s3_api]
s3_region = "{REGION}"
api_bind_addr = "127.0.0.1:{s3_port}"
root_domain = ".s3.localhost"

[admin]
api_bind_addr = "127.0.0.1:{admin_port}"
admin_token = "{ADMIN_TOKEN}"
"#
    )
}
