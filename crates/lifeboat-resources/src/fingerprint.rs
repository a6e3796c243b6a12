//! Fingerprints of a folder's files: cheap to take again, and equal exactly if the contents are.

use std::{
    collections::BTreeMap,
    fs::Metadata,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use jiff::{SignedDuration, Timestamp};

/// What the files of a folder hold, as short as it can be.
///
/// Two are equal if the same files hold the same; when they were written makes no difference.
#[derive(Debug, Clone, Default)]
pub struct Fingerprint {
    files: BTreeMap<PathBuf, File>,
}

#[derive(Debug, Clone)]
struct File {
    /// Where the metadata is still the same, so is the content; none if that can't be told.
    stamp: Option<Stamp>,
    content: Content,
}

/// A hash of what was read, or why nothing was.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Content {
    Hash(u64),
    Unreadable(io::ErrorKind),
}

/// What a file's metadata tells of its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) device: u64,
    pub(crate) inode: u64,
    pub(crate) length: u64,
    /// Seconds and nanoseconds.
    pub(crate) modified: (i64, i64),
    /// When the file's metadata last changed, which nobody can set.
    pub(crate) changed: (i64, i64),
}

impl Stamp {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// Whether a later change would show. Some file systems count in steps of two seconds, so a
    /// second change within a step leaves the metadata as it was.
    fn is_settled(&self, now: Timestamp) -> bool {
        const SETTLED: SignedDuration = SignedDuration::from_secs(10);
        let newest = self.modified.0.max(self.changed.0);
        now.as_second().saturating_sub(newest) > SETTLED.as_secs()
    }
}

impl Fingerprint {
    /// The fingerprint of these files now. Only what may have changed is read.
    pub(crate) fn next(
        &self,
        files: Vec<(PathBuf, Option<Stamp>)>,
        now: Timestamp,
        read: &mut dyn FnMut(&Path) -> io::Result<Vec<u8>>,
    ) -> Self {
        let mut next = Self::default();
        for (path, stamp) in files {
            let before = self.files.get(&path);
            let known = before.filter(|before| before.stamp.is_some() && before.stamp == stamp);
            let file = match known {
                Some(known) => known.clone(),
                None => File {
                    stamp: stamp.filter(|stamp| stamp.is_settled(now)),
                    content: Content::of(read(&path)),
                },
            };
            next.files.insert(path, file);
        }
        next
    }
}

impl Content {
    fn of(read: io::Result<Vec<u8>>) -> Self {
        match read {
            Ok(content) => {
                let mut hasher = DefaultHasher::new();
                content.hash(&mut hasher);
                Self::Hash(hasher.finish())
            }
            Err(error) => Self::Unreadable(error.kind()),
        }
    }
}

impl PartialEq for Fingerprint {
    fn eq(&self, other: &Self) -> bool {
        let contents = |fingerprint: &Self| -> Vec<(PathBuf, Content)> {
            let files = fingerprint.files.iter();
            files
                .map(|(path, file)| (path.clone(), file.content.clone()))
                .collect()
        };
        contents(self) == contents(other)
    }
}

impl Eq for Fingerprint {}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    /// One file as it is at a moment.
    struct Disk {
        modified: i64,
        content: &'static str,
        reads: RefCell<u32>,
    }

    impl Disk {
        fn look(&self, before: &Fingerprint, now: i64) -> Fingerprint {
            let stamp = Stamp {
                device: 1,
                inode: 1,
                length: self.content.len() as u64,
                modified: (self.modified, 0),
                changed: (self.modified, 0),
            };
            let files = vec![(PathBuf::from("a.yaml"), Some(stamp))];
            let now = Timestamp::from_second(now).unwrap();
            let mut read = |_: &Path| {
                *self.reads.borrow_mut() += 1;
                Ok(self.content.as_bytes().to_vec())
            };
            before.next(files, now, &mut read)
        }
    }

    fn disk(modified: i64, content: &'static str) -> Disk {
        Disk {
            modified,
            content,
            reads: RefCell::new(0),
        }
    }

    #[test]
    fn a_file_that_rests_is_read_once() {
        let disk = disk(1_000, "one");
        let first = disk.look(&Fingerprint::default(), 2_000);
        let second = disk.look(&first, 2_002);
        assert_eq!(first, second);
        assert_eq!(*disk.reads.borrow(), 1);
    }

    #[test]
    fn a_second_change_within_the_clock_s_step_is_seen() {
        let first = disk(1_000, "one").look(&Fingerprint::default(), 1_000);
        let second = disk(1_000, "two").look(&first, 1_001);
        assert_ne!(first, second);
    }

    #[test]
    fn a_file_that_was_written_anew_with_the_same_content_has_not_changed() {
        let first = disk(1_000, "one").look(&Fingerprint::default(), 2_000);
        let second = disk(1_500, "one").look(&first, 2_000);
        assert_eq!(first, second);
    }

    #[test]
    fn a_file_that_comes_or_goes_is_a_change() {
        let first = disk(1_000, "one").look(&Fingerprint::default(), 2_000);
        assert_ne!(first, Fingerprint::default());
    }
}
