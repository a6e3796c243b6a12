//! Repositories on object stores: servers of several kinds, every setting, every way to log in.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

mod azure;
mod credentials;
mod garage;
mod https;
mod settings;
#[path = "../support/mod.rs"]
mod support;

use std::path::Path;
use std::process::Command;

use lifeboat_testkit::s3::S3Bucket;
use lifeboat_testkit::tree::tree;
use serde_json::Value;

use support::{Ran, blocks, lifeboat, run, text};

/// A repository in a bucket, with the variables and options to reach it.
pub(crate) struct Remote {
    pub(crate) url: String,
    pub(crate) variables: Vec<(String, String)>,
    pub(crate) options: Vec<String>,
}

impl Remote {
    /// A repository in an S3 bucket, below the prefix `team/prometheus`.
    pub(crate) fn s3(bucket: &S3Bucket) -> Self {
        let variables = bucket.variables();
        Self {
            url: format!("s3://{}/team/prometheus", bucket.bucket),
            variables: variables
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            options: Vec::new(),
        }
    }

    /// With more options, separated by blanks.
    pub(crate) fn options(mut self, words: &str) -> Self {
        self.options
            .extend(words.split_whitespace().map(str::to_owned));
        self
    }

    /// With another value of a variable, or without the variable.
    pub(crate) fn variable(mut self, name: &str, value: Option<&str>) -> Self {
        self.variables.retain(|(other, _)| other != name);
        let value = value.map(|value| (name.to_owned(), value.to_owned()));
        self.variables.extend(value);
        self
    }

    /// The command line with these words.
    pub(crate) fn command(&self, words: &str) -> Command {
        let mut command = lifeboat(words.split_whitespace());
        command
            .args(["--repository", &self.url, "--retry-timeout", "2s"])
            .args(&self.options)
            .envs(self.variables.iter().cloned());
        command
    }

    pub(crate) fn run(&self, words: &str) -> Ran {
        run(&mut self.command(words))
    }

    pub(crate) fn json(&self, words: &str) -> Value {
        self.run(&format!("{words} --output json")).exits(0).json()
    }

    /// A backup of the blocks of a folder, printed as JSON.
    pub(crate) fn back_up(&self, source: &Path) -> Ran {
        let source = source.to_str().unwrap();
        self.run(&format!(
            "backup prometheus --output json --from-snapshot {source}"
        ))
    }
}

/// Everything that one does with a repository, once.
pub(crate) fn does_everything(remote: &Remote) {
    let (source, scratch) = (blocks(4), tempfile::tempdir().unwrap());
    let first = remote.back_up(source.path()).exits(0).json();
    assert_eq!(first["outcome"], "complete");
    assert_eq!(first["sent"]["files"], 8);
    let second = remote.back_up(source.path()).exits(0).json();
    assert_eq!(second["sent"]["files"], 0);
    assert_eq!(second["read"]["files"], 0);

    let verified = remote.json("backups verify --level deep");
    assert_eq!(verified["good"], true);
    assert_eq!(verified["objects_read"], 8);
    remote.json(&format!("backups pin {}", text(&first["id"])));
    let listed = remote.json("backups list");
    assert_eq!(listed["backups"][0]["id"], second["id"]);
    assert_eq!(listed["backups"][1]["pinned"], true);

    let target = scratch.path().join("restored");
    let restore = format!("backups restore latest --target {}", target.display());
    remote.run(&restore).exits(0);
    assert_eq!(tree(&target), tree(source.path()));

    let keep = "backups prune --keep-daily 0 --keep-monthly 0 --keep-yearly 0 --keep-last 1";
    remote.json(&format!("backups unpin {}", text(&first["id"])));
    let pruned = remote.json(keep);
    assert_eq!(
        (&pruned["kept"], &pruned["dropped"]),
        (&1.into(), &1.into())
    );
    remote.run("backups verify").exits(0);
}

/// The keys of every object that the newest backup is made of, its own document last.
pub(crate) fn keys(remote: &Remote) -> Vec<String> {
    let shown = remote.json("backups show");
    let mut keys: Vec<String> = shown["blocks"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|block| block["files"].as_array().unwrap())
        .map(|file| format!("team/prometheus/{}", text(&file["key"])))
        .collect();
    let id = text(&shown["id"]);
    keys.push(format!(
        "team/prometheus/backups/prometheus/{id}/metadata.json"
    ));
    keys
}
