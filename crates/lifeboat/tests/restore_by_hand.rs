//! Executes docs/restore-by-hand.md, command by command, and starts a real Prometheus on what it restored.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use lifeboat_testkit::blocks::{Counters, blocks_in, promtool_blocks};
use lifeboat_testkit::garage::Garage;
use lifeboat_testkit::prometheus::Prometheus;
use lifeboat_testkit::s3::S3Bucket;
use lifeboat_testkit::tools::tool;
use lifeboat_testkit::tree::tree;
use support::{Ran, Repository, clean, lifeboat, run, text};
use tempfile::TempDir;

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/restore-by-hand.md");

/// The commands below a heading of the document, with the example's values replaced by these.
fn commands(heading: &str, values: &[(&str, &str)]) -> String {
    let document = fs::read_to_string(DOCUMENT).unwrap();
    let (_, rest) = document.split_once(&format!("\n## {heading}\n")).unwrap();
    let section = rest.split("\n## ").next().unwrap();
    let blocks: Vec<&str> = section
        .split("```bash\n")
        .skip(1)
        .map(|block| block.split("```").next().unwrap())
        .collect();
    assert!(!blocks.is_empty(), "no commands below {heading}");
    let mut script = blocks.concat();
    for (name, value) in values {
        let export = format!("export {name}=");
        let start = script.find(&export).unwrap() + export.len();
        let end = start + script[start..].find('\n').unwrap();
        script.replace_range(start..end, value);
    }
    script
}

/// Runs the commands as a person would type them, one after the other, up to the first that fails.
fn by_hand(script: &str, bucket: Option<&S3Bucket>) -> Ran {
    let programs = tool("aws").parent().unwrap().to_owned();
    let path = std::env::var("PATH").unwrap();
    let mut command = clean("bash");
    command
        .args(["-euo", "pipefail", "-c", script])
        .env("PATH", format!("{}:{path}", programs.display()));
    if let Some(bucket) = bucket {
        command.envs(bucket.variables());
    }
    run(&mut command)
}

/// A few blocks of which one has lost its tombstones file, as some tools write them.
fn source() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let counters = Counters {
        series: 4,
        samples: 30,
        start: 1_700_000_000,
        step: 300,
    };
    let blocks = promtool_blocks(folder.path(), &counters.open_metrics());
    assert!(blocks.len() >= 2, "{blocks:?}");
    fs::remove_file(blocks[1].join("tombstones")).unwrap();
    folder
}

/// What was backed up is there again, and a Prometheus answers from it and can be backed up.
async fn prove(restored: &Path, source: &Path) {
    let missing = {
        let block = &blocks_in(source)[1];
        PathBuf::from(block.file_name().unwrap()).join("tombstones")
    };
    let mut expected = tree(source);
    let found = tree(restored);
    expected.insert(missing.clone(), found[&missing].clone());
    assert_eq!(found, expected);

    let prometheus = Prometheus::version3()
        .admin_api(true)
        .data_directory(restored)
        .start()
        .await;
    let data = prometheus
        .query("lifeboat_test_total{series=\"2\"}", 1_700_003_000.0)
        .await;
    assert_eq!(data["result"][0]["value"][1], "30");
    let snapshot = prometheus.snapshot(true).await;
    assert!(!blocks_in(&snapshot).is_empty());
}

/// The seal that the document states and the one that `sha256sum` found.
fn assert_seals_agree(ran: &Ran) {
    let is_digest =
        |word: &&str| word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let digests: Vec<&str> = ran.stdout.split_whitespace().filter(is_digest).collect();
    assert_eq!(digests.len(), 2, "{}", ran.stdout);
    assert_eq!(digests[0], digests[1]);
}

#[tokio::test]
async fn the_documents_commands_restore_from_s3() {
    let garage = Garage::start().await;
    let bucket = garage.bucket("backups").await;
    let source = source();
    let words = [
        "backup",
        "prometheus",
        "--repository",
        "s3://backups/team/prometheus",
    ];
    let mut backup = lifeboat(words);
    backup.arg("--from-snapshot").arg(source.path());
    bucket.apply(&mut backup);
    run(&mut backup).exits(0);

    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("restored");
    let values = [
        ("REPOSITORY", "s3://backups/team/prometheus"),
        ("TARGET", target.to_str().unwrap()),
        ("AWS_ENDPOINT_URL", &bucket.endpoint),
    ];
    let script = commands("From S3", &values) + &commands("Check and start", &[]);
    let ran = by_hand(&script, Some(&bucket)).exits(0);
    assert_seals_agree(&ran);
    prove(&target, source.path()).await;
}

#[tokio::test]
async fn the_documents_commands_restore_from_a_folder() {
    let (repository, source) = (Repository::new(), source());
    repository.back_up(source.path());
    let target = repository.scratch("restored");
    let path = repository.path();
    let values = [
        ("REPOSITORY", path.to_str().unwrap()),
        ("TARGET", target.to_str().unwrap()),
    ];
    let script = commands("From a folder", &values) + &commands("Check and start", &[]);
    let ran = by_hand(&script, None).exits(0);
    assert_seals_agree(&ran);
    prove(&target, source.path()).await;
}

#[test]
fn the_documents_checks_find_a_bad_byte() {
    let (repository, source) = (Repository::new(), source());
    let id = text(&repository.back_up(source.path())["id"]);
    let key = repository.object(&id, 0, "chunks/000001");
    support::flip(&repository.path().join(key), 100);
    let target = repository.scratch("restored");
    let path = repository.path();
    let values = [
        ("REPOSITORY", path.to_str().unwrap()),
        ("TARGET", target.to_str().unwrap()),
    ];
    let script = commands("From a folder", &values) + &commands("Check and start", &[]);
    let ran = by_hand(&script, None);
    assert_ne!(ran.code, Some(0));
    assert!(
        ran.stdout.contains("chunks/000001: FAILED"),
        "{}",
        ran.stdout
    );
}
