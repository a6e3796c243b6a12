//! Reads the exporters of all instances of a world, as long as it is there.

use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};

use super::{
    readings::Readings,
    scraper::{InstanceReading, Scraper},
    target::Target,
};
use crate::{objects::ObjectKey, world::World};

/// Readings that may wait to be taken.
const WAITING: usize = 256;

/// Reads the exporters of all instances. It ends when this is dropped.
pub(crate) struct Reader {
    targets: watch::Sender<Vec<Target>>,
    arrivals: mpsc::Receiver<InstanceReading>,
    readings: Readings,
    task: JoinHandle<()>,
}

impl Reader {
    /// Must be called within a Tokio runtime.
    pub(crate) fn start(scraper: Scraper) -> Self {
        let (targets, followed) = watch::channel(Vec::new());
        let (send, arrivals) = mpsc::channel(WAITING);
        Self {
            targets,
            arrivals,
            readings: Readings::default(),
            task: tokio::spawn(scraper.run(followed, send)),
        }
    }

    /// Reads the instances that there are now, and no others.
    pub(crate) fn follow(&mut self, world: &World) {
        let targets = Target::all(world);
        let pods = targets.iter().map(|target| target.pod.clone()).collect();
        self.readings.keep(&pods);
        self.targets.send_if_modified(|known| {
            let is_new = *known != targets;
            *known = targets;
            is_new
        });
    }

    /// What was read so far.
    pub(crate) const fn readings(&self) -> &Readings {
        &self.readings
    }

    /// Waits until something is read, takes in all that is there, and tells of which pods.
    pub(crate) async fn next(&mut self) -> Vec<ObjectKey> {
        let Some(first) = self.arrivals.recv().await else {
            // The task ends only with this.
            return std::future::pending().await;
        };
        let mut pods = vec![self.readings.take(first)];
        while let Ok(reading) = self.arrivals.try_recv() {
            pods.push(self.readings.take(reading));
        }
        pods
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.task.abort();
    }
}
