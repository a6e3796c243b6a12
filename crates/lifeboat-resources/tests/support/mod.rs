//! Documents for tests.
#![allow(dead_code, reason = "not every test uses all of it")]

use lifeboat_resources::{LoadError, PrometheusBackup, Resources, SourceFile};

/// A document with nothing but what is required, and more lines of its specification.
pub(crate) fn backup(name: &str, more: &str) -> String {
    format!(
        "apiVersion: lifeboat.dev/v1alpha1
kind: PrometheusBackup
metadata:
  name: {name}
  namespace: monitoring
spec:
  prometheus:
    url: http://127.0.0.1:9090
    dataDirectory: /prometheus
  repository:
    url: s3://backups/prometheus
{more}"
    )
}

/// Reads files given by name and content.
pub(crate) fn read(files: &[(&str, &str)]) -> Result<Resources, LoadError> {
    let files: Vec<SourceFile> = files
        .iter()
        .map(|(name, content)| SourceFile {
            path: name.into(),
            content: Ok(content.as_bytes().to_vec()),
        })
        .collect();
    Resources::read(&files)
}

/// The one backup of a document.
pub(crate) fn one(document: &str) -> PrometheusBackup {
    let mut resources = read(&[("a.yaml", document)]).unwrap();
    assert_eq!(resources.backups.len(), 1);
    resources.backups.remove(0)
}
