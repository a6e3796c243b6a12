//! The objects of the Kubernetes API, with the fields that Lifeboat uses and no others.
//!
//! A cluster may hold hundreds of thousands of them, so what isn't used is dropped while decoding.

pub mod batch;
pub mod cnpg;
mod condition;
mod decode;
mod deployment;
mod environment;
mod identity;
mod job;
mod kind;
mod kopia_upkeep;
pub mod lifeboat;
mod metadata;
mod moment;
mod persistent_volume_claim;
mod pod;
mod reference;
mod stateful_set;
#[cfg(test)]
mod tests;
mod uid;
pub mod volsync;

pub use condition::Condition;
pub use decode::{Decoded, decode};
pub use deployment::{Deployment, DeploymentSpec, DeploymentStatus};
pub use environment::SecretReference;
pub use identity::Identity;
pub use kind::Kind;
pub use kopia_upkeep::MAINTENANCE_LABEL;
pub use metadata::{Metadata, OwnerReference};
pub use moment::OptionalMoment;
pub use persistent_volume_claim::{
    PersistentVolumeClaim, PersistentVolumeClaimSpec, PersistentVolumeClaimStatus,
};
pub use pod::{Container, ContainerPort, Pod, PodSpec, PodStatus};
pub use reference::{KubernetesObject, Object, ObjectKey, ObjectRef};
pub use stateful_set::{StatefulSet, StatefulSetSpec, TemplateName, VolumeClaimTemplate};
pub use uid::Uid;
