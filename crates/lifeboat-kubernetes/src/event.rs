//! What the watches tell: news of objects, and news of the watches themselves.

use std::{collections::BTreeSet, fmt};

use jiff::Timestamp;

use crate::objects::{Kind, Object, ObjectKey, ObjectRef};

/// One watch: the objects of a kind, in one namespace or in all.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Watch {
    /// The kind.
    pub kind: Kind,
    /// The namespace; absent: all of them.
    pub namespace: Option<String>,
}

impl Watch {
    /// Every watch there is: one a kind, or one a kind and namespace if `namespaces` is not empty.
    #[must_use]
    pub fn all(namespaces: &BTreeSet<String>) -> Vec<Self> {
        let scopes: Vec<Option<String>> = if namespaces.is_empty() {
            vec![None]
        } else {
            namespaces.iter().cloned().map(Some).collect()
        };
        let of_scope = |namespace: &Option<String>| {
            let namespace = namespace.clone();
            Kind::ALL.map(|kind| Self {
                kind,
                namespace: namespace.clone(),
            })
        };
        scopes.iter().flat_map(of_scope).collect()
    }

    /// Whether an object is among those that the watch sees.
    #[must_use]
    pub fn covers(&self, object: &ObjectRef) -> bool {
        self.kind == object.kind
            && self
                .namespace
                .as_ref()
                .is_none_or(|namespace| *namespace == object.key.namespace)
    }
}

impl fmt::Display for Watch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.kind.resource())?;
        match &self.namespace {
            Some(namespace) => write!(formatter, " in namespace {namespace}"),
            None => Ok(()),
        }
    }
}

/// News from a watch, in the order in which the API server told it.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The object is there, and is like this.
    Applied(Object),
    /// The object is gone.
    Deleted(ObjectRef),
    /// The object is there, but could not be understood: as a whole, in which case no
    /// [`Event::Applied`] was sent for this state of it, or in parts, in which case one was sent
    /// just before, without those parts.
    Undecodable {
        /// Which object.
        object: ObjectRef,
        /// Which part of it, and why.
        error: String,
    },
    /// The watch has listed every object, and sent each as [`Event::Applied`] before. What is not
    /// `present` is gone: it went while nobody watched.
    Synced {
        /// Which watch.
        watch: Watch,
        /// Every object of the list, undecodable ones too.
        present: BTreeSet<ObjectKey>,
    },
    /// The watch found or lost its way to the API server. Sent when it changes, and not again.
    Contact {
        /// Which watch.
        watch: Watch,
        /// How it is now.
        contact: Contact,
    },
}

/// Whether a watch hears what happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contact {
    /// The API server answered, and will tell what changes.
    InTouch,
    /// The API doesn't serve the kind: its custom resource definition is not installed. Nothing is
    /// asked until it is. There are no objects of this kind.
    NotServed,
    /// What is known may be out of date.
    Lost {
        /// When it was noticed. What happened up to half a minute before may be missing too: that
        /// is how long a silent server can go unnoticed.
        since: Timestamp,
        /// Why.
        loss: Loss,
    },
}

/// Why a watch hears nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// What kind of failure it is.
    pub reason: LossReason,
    /// What happened, for people.
    pub error: String,
}

/// Kinds of failures of a watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LossReason {
    /// No connection, or the server doesn't answer.
    Unreachable,
    /// The server's certificate is not trusted.
    Untrusted,
    /// 401: the server doesn't know who is asking.
    Unauthenticated,
    /// 403: a permission is missing; the error names it.
    Forbidden,
    /// 404: the API doesn't serve the kind.
    NotServed,
    /// 410: what the watch knows is too old to go on from; it lists again.
    Outdated,
    /// Any other answer that isn't a success.
    Refused,
    /// The answer makes no sense.
    Garbled,
}
