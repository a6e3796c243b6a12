//! What a reading leaves behind: nothing, however it ends. And no secret in any list of processes.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use lifeboat_kopia::KopiaSettings;
use lifeboat_testkit::{garage::Garage, kopia::KopiaRepository, tools::tool};
use tempfile::TempDir;

use super::{Secrets, name};

/// A program that writes down how it was called before it is `kopia`, or something that hangs.
struct Witness {
    folder: TempDir,
}

impl Witness {
    fn before(program: &str) -> Self {
        let witness = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let notes = witness.folder.path().display();
        let script = format!(
            "#!/bin/sh\necho \"$HOME\" >> {notes}/homes\necho $$ >> {notes}/processes\n\
             echo \"$@\" >> {notes}/arguments\nexec {program}\n"
        );
        // What this process has open for writing, even in a child that is only just beginning, can't be
        // run; so another process writes it.
        let draft = witness.folder.path().join("draft");
        fs::write(&draft, script).unwrap();
        let installed = Command::new("install")
            .args(["-m", "755"])
            .args([draft, witness.program()])
            .status();
        assert!(installed.unwrap().success());
        witness
    }

    fn of_kopia() -> Self {
        Self::before(&format!("{} \"$@\"", tool("kopia").display()))
    }

    fn program(&self) -> PathBuf {
        self.folder.path().join("kopia")
    }

    fn settings(&self, secrets: &Secrets) -> KopiaSettings {
        KopiaSettings {
            program: self.program(),
            ..secrets.settings()
        }
    }

    fn note(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()
    }

    /// The folders that it was given for its configuration and cache.
    fn homes(&self) -> Vec<PathBuf> {
        self.note("homes").lines().map(PathBuf::from).collect()
    }
}

#[tokio::test]
async fn keys_and_passwords_are_no_arguments() {
    let garage = Garage::start().await;
    let bucket = garage.bucket("backups").await;
    let repository = KopiaRepository::in_bucket(&bucket, "kopia");
    let secrets = Secrets::of(&repository);
    let witness = Witness::of_kopia();
    lifeboat_kopia::read(&witness.settings(&secrets), &name(), Timestamp::now())
        .await
        .unwrap();
    let arguments = witness.note("arguments");
    assert!(arguments.contains("repository connect s3 --bucket=backups"));
    for secret in [
        KopiaRepository::PASSWORD,
        &bucket.access_key_id,
        &bucket.secret_access_key,
    ] {
        assert!(!arguments.contains(secret), "{arguments}");
    }
}

#[tokio::test]
async fn a_good_reading_and_a_bad_one_leave_no_folder() {
    let folder = tempfile::tempdir().unwrap();
    let repository = KopiaRepository::in_folder(folder.path());
    let secrets = Secrets::of(&repository);
    let witness = Witness::of_kopia();
    let settings = witness.settings(&secrets);
    let read = async || lifeboat_kopia::read(&settings, &name(), Timestamp::now()).await;
    read().await.unwrap();
    secrets.set("KOPIA_PASSWORD", "wrong");
    read().await.unwrap_err();
    let homes = witness.homes();
    // Six commands of the good one, and the first of the bad one.
    assert_eq!(homes.len(), 7);
    for home in homes {
        assert!(!home.exists(), "{}", home.display());
    }
}

#[tokio::test]
async fn a_reading_that_is_given_up_leaves_neither_folder_nor_process() {
    let folder = tempfile::tempdir().unwrap();
    let repository = KopiaRepository::in_folder(folder.path());
    let secrets = Secrets::of(&repository);
    let witness = Witness::before("sleep 600");
    let settings = witness.settings(&secrets);
    let reading =
        tokio::spawn(
            async move { lifeboat_kopia::read(&settings, &name(), Timestamp::now()).await },
        );
    wait_until("kopia runs", || !witness.note("arguments").is_empty()).await;
    let home = &witness.homes()[0];
    assert!(home.exists());
    reading.abort();
    assert!(reading.await.unwrap_err().is_cancelled());
    assert!(!home.exists());
    let process = format!("/proc/{}", witness.note("processes").trim());
    wait_until("it ends", || !Path::new(&process).exists()).await;
}

async fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(
            start.elapsed() < Duration::from_mins(1),
            "{what}: it didn't"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
