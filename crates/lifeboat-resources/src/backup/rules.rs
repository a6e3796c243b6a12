//! What the single fields of a `PrometheusBackup` can't show to be wrong.

use lifeboat_core::retention::PolicyError;
use lifeboat_repository::{Instance, Location};

use super::{EncryptionSpec, PrometheusBackupSpec, PrometheusSpec, RepositorySpec, S3Spec};
use crate::{
    metadata::Metadata,
    rules::{Breach, of_objectives, positive},
};

/// Everything that is wrong.
pub(super) fn breaches(spec: &PrometheusBackupSpec) -> Vec<Breach> {
    let lengths = [
        ("spec.deadline", Some(spec.deadline)),
        ("spec.startingDeadline", spec.starting_deadline),
        ("spec.retries.backoff", Some(spec.retries.backoff)),
        ("spec.prune.deadline", Some(spec.prune.deadline)),
        (
            "spec.verification.deadline",
            Some(spec.verification.deadline),
        ),
        (
            "spec.repository.requestTimeout",
            Some(spec.repository.request_timeout),
        ),
        (
            "spec.repository.retryTimeout",
            Some(spec.repository.retry_timeout),
        ),
    ];
    lengths
        .into_iter()
        .filter_map(|(path, length)| positive(path, length?))
        .chain(login(&spec.prometheus))
        .chain(of_repository(&spec.repository))
        .chain(spec.repository.s3.iter().flat_map(of_s3))
        .chain(retention(spec))
        .chain((spec.verification.slices == 0).then(|| {
            Breach::new(
                "spec.verification.slices",
                "spec.verification.slices must be at least 1",
                "use 1 to read everything in each run",
            )
        }))
        .chain(of_objectives(&spec.objectives))
        .collect()
}

/// The name under which backups are kept: the one that is given, or one made of the document's.
pub(super) fn instance(
    metadata: &Metadata,
    spec: &PrometheusBackupSpec,
) -> Result<Instance, Breach> {
    if let Some(instance) = &spec.repository.instance {
        return Ok(instance.0.clone());
    }
    let namespace = metadata.namespace.0.as_str();
    let name = format!("{namespace}-{}", metadata.name.0.as_str());
    name.parse().map_err(|_| {
        Breach::new(
            "metadata.name",
            "namespace and name together are too long for the name of an instance",
            "give a shorter one as spec.repository.instance",
        )
    })
}

fn login(prometheus: &PrometheusSpec) -> Option<Breach> {
    let (username, password, token) = (
        prometheus.username.is_some(),
        prometheus.password_file.is_some(),
        prometheus.bearer_token_file.is_some(),
    );
    let (path, message) = match (username, password, token) {
        (true, false, _) => (
            "spec.prometheus.username",
            "there is a username, but no passwordFile",
        ),
        (false, true, _) => (
            "spec.prometheus.passwordFile",
            "there is a passwordFile, but no username",
        ),
        (true, true, true) => (
            "spec.prometheus.bearerTokenFile",
            "there are both a username and a bearerTokenFile",
        ),
        (true, true, false) | (false, false, _) => return None,
    };
    Some(Breach::new(
        path,
        message,
        "give either username and passwordFile, or bearerTokenFile",
    ))
}

fn of_repository(repository: &RepositorySpec) -> Vec<Breach> {
    let mut breaches = Vec::new();
    if !(1..=64).contains(&repository.concurrency) {
        breaches.push(Breach::new(
            "spec.repository.concurrency",
            format!(
                "spec.repository.concurrency can't be {}",
                repository.concurrency
            ),
            "use a number from 1 to 64",
        ));
    }
    let location = &repository.url.0;
    let stores = [
        (
            "spec.repository.s3",
            repository.s3.is_some(),
            matches!(location, Location::S3 { .. }),
            "s3://",
        ),
        (
            "spec.repository.google",
            repository.google.is_some(),
            matches!(location, Location::GoogleCloud { .. }),
            "gs://",
        ),
        (
            "spec.repository.azure",
            repository.azure.is_some(),
            matches!(location, Location::Azure { .. }),
            "az://",
        ),
    ];
    for (path, given, used, scheme) in stores {
        if given && !used {
            breaches.push(Breach::new(
                path,
                format!("{path} is set, but the repository is {location}, not {scheme}"),
                "leave it out, or change the URL",
            ));
        }
    }
    breaches
}

fn of_s3(s3: &S3Spec) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let files = [
        (
            "spec.repository.s3.accessKeyIdFile",
            s3.access_key_id_file.is_some(),
        ),
        (
            "spec.repository.s3.secretAccessKeyFile",
            s3.secret_access_key_file.is_some(),
        ),
    ];
    if let [(path, true), (_, false)] | [(_, false), (path, true)] = files {
        breaches.push(Breach::new(
            path,
            "only one half of the access key has a file",
            "give both accessKeyIdFile and secretAccessKeyFile",
        ));
    }
    if s3.kms_key_id.is_some() && s3.encryption != Some(EncryptionSpec::AwsKms) {
        breaches.push(Breach::new(
            "spec.repository.s3.kmsKeyId",
            "only the encryption aws:kms has a key",
            "add 'encryption: aws:kms', or leave out kmsKeyId",
        ));
    }
    if s3.tags.keys().any(String::is_empty) {
        breaches.push(Breach::new(
            "spec.repository.s3.tags",
            "a tag has no name",
            "write each tag as 'name: value'",
        ));
    }
    breaches
}

fn retention(spec: &PrometheusBackupSpec) -> Option<Breach> {
    let policy = spec.retention.policy(spec.time_zone.0.clone());
    let error = policy.check().err()?;
    Some(match error {
        PolicyError::KeepsNothing => Breach::new(
            "spec.retention",
            "the retention keeps nothing: every count is 0",
            "keep something, such as 'daily: 30'; to keep everything, use 'prune: {suspend: true}'",
        ),
        PolicyError::KeepWithinNotPositive => Breach::new(
            "spec.retention.keepWithin",
            "spec.retention.keepWithin must be longer than nothing",
            "use a length of time such as 7d, or leave it out",
        ),
    })
}
