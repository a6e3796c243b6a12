//! moto's S3 server, which knows what Garage does not: tags, storage classes, server-side encryption.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use url::Url;

use crate::http::{self, Answer};
use crate::ports::free_port;
use crate::process::Process;
use crate::s3::{S3Bucket, hermetic};
use crate::tools::tool;

const READY_WITHIN: Duration = Duration::from_mins(1);

/// moto refuses anonymous reads, and checks no signature.
const AUTHORIZATION: &str = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, \
                             SignedHeaders=host, Signature=0";

/// A moto server that runs until it is dropped. It keeps objects in memory and checks no signature.
#[derive(Debug)]
pub struct Moto {
    process: Process,
    port: u16,
}

/// What a store remembers of an object beside its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectFacts {
    /// Its storage class, absent for the default one (STANDARD).
    pub storage_class: Option<String>,
    /// `AES256` or `aws:kms`, if it is encrypted by the server.
    pub server_side_encryption: Option<String>,
    /// The KMS key, if one was named.
    pub kms_key_id: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

impl Moto {
    /// Starts a server without buckets.
    pub async fn start() -> Self {
        let port = free_port();
        let mut command = Command::new(tool("moto_server"));
        hermetic(&mut command).args(["-H", "127.0.0.1", "-p", &port.to_string()]);
        let moto = Self {
            process: Process::spawn("moto_server", command),
            port,
        };
        let url = format!("{}/moto-api/", moto.endpoint());
        moto.process.wait_for_http(&url, READY_WITHIN).await;
        moto
    }

    /// Where S3 clients find it, path-style, such as `http://127.0.0.1:13900`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Makes a bucket.
    pub async fn bucket(&self, name: &str) -> S3Bucket {
        self.call("PUT", &self.url(name, "", None)).await;
        S3Bucket {
            endpoint: self.endpoint(),
            region: "us-east-1".to_owned(),
            bucket: name.to_owned(),
            access_key_id: "test".to_owned(),
            secret_access_key: "test".to_owned(),
        }
    }

    /// Reads back how an object is kept.
    pub async fn object(&self, bucket: &S3Bucket, key: &str) -> ObjectFacts {
        let head = self
            .call("HEAD", &self.url(&bucket.bucket, key, None))
            .await;
        let header = |name: &str| head.header(name).map(str::to_owned);
        let tags = self
            .call("GET", &self.url(&bucket.bucket, key, Some("tagging")))
            .await
            .text();
        ObjectFacts {
            storage_class: header("x-amz-storage-class"),
            server_side_encryption: header("x-amz-server-side-encryption"),
            kms_key_id: header("x-amz-server-side-encryption-aws-kms-key-id"),
            tags: elements(&tags, "Key")
                .into_iter()
                .zip(elements(&tags, "Value"))
                .collect(),
        }
    }

    /// What the server has logged so far: one line a request.
    #[must_use]
    pub fn log(&self) -> String {
        self.process.log()
    }

    fn url(&self, bucket: &str, key: &str, query: Option<&str>) -> Url {
        let mut url = Url::parse(&self.endpoint())
            .unwrap_or_else(|error| panic!("the endpoint of moto is not a URL: {error}"));
        url.set_path(&format!("{bucket}/{key}"));
        url.set_query(query);
        url
    }

    async fn call(&self, method: &str, url: &Url) -> Answer {
        let answer = http::request(
            method,
            url.as_str(),
            &[("authorization", AUTHORIZATION)],
            "",
        )
        .await
        .unwrap_or_else(|failure| {
            self.process
                .fail(&format!("did not answer: {}", failure.message))
        });
        if !answer.is_success() {
            let what = format!(
                "answered {method} {url} with {}: {}",
                answer.status,
                answer.text()
            );
            self.process.fail(&what);
        }
        answer
    }
}

/// The texts of all elements `name` in a flat XML answer. A text that XML would have to escape
/// fails the test, because this does not undo escapes.
fn elements(xml: &str, name: &str) -> Vec<String> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    xml.split(&open)
        .skip(1)
        .filter_map(|rest| rest.split_once(&close))
        .map(|(text, _)| {
            assert!(
                !text.contains('&'),
                "a tag with an XML escape is beyond this test kit: {text}"
            );
            text.to_owned()
        })
        .collect()
}
