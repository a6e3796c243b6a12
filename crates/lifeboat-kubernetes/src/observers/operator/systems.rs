//! The programs that make backups on behalf of a cluster, and what their Deployments are known by.
//!
//! A further one is one entry in [`SYSTEMS`].

use lifeboat_core::system;

use crate::{
    objects::{Deployment, cnpg::Cluster},
    world::World,
};

/// A program whose standstill ends all backups of a kind.
pub(super) struct System {
    /// What people call it.
    pub(super) name: &'static str,
    /// Labels that its makers put on the Deployment: key and value.
    labels: &'static [(&'static str, &'static str)],
    /// Names that its makers give the Deployment; one that begins with `-` is the end of a name,
    /// as Helm makes it from that of the release.
    names: &'static [&'static str],
    /// The last parts of its images' repositories.
    images: &'static [&'static str],
    /// Something in the cluster that can't be backed up without it, if there is anything.
    pub(super) needed_by: fn(&World) -> Option<String>,
}

/// Every program that is recognised.
pub(super) const SYSTEMS: [System; 3] = [
    System {
        name: system::CLOUDNATIVE_PG_OPERATOR,
        labels: &[("app.kubernetes.io/name", "cloudnative-pg")],
        names: &[
            "cnpg-controller-manager",
            "cloudnative-pg",
            "-cloudnative-pg",
        ],
        images: &["cloudnative-pg", "cloudnative-pg-testing"],
        needed_by: |world| first_cluster(world, |_| true),
    },
    System {
        name: system::BARMAN_CLOUD_PLUGIN,
        labels: &[("app.kubernetes.io/name", "plugin-barman-cloud")],
        names: &[
            "barman-cloud",
            "-barman-cloud",
            "cnpg-barman-plugin",
            "-cnpg-barman-plugin",
        ],
        // The sidecar's image is plugin-barman-cloud-sidecar, and runs in the database's pods.
        images: &["plugin-barman-cloud", "plugin-barman-cloud-testing"],
        needed_by: |world| first_cluster(world, |cluster| cluster.barman_plugin().is_some()),
    },
    System {
        name: system::VOLSYNC_OPERATOR,
        labels: &[("app.kubernetes.io/name", "volsync")],
        // The second is of the bundle that the Operator Lifecycle Manager installs.
        names: &["volsync", "volsync-controller-manager", "-volsync"],
        // That of the fork with the Kopia mover is called the same.
        images: &["volsync"],
        needed_by: first_replication,
    },
];

/// The program that a Deployment runs, if it is one of these. The image says most, then the label,
/// then the name.
pub(super) fn recognise(deployment: &Deployment) -> Option<&'static System> {
    // VolSync's Syncthing runs from the image of VolSync, as a Deployment for each source.
    let owner = deployment.metadata.controller();
    if owner.is_some_and(|owner| owner.kind == "ReplicationSource") {
        return None;
    }
    let signs: [fn(&System, &Deployment) -> bool; 3] =
        [System::has_image, System::has_label, System::has_name];
    let mut signs = signs.into_iter();
    signs.find_map(|sign| SYSTEMS.iter().find(|system| sign(system, deployment)))
}

impl System {
    fn has_image(&self, deployment: &Deployment) -> bool {
        let mut containers = deployment.spec.containers().iter();
        containers.any(|container| self.is_image(&container.image))
    }

    /// Whether the image is the program's.
    pub(super) fn is_image(&self, image: &str) -> bool {
        self.images.contains(&split_image(image).0)
    }

    fn has_label(&self, deployment: &Deployment) -> bool {
        let metadata = &deployment.metadata;
        let mut labels = self.labels.iter();
        labels.any(|(key, value)| metadata.label(key) == Some(value))
    }

    fn has_name(&self, deployment: &Deployment) -> bool {
        let name = deployment.metadata.name.as_str();
        let mut names = self.names.iter();
        names.any(|known| name == *known || known.starts_with('-') && name.ends_with(known))
    }
}

/// The last part of an image's repository, and its tag.
pub(super) fn split_image(image: &str) -> (&str, Option<&str>) {
    let without_digest = image.split_once('@').map_or(image, |(image, _)| image);
    let last = without_digest.rsplit_once('/');
    let last = last.map_or(without_digest, |(_, last)| last);
    match last.split_once(':') {
        Some((name, tag)) => (name, Some(tag)),
        None => (last, None),
    }
}

fn first_replication(world: &World) -> Option<String> {
    let sources = world.replication_sources().iter();
    let sources = sources.map(|source| ("ReplicationSource", &source.metadata));
    let destinations = world.replication_destinations().iter();
    let destinations =
        destinations.map(|destination| ("ReplicationDestination", &destination.metadata));
    let (kind, metadata) = sources.chain(destinations).next()?;
    Some(format!("{kind}/{}/{}", metadata.namespace, metadata.name))
}

fn first_cluster(world: &World, needs: fn(&Cluster) -> bool) -> Option<String> {
    let mut clusters = world.clusters().iter();
    let cluster = clusters.find(|cluster| needs(cluster))?;
    let metadata = &cluster.metadata;
    Some(format!("Cluster/{}/{}", metadata.namespace, metadata.name))
}
