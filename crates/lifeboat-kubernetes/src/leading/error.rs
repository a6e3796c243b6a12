//! Why a Lifeboat can't lead, or leads no longer.

use super::{RENEW_DEADLINE, lease::Place};

/// Why a Lifeboat can't lead, or leads no longer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LeadingError {
    /// A permission is missing.
    #[error("the Lease {place} can't be used: {error}")]
    Forbidden {
        /// The Lease, `namespace/name`.
        place: String,
        /// Its namespace.
        namespace: String,
        /// Which permission.
        error: String,
    },
    /// It could not be renewed in time.
    #[error(
        "this Lifeboat leads no longer: the Lease {place} was not renewed within {} seconds ({error})",
        RENEW_DEADLINE.as_secs()
    )]
    NotRenewed {
        /// The Lease, `namespace/name`.
        place: String,
        /// Why.
        error: String,
    },
    /// Somebody else holds it.
    #[error("this Lifeboat leads no longer: {holder} has taken the Lease {place}")]
    Taken {
        /// The Lease, `namespace/name`.
        place: String,
        /// Who.
        holder: String,
    },
}

impl LeadingError {
    pub(super) fn forbidden(place: &Place, error: String) -> Self {
        Self::Forbidden {
            place: place.to_string(),
            namespace: place.namespace.clone(),
            error,
        }
    }

    /// The next step.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Forbidden { namespace, .. } => format!(
                "give Lifeboat's account a Role in namespace {namespace} with get, create and update on \
                 leases of coordination.k8s.io, as deploy/kubernetes/high-availability does"
            ),
            Self::NotRenewed { .. } => {
                "another takes over within seconds; start this one again, as Kubernetes does, and it \
                 stands by. See whether the API server can be reached from here"
                    .to_owned()
            }
            Self::Taken { .. } => {
                "start this one again, as Kubernetes does, and it stands by; a Lease is not to be changed \
                 by hand"
                    .to_owned()
            }
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}/{}", self.namespace, self.name)
    }
}
