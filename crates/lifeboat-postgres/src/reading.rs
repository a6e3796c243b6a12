//! A look into an object store: is it there, and what of one database lies in it?

use std::{collections::BTreeMap, sync::Arc};

use futures_util::{StreamExt, TryStreamExt};
use jiff::Timestamp;
use lifeboat_core::StoreReading;
use lifeboat_repository::ForeignStore;

use crate::{
    Destination, Error, StoreName, StoreSettings,
    backup_info::BackupInfo,
    catalogue::Listing,
    layout::{DESCRIPTION, recognise},
    lineage::{Ancestry, read_history},
};

/// A description is of a few kilobytes, but for its list of tablespaces.
const LARGEST_DESCRIPTION: u64 = 1 << 20;
/// How many descriptions are read at a time.
const AT_ONCE: usize = 4;

/// How much of an object store is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// What belongs to the database.
    Server,
    /// Everything at the destination, to know what that takes.
    Destination,
}

/// Looks at the backups of one database. What was read and never changes isn't read again.
#[derive(Debug)]
pub struct Reader {
    settings: Arc<StoreSettings>,
    name: StoreName,
    destination: Destination,
    descriptions: BTreeMap<String, Description>,
    history: Option<(u32, Ancestry)>,
}

/// A description that was read, and by what it is known to be the same.
#[derive(Debug, Clone)]
struct Description {
    seen: (u64, Timestamp),
    info: Result<BackupInfo, String>,
}

impl Reader {
    /// Asks nothing yet. `name` is that of the settings.
    #[must_use]
    pub const fn new(
        settings: Arc<StoreSettings>,
        name: StoreName,
        destination: Destination,
    ) -> Self {
        Self {
            settings,
            name,
            destination,
            descriptions: BTreeMap::new(),
            history: None,
        }
    }

    /// Where it looks.
    #[must_use]
    pub const fn destination(&self) -> &Destination {
        &self.destination
    }

    /// Whether the store answers, by one request.
    pub async fn probe(&self) -> Result<(), Error> {
        Ok(self.open()?.probe(&self.destination.server).await?)
    }

    /// What lies there: a listing, and each description that is new.
    pub async fn read(&mut self, scope: Scope, at: Timestamp) -> Result<StoreReading, Error> {
        // Keys may have been exchanged since.
        let store = self.open()?;
        let (listing, used_bytes) = self.list(&store, scope).await?;
        self.describe(&store, &listing).await?;
        self.trace(&store, &listing).await?;
        let infos = self.descriptions.iter();
        let infos = infos.map(|(id, description)| (id.clone(), description.info.clone()));
        Ok(listing.conclude(&infos.collect(), self.history.as_ref(), used_bytes, at))
    }

    fn open(&self) -> Result<ForeignStore, Error> {
        let destination = &self.destination;
        let location = destination.location();
        let (location, account) = location.map_err(|source| Error::Destination {
            url: destination.url.clone(),
            source,
        })?;
        let connection = self.settings.connection(&self.name, destination, account)?;
        Ok(ForeignStore::open(&location, &connection)?)
    }

    async fn list(
        &self,
        store: &ForeignStore,
        scope: Scope,
    ) -> Result<(Listing, Option<u64>), Error> {
        let server = &self.destination.server;
        let mut listing = Listing::default();
        let mut used_bytes: u64 = 0;
        let mut objects = store.list(match scope {
            Scope::Server => server,
            Scope::Destination => "",
        });
        while let Some(object) = objects.try_next().await? {
            used_bytes = used_bytes.saturating_add(object.bytes);
            let own = object.key.strip_prefix(server.as_str());
            let found = own.and_then(|key| recognise(key.strip_prefix('/')?));
            if let Some(found) = found {
                listing.add(&found, object.bytes, object.stored_at);
            }
        }
        Ok((listing, (scope == Scope::Destination).then_some(used_bytes)))
    }

    /// Reads the descriptions that are new, and forgets those that are gone.
    async fn describe(&mut self, store: &ForeignStore, listing: &Listing) -> Result<(), Error> {
        let listed = listing.folders.iter();
        let listed: BTreeMap<&str, (u64, Timestamp)> = listed
            .filter_map(|(id, folder)| Some((id.as_str(), folder.description?)))
            .collect();
        self.descriptions.retain(|id, known| {
            listed
                .get(id.as_str())
                .is_some_and(|seen| *seen == known.seen)
        });
        let missing: Vec<(String, (u64, Timestamp))> = listed
            .into_iter()
            .filter(|(id, _)| !self.descriptions.contains_key(*id))
            .map(|(id, seen)| (id.to_owned(), seen))
            .collect();
        let server = &self.destination.server;
        let mut reads = futures_util::stream::iter(missing)
            .map(|(id, seen)| async move {
                let info = read_description(store, server, &id, seen.0).await?;
                Ok::<_, Error>((id, Description { seen, info }))
            })
            .buffer_unordered(AT_ONCE);
        while let Some((id, description)) = reads.try_next().await? {
            self.descriptions.insert(id, description);
        }
        Ok(())
    }

    /// Reads the history of the newest timeline, if that is new and not compressed.
    async fn trace(&mut self, store: &ForeignStore, listing: &Listing) -> Result<(), Error> {
        let Some((timeline, true)) = listing.newest_history else {
            self.history = None;
            return Ok(());
        };
        if self
            .history
            .as_ref()
            .is_none_or(|(known, _)| *known != timeline)
        {
            let key = format!("{}/wals/{timeline:08X}.history", self.destination.server);
            let text = store.read(&key).await?;
            self.history = Some((timeline, read_history(&String::from_utf8_lossy(&text))));
        }
        Ok(())
    }
}

async fn read_description(
    store: &ForeignStore,
    server: &str,
    id: &str,
    bytes: u64,
) -> Result<Result<BackupInfo, String>, Error> {
    if bytes > LARGEST_DESCRIPTION {
        return Ok(Err(format!(
            "it has {bytes} bytes, which no description has"
        )));
    }
    let key = format!("{server}/base/{id}/{DESCRIPTION}");
    match store.read(&key).await {
        Ok(text) => Ok(BackupInfo::parse(&String::from_utf8_lossy(&text))),
        Err(error) if error.is_not_found() => Ok(Err("it was deleted just now".to_owned())),
        Err(error) => Err(error.into()),
    }
}
