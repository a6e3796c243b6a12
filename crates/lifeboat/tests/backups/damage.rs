//! Damage in the source and in the repository: what is named, what is kept, what heals.

use std::fs::{self, File};
use std::path::Path;
use std::time::Duration;

use lifeboat_testkit::blocks::blocks_in;
use lifeboat_testkit::tree::tree;
use rstest::rstest;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Repository, age, blocks, flip, run, text, texts};
use crate::{KEEP_LAST, listed, together};

#[rstest]
#[case::in_the_chunks("chunks/000001", "at offset ")]
#[case::in_the_index("index", "at offset ")]
#[case::in_the_tombstones("tombstones", "")]
#[case::in_meta_json("meta.json", "")]
fn story_34_a_bad_byte_in_the_source_is_named_and_the_rest_is_kept(
    #[case] file: &str,
    #[case] place: &str,
) {
    let (repository, sound, new) = (Repository::new(), blocks(2), blocks(4));
    let older = repository.id_of_backup(sound.path());
    let damaged = blocks_in(new.path())[0].clone();
    let ulid = damaged.file_name().unwrap().to_str().unwrap().to_owned();
    // In every one of these files, this byte is under a checksum or means something.
    let offset = if file == "tombstones" { 7 } else { 200 };
    flip(
        &damaged.join(file),
        offset.min(damaged.join(file).metadata().unwrap().len() / 2),
    );
    let source = together(&[sound.path(), new.path()]);

    let ran = run(&mut repository.backup_command(source.path())).exits(1);
    let taken = ran.json();
    assert_eq!(taken["outcome"], "damaged");
    let damage = texts(&taken["damage"]);
    let named = format!("{ulid}/{file}");
    assert!(
        damage.iter().all(|finding| finding.starts_with(&ulid)),
        "{damage:?}"
    );
    assert!(
        damage
            .iter()
            .any(|finding| finding.starts_with(&named) && finding.contains(place)),
        "{damage:?}"
    );

    // Everything is there, the bad byte too, and the table says so.
    let id = text(&taken["id"]);
    let by_id = repository.scratch("by-id");
    repository
        .restore(&id, &by_id)
        .says(&["damaged before the backup:", &named]);
    assert_eq!(tree(&by_id), tree(source.path()));
    repository
        .run(&format!("backups show {id}"))
        .exits(0)
        .says(&["damaged:", &named]);
    repository.run("backups list").exits(0).says(&["damaged"]);
    repository.run("backups verify").exits(1).says(&[&named]);

    // It does not count as good.
    let latest = repository.scratch("latest");
    repository
        .restore("latest", &latest)
        .complains(&["a newer backup is passed over", &id]);
    assert_eq!(tree(&latest), tree(sound.path()));
    let pruned = repository.json(KEEP_LAST);
    assert!(
        texts(&pruned["plan"][1]["reasons"]).contains(&"newest good".to_owned()),
        "{pruned}"
    );
    assert!(listed(&repository).contains(&older));
}

/// Three backups: the first holds block 0, the second blocks 0 and 1, the third block 1.
struct Three {
    repository: Repository,
    ids: Vec<String>,
    sources: [TempDir; 3],
}

fn three() -> Three {
    let (repository, blocks) = (Repository::new(), [blocks(2), blocks(2)]);
    let both = together(&[blocks[0].path(), blocks[1].path()]);
    let [first, third] = blocks;
    let sources = [first, both, third];
    let ids = sources
        .iter()
        .map(|source| repository.id_of_backup(source.path()))
        .collect();
    Three {
        repository,
        ids,
        sources,
    }
}

#[derive(Clone, Copy, Debug)]
enum Harm {
    Delete,
    Truncate,
    FlipAByte,
}

impl Harm {
    fn on(self, path: &Path) {
        match self {
            Self::Delete => fs::remove_file(path).unwrap(),
            Self::Truncate => {
                let file = File::options().write(true).open(path).unwrap();
                file.set_len(path.metadata().unwrap().len() / 2).unwrap();
            }
            Self::FlipAByte => flip(path, path.metadata().unwrap().len() / 2),
        }
    }
}

const ALL: &[&str] = &["quick", "checksums", "deep"];

const READING: &[&str] = &["checksums", "deep"];

