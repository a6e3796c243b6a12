//! Who asked the API server for what: its audit log.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::ControlPlane;

const POLL: Duration = Duration::from_millis(20);

/// One request, as the audit log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiRequest {
    /// Such as `system:serviceaccount:lifeboat:lifeboat`.
    pub user: String,
    /// Such as `get`, `list`, `watch`, `patch`.
    pub verb: String,
    /// The API group: empty for the core group.
    pub group: String,
    /// The plural, such as `backups`; empty if the request was not for a resource.
    pub resource: String,
    /// Such as `status`; empty if there is none.
    pub subresource: String,
    /// Empty if the request was for all namespaces or for what has none.
    pub namespace: String,
    /// The object's name; empty for collections.
    pub name: String,
    /// The HTTP status code of the answer.
    pub code: u16,
    /// Path and query.
    pub request_uri: String,
    /// What the client calls itself.
    pub user_agent: String,
    /// Whether this entry is the beginning of an answer that goes on (`ResponseStarted`: a watch)
    /// and not its end (`ResponseComplete`). A watch has an entry of each kind.
    pub started: bool,
    /// The time of the entry, RFC 3339, by the API server's clock.
    pub time: String,
}

impl ApiRequest {
    /// Whether it asks to be told everything that is there: a list, or a watch that begins with that.
    #[must_use]
    pub fn asks_for_all(&self) -> bool {
        let begins_with_all = || self.request_uri.contains("sendInitialEvents=true");
        self.verb == "list" || (self.verb == "watch" && self.started && begins_with_all())
    }

    fn read(line: &str) -> Option<Self> {
        let event: Value = serde_json::from_str(line).unwrap_or_else(|error| {
            panic!("an entry of the audit log is no JSON: {error}: {line}")
        });
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let object = &event["objectRef"];
        let code = event["responseStatus"]["code"].as_u64().unwrap_or_default();
        let started = match event["stage"].as_str() {
            Some("ResponseStarted") => true,
            Some("ResponseComplete") => false,
            // What the API server says of itself when it panics.
            _ => return None,
        };
        Some(Self {
            user: text(&event["user"]["username"]),
            verb: text(&event["verb"]),
            group: text(&object["apiGroup"]),
            resource: text(&object["resource"]),
            subresource: text(&object["subresource"]),
            namespace: text(&object["namespace"]),
            name: text(&object["name"]),
            code: u16::try_from(code).unwrap_or_default(),
            request_uri: text(&event["requestURI"]),
            user_agent: text(&event["userAgent"]),
            started,
            time: text(&event["stageTimestamp"]),
        })
    }
}

impl ControlPlane {
    /// Every request so far, in the order of their entries. An answer may arrive before its
    /// entry is there: see [`ControlPlane::wait_for_requests`].
    #[must_use]
    pub fn requests(&self) -> Vec<ApiRequest> {
        let path = self.api_server.audit_log();
        let bytes = fs::read(path)
            .unwrap_or_else(|error| panic!("failed to read {}: {error}", path.display()));
        let text = String::from_utf8_lossy(&bytes);
        // What follows the last end of a line is being written.
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        whole.lines().filter_map(ApiRequest::read).collect()
    }

    /// The requests of one user so far, such as `system:serviceaccount:lifeboat:lifeboat`.
    #[must_use]
    pub fn requests_by(&self, user: &str) -> Vec<ApiRequest> {
        let mut requests = self.requests();
        requests.retain(|request| request.user == user);
        requests
    }

    /// Waits until the requests of one user are as wanted, and returns them.
    pub async fn wait_for_requests(
        &self,
        user: &str,
        deadline: Duration,
        wanted: impl Fn(&[ApiRequest]) -> bool,
    ) -> Vec<ApiRequest> {
        let start = Instant::now();
        loop {
            let requests = self.requests_by(user);
            if wanted(&requests) {
                return requests;
            }
            assert!(
                start.elapsed() < deadline,
                "the requests of {user} are not as wanted within {deadline:?}: {requests:#?}"
            );
            tokio::time::sleep(POLL).await;
        }
    }
}
