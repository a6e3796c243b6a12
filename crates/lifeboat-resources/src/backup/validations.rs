//! What an API server can tell to be wrong between the fields of a `PrometheusBackup`: `rules`, in its own language.

use crate::custom_resources::Validation;

pub(super) const LOGIN: &[Validation] = &[
    Validation::fixed(
        "!has(self.username) || has(self.passwordFile)",
        "there is a username, but no passwordFile: give either username and passwordFile, or bearerTokenFile",
    )
    .at(".username"),
    Validation::fixed(
        "!has(self.passwordFile) || has(self.username)",
        "there is a passwordFile, but no username: give either username and passwordFile, or bearerTokenFile",
    )
    .at(".passwordFile"),
    Validation::fixed(
        "!has(self.username) || !has(self.passwordFile) || !has(self.bearerTokenFile)",
        "there are both a username and a bearerTokenFile: give either username and passwordFile, or bearerTokenFile",
    )
    .at(".bearerTokenFile"),
];

/// The URL isn't repeated: it could hold a password, where it is wrong itself.
pub(super) const STORES: &[Validation] = &[
    Validation::fixed(
        r"!has(self.s3) || self.url.matches(r'^\s*(?i:s3)://')",
        "spec.repository.s3 is set, but the repository is not s3://: leave it out, or change the URL",
    )
    .at(".s3"),
    Validation::fixed(
        r"!has(self.google) || self.url.matches(r'^\s*(?i:gs)://')",
        "spec.repository.google is set, but the repository is not gs://: leave it out, or change the \
         URL",
    )
    .at(".google"),
    Validation::fixed(
        r"!has(self.azure) || self.url.matches(r'^\s*(?i:az)://')",
        "spec.repository.azure is set, but the repository is not az://: leave it out, or change the \
         URL",
    )
    .at(".azure"),
];

pub(super) const S3: &[Validation] = &[
    Validation::fixed(
        "has(self.accessKeyIdFile) == has(self.secretAccessKeyFile)",
        "only one half of the access key has a file: give both accessKeyIdFile and \
         secretAccessKeyFile",
    ),
    Validation::fixed(
        "!has(self.kmsKeyId) || (has(self.encryption) && self.encryption == 'aws:kms')",
        "only the encryption aws:kms has a key: add 'encryption: aws:kms', or leave out kmsKeyId",
    )
    .at(".kmsKeyId"),
    Validation::fixed(
        "!has(self.tags) || !('' in self.tags)",
        "a tag has no name: write each tag as 'name: value'",
    )
    .at(".tags"),
];

pub(super) const RETENTION: &[Validation] = &[Validation::fixed(
    "has(self.keepWithin) || self.last + self.hourly + self.daily + self.weekly + self.monthly + \
     self.yearly > 0",
    "the retention keeps nothing: every count is 0: keep something, such as 'daily: 30'; to keep \
     everything, use 'prune: {suspend: true}'",
)];
