//! Standbys: databases that follow another one, to take its place if it is lost.

/// What is known of a standby beside what its instances say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standby {
    /// Whom it follows, by its own description; none if it doesn't say, but somebody says of it that it
    /// is a standby.
    pub follows: Option<String>,
    /// Whether it is to receive WAL by streaming. Otherwise it fetches files, and isn't connected.
    pub streams: bool,
    /// Whether anybody reads what its instances say.
    pub is_read: bool,
    /// Whether it is put to sleep on purpose.
    pub rests: bool,
}

/// Whether a database is a standby.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum StandbyRole {
    /// It doesn't say. If it was one before, it was promoted.
    #[default]
    Untold,
    /// It is none: it leads on purpose, or somebody says so.
    Leads,
    /// It is one.
    Follows(Box<Standby>),
}
