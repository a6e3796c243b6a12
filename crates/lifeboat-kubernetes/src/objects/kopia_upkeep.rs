//! By what objects tell that they use or maintain a Kopia repository, and which.
//!
//! A repository is known by the Secret that tells where it is, with the namespace of those who use
//! it. Labels, annotations and names as in `perfectra1n/volsync`.

use super::{
    batch::CronJob,
    metadata::Metadata,
    pod::Container,
    reference::ObjectKey,
    volsync::{KopiaMaintenance, ReplicationSource},
};

/// The label of all that maintains a repository.
pub const MAINTENANCE_LABEL: &str = "volsync.backube/kopia-maintenance";
/// The label that names the `KopiaMaintenance` which something was made for.
const MAINTENANCE_NAME: &str = "volsync.backube/maintenance-name";
/// The annotation in which CronJobs of earlier versions keep the name of the Secret.
const LEGACY_SECRET: &str = "volsync.backube/repository-config";
/// The annotation in which they keep the namespace of those for whom they were made.
const LEGACY_NAMESPACE: &str = "volsync.backube/source-namespace";
/// What the names of those CronJobs begin with; the rest is a digest.
const LEGACY_NAME: &str = "kopia-maintenance-";
/// The shortest digest.
const DIGEST: usize = 8;

impl ReplicationSource {
    /// The Kopia repository that it copies to, if it does.
    #[must_use]
    pub fn kopia_repository(&self) -> Option<ObjectKey> {
        let mover = &self.spec.mover;
        let secret = mover.repository.as_deref();
        let secret = secret.filter(|_| mover.name == Some("kopia"))?;
        repository(&self.metadata.namespace, secret)
    }
}

impl KopiaMaintenance {
    /// The repository that it is for.
    #[must_use]
    pub fn kopia_repository(&self) -> Option<ObjectKey> {
        repository(&self.metadata.namespace, &self.spec.repository.repository)
    }

    /// The schedule that its `CronJob` gets.
    #[must_use]
    pub fn schedule(&self) -> &str {
        let trigger = self.spec.trigger.as_ref();
        let own = trigger.and_then(|trigger| trigger.schedule.as_deref());
        own.unwrap_or(match self.spec.schedule.as_str() {
            "" => "0 2 * * *",
            deprecated => deprecated,
        })
    }

    /// Whether it runs when somebody asks for it, and never by itself.
    #[must_use]
    pub fn is_manual(&self) -> bool {
        let trigger = self.spec.trigger.as_ref();
        trigger.is_some_and(|trigger| !trigger.manual.is_empty())
    }

    /// Whether it asks for any maintenance at all.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.spec.enabled != Some(false)
    }
}

impl CronJob {
    /// Whether it maintains Kopia repositories, by its label or by the name that earlier versions
    /// of VolSync gave it.
    #[must_use]
    pub fn is_kopia_maintenance(&self) -> bool {
        let digest = self.metadata.name.strip_prefix(LEGACY_NAME);
        has_label(&self.metadata)
            || digest.is_some_and(|digest| {
                digest.len() >= DIGEST && digest.bytes().all(|byte| byte.is_ascii_hexdigit())
            })
    }

    /// Whether an earlier version of VolSync made it. Such a one uses a copy of the Secret, in the
    /// namespace of VolSync.
    #[must_use]
    pub fn is_legacy_maintenance(&self) -> bool {
        self.is_kopia_maintenance()
            && self.kopia_maintenance().is_none()
            && self.metadata.name.starts_with(LEGACY_NAME)
    }

    /// The repository that it maintains, if it maintains one and says which.
    #[must_use]
    pub fn kopia_repository(&self) -> Option<ObjectKey> {
        if !self.is_kopia_maintenance() {
            return None;
        }
        let metadata = &self.metadata;
        if let Some(secret) = metadata
            .annotation(LEGACY_SECRET)
            .filter(|name| !name.is_empty())
        {
            let namespace = metadata.annotation(LEGACY_NAMESPACE);
            let namespace = namespace.filter(|namespace| !namespace.is_empty());
            return repository(namespace.unwrap_or(&metadata.namespace), secret);
        }
        let mut secrets = self.spec.containers().iter().flat_map(Container::secrets);
        repository(&metadata.namespace, secrets.next()?)
    }

    /// The name of the `KopiaMaintenance` that VolSync made it for, if it did.
    #[must_use]
    pub fn kopia_maintenance(&self) -> Option<&str> {
        let metadata = &self.metadata;
        match metadata.controller() {
            Some(_) => owning_maintenance(metadata),
            None if has_label(metadata) => metadata.label(MAINTENANCE_NAME),
            None => None,
        }
    }
}

fn owning_maintenance(metadata: &Metadata) -> Option<&str> {
    let owner = metadata.controller()?;
    (owner.kind == "KopiaMaintenance").then_some(owner.name.as_str())
}

fn has_label(metadata: &Metadata) -> bool {
    metadata
        .label(MAINTENANCE_LABEL)
        .is_some_and(|value| value != "false")
}

/// None for what can be no Secret: anything may stand in these fields.
fn repository(namespace: &str, secret: &str) -> Option<ObjectKey> {
    let is_name = |text: &str| {
        let mut bytes = text.bytes();
        !text.is_empty() && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))
    };
    (is_name(namespace) && is_name(secret)).then(|| ObjectKey::new(namespace, secret))
}
