//! The Lease: who leads, as it is read from the API server and as it is written there.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::LEASE_DURATION;

/// Who a candidate is, and which Lease decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) namespace: String,
    pub(super) name: String,
}

/// A Lease as the API server has it. What isn't of interest here is kept as it is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Lease(pub(super) Value);

impl Lease {
    /// Who holds it; none if it was given back, or was never held.
    pub(super) fn holder(&self) -> Option<&str> {
        let holder = self.0["spec"]["holderIdentity"].as_str();
        holder.filter(|holder| !holder.is_empty())
    }

    /// How long its holder may be unheard of. Where nothing is said, as after a slip of somebody's hand,
    /// as long as Lifeboat's own.
    pub(super) fn duration(&self) -> Duration {
        let seconds = self.0["spec"]["leaseDurationSeconds"].as_u64();
        seconds.map_or(LEASE_DURATION, Duration::from_secs)
    }

    /// What changes with each renewal. Labels and such may change without one.
    pub(super) fn record(&self) -> &Value {
        &self.0["spec"]
    }

    /// A Lease that is not there yet, held from now on.
    pub(super) fn new(place: &Place, holder: &str, now: Timestamp) -> Self {
        let metadata = json!({ "namespace": place.namespace, "name": place.name });
        let lease = Self(json!({
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": metadata,
            "spec": { "leaseTransitions": 0 },
        }));
        lease.with(&[
            ("holderIdentity", json!(holder)),
            ("leaseDurationSeconds", json!(LEASE_DURATION.as_secs())),
            ("acquireTime", json!(text(now))),
            ("renewTime", json!(text(now))),
        ])
    }

    /// The same, held by somebody else from now on.
    pub(super) fn taken_by(&self, holder: &str, now: Timestamp) -> Self {
        let transitions = self.0["spec"]["leaseTransitions"].as_i64().unwrap_or(0);
        self.renewed(now).with(&[
            ("holderIdentity", json!(holder)),
            ("acquireTime", json!(text(now))),
            ("leaseTransitions", json!(transitions.saturating_add(1))),
        ])
    }

    /// The same, renewed.
    pub(super) fn renewed(&self, now: Timestamp) -> Self {
        self.with(&[
            ("leaseDurationSeconds", json!(LEASE_DURATION.as_secs())),
            ("renewTime", json!(text(now))),
        ])
    }

    /// The same, held by nobody.
    pub(super) fn given_back(&self, now: Timestamp) -> Self {
        self.with(&[
            ("holderIdentity", json!("")),
            ("renewTime", json!(text(now))),
        ])
    }

    fn with(&self, fields: &[(&str, Value)]) -> Self {
        let mut lease = self.clone();
        for (name, value) in fields {
            lease.0["spec"][*name] = value.clone();
        }
        lease
    }
}

/// As the API has moments of Leases: to the microsecond. They are for people; nothing follows from them.
fn text(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}
