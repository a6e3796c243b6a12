//! The least that a first backup can take with this client library: reads, hashes and sends files, and checks nothing.
//!
//! `bare_upload FOLDER s3://BUCKET/PREFIX`, with endpoint and keys in the usual variables. `make bench`
//! sets it beside Lifeboat, so that what checking costs is told apart from what sending costs.

use std::{
    env,
    error::Error,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use aws_lc_rs::digest::{Context, SHA256};
use bytes::Bytes;
use object_store::{
    ObjectStore, ObjectStoreExt, WriteMultipart,
    aws::{AmazonS3Builder, Checksum},
    path::Path as Key,
};

const PART_BYTES: usize = 8 * 1024 * 1024;
const PARTS_AT_ONCE: usize = 6;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let [folder, url] = [1, 2].map(|index| env::args().nth(index));
    let (Some(folder), Some(url)) = (folder, url) else {
        return Err("usage: bare_upload FOLDER s3://BUCKET/PREFIX".into());
    };
    let store = AmazonS3Builder::from_env()
        .with_url(&url)
        .with_allow_http(true)
        .with_unsigned_payload(true)
        .with_checksum_algorithm(Checksum::CRC64NVME)
        .build()?;
    let prefix = Key::from_url_path(url::Url::parse(&url)?.path())?;
    for file in files(Path::new(&folder))? {
        let name = file.strip_prefix(&folder)?.to_string_lossy();
        let key = Key::from(format!("{prefix}/{name}"));
        send(&store, &file, &key).await?;
    }
    Ok(())
}

async fn send(store: &impl ObjectStore, path: &Path, key: &Key) -> Result<(), Box<dyn Error>> {
    let mut file = File::open(path)?;
    let mut hash = Context::new(&SHA256);
    if file.metadata()?.len() <= PART_BYTES as u64 {
        let part = next_part(&mut file, &mut hash)?;
        store.put(key, part.into()).await?;
    } else {
        let mut upload =
            WriteMultipart::new_with_chunk_size(store.put_multipart(key).await?, PART_BYTES);
        loop {
            upload.wait_for_capacity(PARTS_AT_ONCE).await?;
            let part = tokio::task::block_in_place(|| next_part(&mut file, &mut hash))?;
            if part.is_empty() {
                break;
            }
            upload.put(part);
        }
        upload.finish().await?;
    }
    // Whoever backs up keeps it.
    std::hint::black_box(hash.finish());
    Ok(())
}

fn next_part(file: &mut File, hash: &mut Context) -> io::Result<Bytes> {
    let mut part = Vec::with_capacity(PART_BYTES);
    file.take(PART_BYTES as u64).read_to_end(&mut part)?;
    hash.update(&part);
    Ok(part.into())
}

fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}
