//! Hints in the words of resources: the crates below speak of the command line's options.

use std::io;

use lifeboat_repository::Error as RepositoryError;

use super::OperationError;

/// Each option that hints name, and the field that says the same in a document.
const FIELDS: [(&str, &str); 14] = [
    ("--prometheus-username", "spec.prometheus.username"),
    ("--prometheus-password-file", "spec.prometheus.passwordFile"),
    (
        "--prometheus-bearer-token-file",
        "spec.prometheus.bearerTokenFile",
    ),
    ("--s3-endpoint", "spec.repository.s3.endpoint"),
    ("--s3-region", "spec.repository.s3.region"),
    ("--s3-storage-class", "spec.repository.s3.storageClass"),
    (
        "--s3-conditional-writes off",
        "spec.repository.s3.conditionalWrites: false",
    ),
    ("--s3-checksum none", "spec.repository.s3.checksum: none"),
    ("--s3-credentials", "spec.repository.s3.credentials"),
    ("--request-timeout", "spec.repository.requestTimeout"),
    ("--certificate-authority FILE", "certificateAuthority"),
    ("--skip-head", "spec.skipHead"),
    ("--data-dir", "spec.prometheus.dataDirectory"),
    ("--url", "spec.prometheus.url"),
];

impl OperationError {
    /// The next step for whoever reads of a run that a document describes.
    #[must_use]
    pub fn hint_for_resources(&self) -> Option<String> {
        if let Self::Repository(RepositoryError::Folder { source, .. }) = self
            && source.kind() == io::ErrorKind::NotFound
        {
            return Some(
                "is its disk mounted? Where backups were kept before, Lifeboat makes no new \
                 folder; to begin anew, create an empty one"
                    .to_owned(),
            );
        }
        let fields = FIELDS.iter();
        Some(fields.fold(self.hint()?, |hint, (option, field)| {
            hint.replace(option, field)
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_names_fields_and_leaves_the_options_of_others() {
        let unreachable = OperationError::from(lifeboat_prometheus::Error::Url {
            url: "x".to_owned(),
            reason: "y".to_owned(),
        });
        let hint = unreachable.hint_for_resources().unwrap();
        assert!(hint.contains("spec.prometheus.username"), "{hint}");
        assert!(!hint.contains("--"), "{hint}");
        let closed = OperationError::from(lifeboat_prometheus::Error::AdminApiOff {
            url: "x".to_owned(),
        });
        assert!(
            closed
                .hint_for_resources()
                .unwrap()
                .contains("--web.enable-admin-api")
        );
    }

    #[test]
    fn a_folder_that_is_gone_may_not_be_mounted() {
        let gone = OperationError::from(RepositoryError::Folder {
            path: "/backups".into(),
            source: io::ErrorKind::NotFound.into(),
        });
        assert!(gone.hint_for_resources().unwrap().contains("mounted"));
    }
}
