//! `StatefulSet` of `apps/v1`: pods that each keep volumes of their own.

use serde::Deserialize;

use super::{batch::PodTemplate, metadata::Metadata};

/// `apps/v1` `StatefulSet`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StatefulSet {
    /// Name, labels, annotations, owners.
    pub metadata: Metadata,
    /// What it is to be.
    #[serde(default)]
    pub spec: StatefulSetSpec,
}

/// `StatefulSet.spec`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct StatefulSetSpec {
    /// Pods that are wanted; the API server's default is 1.
    pub replicas: Option<i64>,
    /// What its pods run.
    pub template: PodTemplate,
    /// The volumes that each pod gets, named `<template>-<set>-<ordinal>`.
    pub volume_claim_templates: Vec<VolumeClaimTemplate>,
}

/// `StatefulSet.spec.volumeClaimTemplates[]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct VolumeClaimTemplate {
    /// Its name.
    pub metadata: TemplateName,
}

/// The part of a template's metadata that is used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct TemplateName {
    /// The name.
    pub name: String,
}
