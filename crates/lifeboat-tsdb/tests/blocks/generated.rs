//! Real blocks, written once for all tests by the tools of Prometheus themselves.

use std::collections::BTreeMap;
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use tempfile::TempDir;

/// Where the blocks lie until the tests end.
static FOLDER: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());

/// Small blocks of each kind, by name.
pub(crate) static BLOCKS: LazyLock<BTreeMap<&'static str, Vec<PathBuf>>> = LazyLock::new(|| {
    BTreeMap::from([
        ("2.42", by_promtool()),
        (
            "float",
            by_blockgen("float", &["-mode", "float", "-tombstones"]),
        ),
        (
            "histogram",
            by_blockgen(
                "histogram",
                &["-mode", "histogram", "-custom-buckets", "-tombstones"],
            ),
        ),
        (
            "new encodings",
            by_blockgen("encodings", &["-mode", "histogram", "-new-encodings"]),
        ),
        (
            "new float encodings",
            by_blockgen("float-encodings", &["-mode", "float", "-new-encodings"]),
        ),
        (
            "out of order",
            by_blockgen("order", &["-mode", "outoforder"]),
        ),
    ])
});

/// All blocks of all kinds.
pub(crate) fn blocks() -> impl Iterator<Item = (&'static str, &'static Path)> {
    BLOCKS
        .iter()
        .flat_map(|(kind, blocks)| blocks.iter().map(|block| (*kind, block.as_path())))
}

/// A copy of a block that a test may break.
pub(crate) fn copy_of(block: &Path) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join(block.file_name().unwrap());
    fs::create_dir_all(copy.join("chunks")).unwrap();
    for name in files(block) {
        fs::copy(block.join(&name), copy.join(&name)).unwrap();
    }
    (folder, copy)
}

/// The paths of all files inside a block.
pub(crate) fn files(block: &Path) -> Vec<String> {
    lifeboat_tsdb::list_block_files(block).unwrap().paths()
}

fn by_blockgen(name: &str, arguments: &[&str]) -> Vec<PathBuf> {
    let folder = FOLDER.path().join(name);
    let mut command = Command::new(tools_folder().join("blockgen"));
    command
        .args(arguments)
        .args(["-series", "6", "-hours", "2"])
        .arg("-out")
        .arg(&folder);
    run(&mut command, "blockgen");
    blocks_in(&folder)
}

/// Twelve series of 500 samples, as Prometheus 2 writes them: with label indices.
fn by_promtool() -> Vec<PathBuf> {
    let folder = FOLDER.path().join("promtool");
    fs::create_dir(&folder).unwrap();
    let mut metrics = String::from("# TYPE load gauge\n");
    for series in 0..12 {
        for sample in 0..500 {
            let time = 1_700_000_000 + sample * 15;
            writeln!(
                metrics,
                "load{{instance=\"host-{series}\",zone=\"z{}\"}} {} {time}",
                series % 3,
                series * sample
            )
            .unwrap();
        }
    }
    metrics.push_str("# EOF\n");
    let input = folder.join("metrics.txt");
    fs::write(&input, metrics).unwrap();
    let blocks = folder.join("blocks");
    let mut command = Command::new("promtool");
    command
        .args(["tsdb", "create-blocks-from", "openmetrics"])
        .arg(&input)
        .arg(&blocks);
    run(&mut command, "promtool");
    blocks_in(&blocks)
}

fn tools_folder() -> PathBuf {
    let cache = || {
        env::var_os("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")))
            .expect("neither XDG_CACHE_HOME nor HOME is set")
    };
    env::var_os("LIFEBOAT_TOOLS")
        .map_or_else(|| cache().join("lifeboat/tools"), PathBuf::from)
        .join("bin")
}

fn run(command: &mut Command, name: &str) {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{name} cannot be started ({error}): run `make tools`"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{name} failed; if it is outdated, run `make tools`: {said}"
    );
}

fn blocks_in(folder: &Path) -> Vec<PathBuf> {
    let mut blocks: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            lifeboat_tsdb::BlockId::is_valid(path.file_name().unwrap().to_str().unwrap())
        })
        .collect();
    blocks.sort();
    assert!(
        !blocks.is_empty(),
        "no block was written to {}",
        folder.display()
    );
    blocks
}
