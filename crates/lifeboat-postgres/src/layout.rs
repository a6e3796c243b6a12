//! Layout: where barman-cloud puts what, below the folder of a server.
//!
//! ```text
//! base/20261121T030000/backup.info            written last
//!                      data.tar[.gz]          and one for each tablespace, in parts if large
//! wals/0000000100000000/000000010000000000000002[.gz]
//!                       000000010000000000000002.00000028.backup[.gz]
//!      00000002.history[.gz]
//! ```

use crate::segment::{SegmentName, hexadecimal};

/// The name of a backup's description.
pub(crate) const DESCRIPTION: &str = "backup.info";

/// What an object is, by its key below the folder of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found<'a> {
    /// A backup's description.
    Description {
        /// The backup's id.
        backup: &'a str,
    },
    /// Data of a backup, as an archive.
    Data {
        /// The backup's id.
        backup: &'a str,
        /// Whether it is as large as what it holds.
        is_plain: bool,
    },
    /// A WAL segment.
    Segment(SegmentName),
    /// What tells from where a timeline branched off.
    History {
        /// That timeline.
        timeline: u32,
        /// Whether it can be read as it is.
        is_plain: bool,
    },
}

/// What an object is; none for what has no part in a restore.
pub(crate) fn recognise(key: &str) -> Option<Found<'_>> {
    let (top, rest) = key.split_once('/')?;
    match top {
        "base" => {
            let (backup, file) = rest.split_once('/')?;
            if file == DESCRIPTION {
                return Some(Found::Description { backup });
            }
            let (_, extension) = file.split_once(".tar")?;
            Some(Found::Data {
                backup,
                is_plain: extension.is_empty(),
            })
        }
        "wals" => match rest.rsplit_once('/') {
            Some((_, file)) => segment(file).or_else(|| history(file)),
            None => history(rest),
        },
        _ => None,
    }
}

/// A whole segment: neither `.partial` nor the `.backup` that is named after one.
fn segment(file: &str) -> Option<Found<'_>> {
    let (name, extension) = file.split_once('.').unwrap_or((file, ""));
    let is_whole = COMPRESSED.contains(&extension) || extension.is_empty();
    SegmentName::parse(name)
        .filter(|_| is_whole)
        .map(Found::Segment)
}

/// How barman-cloud compresses WAL, by what it adds to the names.
const COMPRESSED: [&str; 7] = ["gz", "bz2", "xz", "snappy", "zst", "lz4", "lzma"];

fn history(file: &str) -> Option<Found<'_>> {
    let (name, extension) = file.split_once('.')?;
    let rest = extension.strip_prefix("history")?;
    let timeline = hexadecimal(name).filter(|_| name.len() == 8)?;
    Some(Found::History {
        timeline,
        is_plain: rest.is_empty(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("")]
    #[case("base")]
    #[case("base/20261121T030000")]
    #[case("base/20261121T030000/notes.txt")]
    #[case("wals/0000000100000000/000000010000000000000002.partial")]
    #[case("wals/0000000100000000/000000010000000000000002.00000028.backup")]
    #[case("wals/0000000100000000/000000010000000000000002.00000028.backup.gz")]
    #[case("wals/1.history")]
    #[case("other/0000000100000000/000000010000000000000002")]
    fn what_has_no_part_in_a_restore_is_nothing(#[case] key: &str) {
        assert_eq!(recognise(key), None);
    }

    #[rstest]
    #[case("data.tar", true)]
    #[case("data.tar.gz", false)]
    #[case("data_0001.tar", true)]
    #[case("16387.tar.snappy", false)]
    fn data_is_an_archive(#[case] file: &str, #[case] is_plain: bool) {
        let key = format!("base/20261121T030000/{file}");
        let backup = "20261121T030000";
        assert_eq!(recognise(&key), Some(Found::Data { backup, is_plain }));
    }

    #[rstest]
    #[case("")]
    #[case(".gz")]
    #[case(".zst")]
    fn a_segment_may_be_compressed(#[case] extension: &str) {
        let name = "000000010000000000000002";
        let key = format!("wals/0000000100000000/{name}{extension}");
        let segment = SegmentName::parse(name).unwrap();
        assert_eq!(recognise(&key), Some(Found::Segment(segment)));
    }

    #[rstest]
    #[case("wals/00000002.history", true)]
    #[case("wals/00000002.history.gz", false)]
    fn a_history_is_of_its_timeline(#[case] key: &str, #[case] is_plain: bool) {
        let timeline = 2;
        assert_eq!(recognise(key), Some(Found::History { timeline, is_plain }));
    }

    proptest! {
        #[test]
        fn no_key_makes_it_panic(key in "(base|wals)?/?.*") {
            let _ = recognise(&key);
        }
    }
}
