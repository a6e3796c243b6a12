//! A Lifeboat that stands by: what it says in place of what only the leader knows.

use std::fmt;

/// How it stands by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standby {
    /// Who leads, such as the name of its pod; none if nobody does, or it isn't known.
    pub leader: Option<String>,
    /// Why this one could not take over now, if so.
    pub trouble: Option<String>,
}

/// There is nothing to ask here: another leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StandsBy(pub(crate) Standby);

impl StandsBy {
    /// Whom to ask instead.
    pub(crate) fn hint(&self) -> String {
        match &self.0.leader {
            Some(leader) => {
                format!("ask {leader}, for example after `kubectl port-forward pod/{leader} 9780`")
            }
            None => "ask again in a moment: one of them takes over within 20 seconds".to_owned(),
        }
    }
}

impl fmt::Display for StandsBy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Standby { leader, trouble } = &self.0;
        match leader {
            Some(leader) => write!(formatter, "this Lifeboat is a standby: {leader} leads")?,
            None => formatter.write_str("this Lifeboat is a standby, and nobody leads yet")?,
        }
        match trouble {
            Some(trouble) => write!(formatter, "; it could not take over: {trouble}"),
            None => Ok(()),
        }
    }
}
