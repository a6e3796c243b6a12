//! A Lifeboat that stands by: what it says in place of what only the leader knows.

use std::fmt;

/// How it stands by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standby {
    /// It doesn't know yet who leads.
    Looking,
    /// Another leads.
    Waiting {
        /// Who, such as the name of its pod.
        leader: String,
    },
    /// It could not take over now.
    Troubled {
        /// Why.
        error: String,
    },
    /// It leads, and is about to begin.
    TakingOver,
}

/// There is nothing to ask here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StandsBy(pub(crate) Standby);

impl StandsBy {
    /// Whether it is as it should be: it knows who leads, and could take over.
    pub(crate) const fn is_ready(&self) -> bool {
        matches!(self.0, Standby::Waiting { .. })
    }

    /// Whom to ask instead, or when.
    pub(crate) fn hint(&self) -> String {
        match &self.0 {
            Standby::Waiting { leader } => {
                format!("ask {leader}, for example after `kubectl port-forward pod/{leader} 9780`")
            }
            Standby::Looking | Standby::TakingOver => "ask again in a moment".to_owned(),
            Standby::Troubled { .. } => {
                "`kubectl get lease` says who led last; the log of this one says more".to_owned()
            }
        }
    }
}

impl fmt::Display for StandsBy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Standby::Looking => formatter.write_str("this Lifeboat doesn't know yet who leads"),
            Standby::Waiting { leader } => {
                write!(formatter, "this Lifeboat is a standby: {leader} leads")
            }
            Standby::Troubled { error } => {
                write!(
                    formatter,
                    "this Lifeboat is a standby, and could not take over: {error}"
                )
            }
            Standby::TakingOver => formatter.write_str("this Lifeboat is taking over"),
        }
    }
}
