//! Texts that many objects have alike, such as the name of the Cluster of a Backup, in one copy.

use std::{borrow::Cow, fmt, ops::Deref, sync::Arc};

use serde::Deserialize;

/// A text that several objects may share. It is read, and compared, as any other.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Cow<'_, str>")]
pub struct SharedText(Arc<str>);

impl From<Cow<'_, str>> for SharedText {
    fn from(text: Cow<'_, str>) -> Self {
        Self(text.into())
    }
}

impl From<String> for SharedText {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl Deref for SharedText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SharedText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, formatter)
    }
}

/// Makes the texts of a part of an object those of its neighbour, if the two are the same. Neighbours
/// are much alike: names go by what made the objects and by the day.
pub(super) fn share<T: Clone + PartialEq>(own: &mut T, of_neighbour: &T) {
    if own == of_neighbour {
        own.clone_from(of_neighbour);
    }
}
