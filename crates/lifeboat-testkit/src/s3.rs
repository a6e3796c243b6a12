//! What a client needs to reach a bucket of a test server.

use std::process::Command;

/// A bucket and the way in. The credentials are worthless outside of the test server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct S3Bucket {
    /// Such as `http://127.0.0.1:13900`, without a slash at the end.
    pub endpoint: String,
    /// The region that requests are signed for.
    pub region: String,
    /// The bucket's name.
    pub bucket: String,
    /// The access key.
    pub access_key_id: String,
    /// The secret key.
    pub secret_access_key: String,
}

impl S3Bucket {
    /// The same bucket reached through another endpoint: a [`crate::proxy::Proxy`] in front of it.
    #[must_use]
    pub fn through(&self, endpoint: &str) -> Self {
        Self {
            endpoint: endpoint.trim_end_matches('/').to_owned(),
            ..self.clone()
        }
    }

    /// The settings as the variables that the AWS command line, s5cmd and Lifeboat read.
    #[must_use]
    pub fn variables(&self) -> [(&'static str, &str); 5] {
        [
            ("AWS_ACCESS_KEY_ID", &self.access_key_id),
            ("AWS_SECRET_ACCESS_KEY", &self.secret_access_key),
            ("AWS_REGION", &self.region),
            ("AWS_DEFAULT_REGION", &self.region),
            ("AWS_ENDPOINT_URL", &self.endpoint),
        ]
    }

    /// Gives a command this bucket's settings and nothing else of this machine's: no profile, no
    /// HTTP proxy, no question to a cloud's metadata address, so that nothing leaves loopback.
    pub fn apply(&self, command: &mut Command) {
        hermetic(command).envs(self.variables());
    }
}

/// Removes from a command what could make it talk to a cloud or through a proxy of this machine.
pub fn hermetic(command: &mut Command) -> &mut Command {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy().to_ascii_uppercase();
        let foreign = ["AWS_", "AZURE_", "GOOGLE_"]
            .iter()
            .any(|prefix| text.starts_with(prefix));
        if foreign || text.ends_with("_PROXY") {
            command.env_remove(&name);
        }
    }
    command
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
}