#[rstest]
#[case::a_deleted_index("index", Harm::Delete, ALL, "is missing")]
#[case::deleted_chunks("chunks/000001", Harm::Delete, ALL, "is missing")]
#[case::a_deleted_meta_json("meta.json", Harm::Delete, ALL, "is missing")]
#[case::a_truncated_index("index", Harm::Truncate, ALL, "bytes instead of")]
#[case::truncated_chunks("chunks/000001", Harm::Truncate, ALL, "bytes instead of")]
#[case::a_byte_of_an_index("index", Harm::FlipAByte, READING, "other bytes")]
#[case::a_byte_of_chunks("chunks/000001", Harm::FlipAByte, READING, "other bytes")]
#[case::a_byte_of_meta_json("meta.json", Harm::FlipAByte, READING, "other bytes")]
#[case::a_byte_of_tombstones("tombstones", Harm::FlipAByte, READING, "other bytes")]
fn story_36_a_bad_object_is_named_with_every_backup_that_it_hurts(
    #[case] file: &str,
    #[case] harm: Harm,
    #[case] seen_by: &[&str],
    #[case] reason: &str,
) {
    let Three {
        repository,
        ids,
        sources,
    } = three();
    let key = repository.object(&ids[0], 0, file);
    harm.on(&repository.path().join(&key));
    for level in ALL {
        let words = format!("backups verify --level {level} --no-record");
        let code = i32::from(seen_by.contains(level));
        let table = repository.run(&words).exits(code);
        let found = repository
            .run(&format!("{words} --output json"))
            .exits(code)
            .json();
        if code == 0 {
            assert_eq!(found["bad_objects"], json!([]));
            continue;
        }
        let bad = found["bad_objects"].as_array().unwrap();
        assert_eq!(bad.len(), 1, "{found}");
        assert_eq!(bad[0]["key"], key.as_str());
        assert_eq!(bad[0]["backups"], json!(ids[..2]));
        assert!(
            bad[0]["reasons"][0].as_str().unwrap().contains(reason),
            "{found}"
        );
        let good: Vec<&Value> = found["backups"]
            .as_array()
            .unwrap()
            .iter()
            .map(|backup| &backup["good"])
            .collect();
        assert_eq!(good, [false, false, true]);
        table.says(&[&format!("bad: {key}"), "hurts", &ids[0], &ids[1]]);
    }
    // A restore notices, and leaves nothing half done.
    let target = repository.scratch("restored");
    repository
        .run(&format!(
            "backups restore {} --target {}",
            ids[1],
            target.display()
        ))
        .exits(1)
        .complains(&[&key, "hint:", "`lifeboat backups verify`"]);
    assert!(!target.exists());

    // What was found is remembered, and the next backup sends the file again.
    repository.run("backups verify --level checksums").exits(1);
    repository.run("backups list").exits(0).says(&["bad"]);
    let healed = repository.back_up(sources[1].path());
    assert_eq!(healed["outcome"], "complete");
    assert_eq!(healed["sent"]["files"], 1);
    repository
        .run("backups verify latest --level deep")
        .exits(0);
    repository.restore("latest", &target);
    assert_eq!(tree(&target), tree(sources[1].path()));
}

#[rstest]
#[case::truncated(Harm::Truncate)]
#[case::a_flipped_byte(Harm::FlipAByte)]
fn story_36_damaged_metadata_hurts_its_own_backup_only(#[case] harm: Harm) {
    let Three {
        repository,
        ids,
        sources,
    } = three();
    let key = format!("backups/prometheus/{}/metadata.json", ids[1]);
    harm.on(&repository.path().join(&key));
    for level in ALL {
        let words = format!("backups verify --level {level} --output json");
        let found = repository.run(&words).exits(1).json();
        assert_eq!(found["bad_objects"][0]["key"], key.as_str());
        assert_eq!(found["bad_objects"][0]["backups"], json!([ids[1]]));
        assert_eq!(found["bad_objects"].as_array().unwrap().len(), 1);
    }
    repository
        .run("backups list")
        .exits(1)
        .says(&["unreadable", &key]);
    // Nobody knows what it needs, so nothing is deleted.
    age(&repository.path(), Duration::from_hours(25));
    let data = tree(&repository.path().join("data"));
    repository
        .run(KEEP_LAST)
        .exits(1)
        .says(&["unreadable:", &key, "no object is removed"]);
    assert_eq!(tree(&repository.path().join("data")), data);
    repository.back_up(sources[1].path());
    repository
        .run("backups verify latest --level deep")
        .exits(0);
}

#[test]
fn a_sample_reads_a_part_and_says_so() {
    let (repository, source) = (Repository::new(), blocks(40));
    repository.back_up(source.path());
    let found = repository.json("backups verify --level deep --sample 50");
    let (listed, read) = (&found["objects_listed"], &found["objects_read"]);
    assert_eq!(listed, 80);
    assert!((4..=76).contains(&read.as_u64().unwrap()), "{found}");
    repository
        .run("backups list")
        .exits(0)
        .says(&["50% deep, "]);
    repository
        .run("backups show")
        .exits(0)
        .says(&["deep of 50% of the blocks"]);
}
