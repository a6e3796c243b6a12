//! List, show, pin, instances: what a person sees of a repository.

use std::time::Duration;

use lifeboat_testkit::blocks::blocks_in;
use lifeboat_testkit::tree::tree;

use crate::support::{Repository, age, blocks, run, text};
use crate::{KEEP_LAST, assert_lines_fit, listed};

#[test]
fn a_list_shows_the_newest_backup_first_and_fits_a_terminal() {
    let (repository, source) = (Repository::new(), blocks(4));
    let first = repository.id_of_backup(source.path());
    let second = repository.id_of_backup(source.path());
    assert_eq!(listed(&repository), [second.clone(), first.clone()]);

    repository.json(&format!("backups verify {first} --level deep"));
    repository.json(&format!("backups pin {first} --reason upgrade"));
    let ran = repository.run("backups list").exits(0);
    assert_lines_fit(&ran.stdout, 80);
    let row = |id: &str| {
        ran.stdout
            .lines()
            .find(|line| line.starts_with(id))
            .unwrap()
    };
    for word in ["deep, ", " ago", "good, pinned"] {
        assert!(row(&first).contains(word), "{}", row(&first));
    }
    assert!(row(&second).contains("never"), "{}", row(&second));
    assert!(
        ran.stdout.contains("2 backups of prometheus in"),
        "{}",
        ran.stdout
    );
}

#[test]
fn show_tells_what_a_backup_holds() {
    let (repository, source) = (Repository::new(), blocks(4));
    let id = repository.id_of_backup(source.path());
    repository.json(&format!("backups pin {id} --reason upgrade"));
    let ran = repository.run("backups show").exits(0).says(&[
        &id,
        "2 blocks, ",
        "in 8 files; this run sent ",
        "pinned ",
        "upgrade",
        "verified    never",
    ]);
    assert_lines_fit(&ran.stdout, 80);
    for block in blocks_in(source.path()) {
        let name = block.file_name().unwrap().to_str().unwrap();
        assert!(ran.stdout.contains(name), "{name} is not in {}", ran.stdout);
    }
    let with_files = repository.run("backups show --files").exits(0);
    let metadata = repository.metadata("prometheus", &id);
    for block in metadata["blocks"].as_array().unwrap() {
        for file in block["files"].as_array().unwrap() {
            let key = text(&file["key"]);
            assert!(with_files.stdout.contains(&key), "{key}");
        }
    }
}

#[test]
fn the_same_data_is_printed_as_json_and_yaml() {
    let (repository, source) = (Repository::new(), blocks(2));
    let id = repository.id_of_backup(source.path());
    assert_eq!(repository.json("backups show")["id"], id.as_str());
    repository
        .run("backups show --output yaml")
        .exits(0)
        .says(&[&format!("id: {id}\n")]);
}

#[test]
fn two_instances_share_a_repository_and_nothing_else() {
    let (repository, source, other) = (Repository::new(), blocks(2), blocks(4));
    let mine = repository.id_of_backup(source.path());
    let mut command = repository.backup_command(other.path());
    run(command.args(["--instance", "staging"])).exits(0);

    let staging = repository.json("backups list --instance staging");
    assert_eq!(staging["backups"][0]["totals"]["blocks"], 2);
    assert_eq!(listed(&repository), [mine]);
    age(&repository.path(), Duration::from_hours(25));
    repository.run(KEEP_LAST).exits(0);
    let verify = "backups verify --level deep --instance staging";
    assert_eq!(repository.json(verify)["good"], true);
    let target = repository.scratch("restored");
    repository.restore("latest --instance staging", &target);
    assert_eq!(tree(&target), tree(other.path()));
}

#[test]
fn an_unknown_instance_is_no_success_where_something_was_to_be_proved() {
    let (repository, source) = (Repository::new(), blocks(2));
    repository.back_up(source.path());
    repository
        .run("backups list --instance typo")
        .exits(0)
        .says(&["No backups of typo in", "There are backups of: prometheus"]);
    repository
        .run("backups prune --instance typo")
        .exits(0)
        .says(&["No backups of typo in"]);
    for words in [
        "verify",
        "show",
        "restore latest --target /nonexistent/target",
    ] {
        repository
            .run(&format!("backups {words} --instance typo"))
            .exits(1)
            .complains(&[
                "holds no backup of \"typo\"",
                "hint: `lifeboat backups list`",
            ]);
    }
}

#[test]
fn a_repository_that_is_not_there_is_a_typing_error() {
    let repository = Repository::new();
    for words in [
        "list",
        "verify",
        "prune",
        "show",
        "restore latest --target /tmp/x",
    ] {
        repository
            .run(&format!("backups {words}"))
            .exits(1)
            .complains(&[
                "failed to open the repository's folder",
                "hint: check the path",
            ]);
    }
    assert!(!repository.path().exists());
}
