//! Takes credentials out of what a server says: some repeat the access key's id in their errors.

use std::sync::Arc;

use crate::{
    error::chain,
    secret::Secret,
    settings::{CredentialSource, S3Settings},
};

/// What must not be shown.
#[derive(Debug, Clone)]
pub(crate) struct Mask(Arc<[Secret]>);

impl Mask {
    /// Hides the static key that the settings hold.
    pub(crate) fn of(settings: &S3Settings) -> Self {
        match &settings.credentials {
            CredentialSource::Static {
                access_key_id,
                secret_access_key,
                session_token,
            } => {
                let key = [access_key_id, secret_access_key].into_iter();
                let all = key.chain(session_token).cloned();
                // Replacing nothing by something would make every text unreadable.
                Self(all.filter(|secret| !secret.reveal().is_empty()).collect())
            }
            _ => Self(Arc::default()),
        }
    }

    /// The same error without credentials in its text. The other kinds than these three carry
    /// nothing that a server says about the caller.
    pub(crate) fn apply(&self, error: object_store::Error) -> object_store::Error {
        use object_store::Error as E;
        let text = chain(&error);
        if !self.0.iter().any(|secret| text.contains(secret.reveal())) {
            return error;
        }
        match error {
            E::PermissionDenied { path, source } => E::PermissionDenied {
                path,
                source: self.hide(&chain(source.as_ref())).into(),
            },
            E::Unauthenticated { path, source } => E::Unauthenticated {
                path,
                source: self.hide(&chain(source.as_ref())).into(),
            },
            E::Generic { store, source } => E::Generic {
                store,
                source: self.hide(&chain(source.as_ref())).into(),
            },
            other => other,
        }
    }

    fn hide(&self, text: &str) -> String {
        let secrets = self.0.iter();
        secrets.fold(text.to_owned(), |text, secret| {
            text.replace(secret.reveal(), "(hidden)")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_a_server_repeats_is_not_shown_and_the_rest_is() {
        let mask = Mask::of(&S3Settings {
            credentials: CredentialSource::Static {
                access_key_id: Secret::new("GK1234"),
                secret_access_key: Secret::new("s3cret"),
                session_token: None,
            },
            ..S3Settings::default()
        });
        let error = object_store::Error::Generic {
            store: "S3",
            source: "403 Forbidden: No such key: GK1234".into(),
        };
        assert_eq!(
            mask.apply(error).to_string(),
            "Generic S3 error: 403 Forbidden: No such key: (hidden)"
        );
    }
}
