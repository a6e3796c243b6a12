//! What can't be read: named for what it is, with a hint, and left as it is.

use std::{fs, path::PathBuf};

use lifeboat_kopia::{Error, KopiaSettings};
use lifeboat_testkit::{
    garage::Garage,
    kopia::{KopiaRepository, spoil},
    ports::free_port,
    tree::tree,
};
use tempfile::TempDir;

use super::{Secrets, name};

fn in_a_folder() -> (TempDir, KopiaRepository, Secrets) {
    let folder = tempfile::tempdir().unwrap();
    let repository = KopiaRepository::in_folder(folder.path());
    let secrets = Secrets::of(&repository);
    (folder, repository, secrets)
}

#[tokio::test]
async fn without_the_program_there_is_a_hint() {
    let (_folder, _repository, secrets) = in_a_folder();
    let settings = KopiaSettings {
        program: PathBuf::from("/nowhere/kopia"),
        ..secrets.settings()
    };
    let read = lifeboat_kopia::read(&settings, &name(), jiff::Timestamp::now()).await;
    let error = read.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the program /nowhere/kopia was not found"
    );
    assert!(error.hint().contains("--kopia"));
}

#[tokio::test]
async fn a_wrong_password_is_named() {
    let (_folder, _repository, secrets) = in_a_folder();
    let error = secrets.set("KOPIA_PASSWORD", "wrong").error().await;
    assert_eq!(
        error.to_string(),
        "the password of the Kopia repository is wrong"
    );
    assert!(error.hint().contains("KOPIA_PASSWORD"));
    let password = format!("{}\n", KopiaRepository::PASSWORD);
    secrets
        .set("KOPIA_PASSWORD", &password)
        .read()
        .await
        .unwrap();
}

#[tokio::test]
async fn an_empty_folder_stays_empty() {
    let (_folder, _repository, secrets) = in_a_folder();
    let empty = tempfile::tempdir().unwrap();
    let url = format!("filesystem://{}", empty.path().display());
    let error = secrets.set("KOPIA_REPOSITORY", &url).error().await;
    assert!(matches!(error, Error::NoRepository { .. }), "{error:?}");
    assert_eq!(fs::read_dir(empty.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_missing_folder_is_not_made() {
    let (_folder, _repository, secrets) = in_a_folder();
    let parent = tempfile::tempdir().unwrap();
    let url = format!("filesystem://{}/missing", parent.path().display());
    let error = secrets.set("KOPIA_REPOSITORY", &url).error().await;
    assert!(matches!(error, Error::RepositoryFolder { .. }), "{error:?}");
    assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
}

/// kopia itself would write this file, with a guess that hides the blobs from every client.
#[tokio::test]
async fn a_repository_without_its_layout_is_left_alone() {
    let (folder, _repository, secrets) = in_a_folder();
    fs::remove_file(folder.path().join(".shards")).unwrap();
    let before = tree(folder.path());
    let error = secrets.error().await;
    assert!(matches!(error, Error::NoShards(_)), "{error:?}");
    assert_eq!(tree(folder.path()), before);
}

#[tokio::test]
async fn spoilt_blobs_are_damage() {
    let (folder, repository, secrets) = in_a_folder();
    let data = super::data();
    repository.snapshot(data.path(), "db@apps:/data");
    let manifests = folder.path().join("q");
    for pack in tree(&manifests).keys() {
        spoil(&manifests.join(pack));
    }
    let error = secrets.error().await;
    assert!(matches!(error, Error::Damaged(_)), "{error:?}");
    assert!(error.to_string().contains("invalid checksum"), "{error}");

    let format = folder.path().join("kopia.repository.f");
    fs::write(format, "spoilt").unwrap();
    let error = secrets.error().await;
    assert!(error.to_string().contains("invalid format blob"), "{error}");
}

#[tokio::test]
async fn buckets_keys_and_servers_that_fail_are_told_apart() {
    let garage = Garage::start().await;
    let bucket = garage.bucket("backups").await;
    let repository = KopiaRepository::in_bucket(&bucket, "kopia");
    let secrets = Secrets::of(&repository);
    secrets.read().await.unwrap();

    let error = secrets
        .set("KOPIA_REPOSITORY", "s3://backups/other")
        .error()
        .await;
    assert!(matches!(error, Error::NoRepository { .. }), "{error:?}");
    let error = secrets
        .set("KOPIA_REPOSITORY", "s3://missing/kopia")
        .error()
        .await;
    assert!(matches!(error, Error::NoRepository { .. }), "{error:?}");
    assert!(error.hint().contains("the bucket may be missing"));
    let other = garage.bucket("others").await;
    let stranger = garage.read_only(&other).await;
    secrets.set("KOPIA_REPOSITORY", "s3://backups/kopia");
    secrets.set("AWS_ACCESS_KEY_ID", &stranger.access_key_id);
    secrets.set("AWS_SECRET_ACCESS_KEY", &stranger.secret_access_key);
    let error = secrets.error().await;
    assert!(matches!(error, Error::AccessDenied(_)), "{error:?}");
    let error = secrets.set("AWS_SECRET_ACCESS_KEY", "wrong").error().await;
    assert!(matches!(error, Error::AccessDenied(_)), "{error:?}");
    let nowhere = format!("http://127.0.0.1:{}", free_port());
    let error = secrets.set("AWS_S3_ENDPOINT", &nowhere).error().await;
    assert!(matches!(error, Error::Unreachable(_)), "{error:?}");
}
