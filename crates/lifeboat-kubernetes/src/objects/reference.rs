//! How objects are named and passed around.

use std::{fmt, sync::Arc};

use lifeboat_core::{AssetId, AssetKind};
use serde::de::DeserializeOwned;

use super::{
    batch::{CronJob, Job},
    cnpg::{Backup, Cluster, ObjectStore, ScheduledBackup},
    deployment::Deployment,
    identity::Identity,
    kind::Kind,
    lifeboat::{BackupPolicy, PrometheusBackup},
    persistent_volume_claim::PersistentVolumeClaim,
    pod::Pod,
    stateful_set::StatefulSet,
    volsync::{KopiaMaintenance, ReplicationDestination, ReplicationSource},
};

/// Namespace and name of an object, whatever its kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectKey {
    /// The namespace.
    pub namespace: String,
    /// The name.
    pub name: String,
}

impl ObjectKey {
    /// A key from its two parts.
    #[must_use]
    pub fn new(namespace: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            namespace: namespace.into(),
            name: name.into(),
        }
    }

    /// The asset that the object of this name is.
    #[must_use]
    pub fn asset_id(&self, kind: AssetKind) -> AssetId {
        AssetId {
            cluster: None,
            kind,
            namespace: self.namespace.clone(),
            name: self.name.clone(),
        }
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.namespace, self.name)
    }
}

/// Kind, namespace and name of an object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectRef {
    /// The kind.
    pub kind: Kind,
    /// Namespace and name.
    pub key: ObjectKey,
}

impl fmt::Display for ObjectRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.kind, self.key)
    }
}

/// A type of ours that stands for a [`Kind`].
pub trait KubernetesObject:
    DeserializeOwned + Clone + fmt::Debug + PartialEq + Send + Sync + 'static
{
    /// The kind.
    const KIND: Kind;

    /// What tells the object from all others.
    fn identity(&self) -> &Identity;

    /// What tells the object from all others, to be changed.
    fn identity_mut(&mut self) -> &mut Identity;

    /// The object among those of all kinds.
    fn into_object(self) -> Object;

    /// Namespace and name.
    fn key(&self) -> ObjectKey {
        ObjectKey::clone(self.identity())
    }
}

macro_rules! objects {
    ($($kind:ident),+) => {
        /// An object of any kind that Lifeboat watches.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Object {
            $(#[doc = concat!("A ", stringify!($kind), ".")] $kind(Arc<$kind>),)+
        }

        impl Object {
            /// The kind.
            #[must_use]
            pub fn kind(&self) -> Kind {
                match self { $(Self::$kind(_) => Kind::$kind,)+ }
            }

            /// What tells the object from all others.
            #[must_use]
            pub fn identity(&self) -> &Identity {
                match self { $(Self::$kind(object) => &object.metadata,)+ }
            }
        }

        $(impl KubernetesObject for $kind {
            const KIND: Kind = Kind::$kind;

            fn identity(&self) -> &Identity {
                &self.metadata
            }

            fn identity_mut(&mut self) -> &mut Identity {
                &mut self.metadata
            }

            fn into_object(self) -> Object {
                Object::$kind(Arc::new(self))
            }
        })+
    };
}

objects!(
    Cluster,
    Backup,
    ScheduledBackup,
    ObjectStore,
    CronJob,
    Job,
    Pod,
    Deployment,
    ReplicationSource,
    ReplicationDestination,
    KopiaMaintenance,
    PersistentVolumeClaim,
    StatefulSet,
    PrometheusBackup,
    BackupPolicy
);

impl Object {
    /// Kind, namespace and name.
    #[must_use]
    pub fn reference(&self) -> ObjectRef {
        ObjectRef {
            kind: self.kind(),
            key: ObjectKey::clone(self.identity()),
        }
    }
}
