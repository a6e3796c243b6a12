//! Reads one block's objects: every byte against its digest, and for a deep verification every structure.

use lifeboat_tsdb::{Finding, Severity, TableOfContents};
use object_store::path::Path;

use crate::{
    block_scan::{BlockScan, FileScan, Trailer, scan_file},
    documents::{Block, Level, StoredFile},
    download::Sink,
    error::Error,
    repository::Repository,
    verify::{VerifyRequest, digest_problem, report::Problem},
};

impl Repository {
    /// The problems of a block's objects. Errors are only those of the store itself.
    pub(super) async fn verify_block(
        &self,
        block: &Block,
        request: &VerifyRequest,
    ) -> Result<Vec<Problem>, Error> {
        let mut problems = Vec::new();
        let mut scan = BlockScan::default();
        for file in &block.files {
            if request.cancellation.is_requested() {
                return Err(Error::Cancelled);
            }
            match self.verify_file(block, file, request).await {
                Ok((Some(found), None)) => scan.add(found),
                Ok((None, None)) => {}
                Ok((_, Some(problem))) => problems.push(Problem::altered(&file.key, problem)),
                Err(Error::Damaged { key, reason }) => {
                    problems.push(Problem::altered(&key, reason));
                }
                Err(error) if error.is_not_found() => {
                    problems.push(Problem::altered(&file.key, "is missing"));
                }
                Err(error) => return Err(error),
            }
        }
        // Objects that are not what was backed up explain whatever does not fit together.
        if request.level == Level::Deep && problems.is_empty() {
            let damage = scan.conclude().into_iter();
            let damage = damage.filter(|finding| finding.severity == Severity::Damage);
            problems.extend(damage.map(|finding| problem_of(block, &finding)));
        }
        Ok(problems)
    }

    async fn verify_file(
        &self,
        block: &Block,
        file: &StoredFile,
        request: &VerifyRequest,
    ) -> Result<(Option<FileScan>, Option<String>), Error> {
        let path = path_in_block(block, file).to_owned();
        let size = file.size;
        let deep = request.level == Level::Deep;
        let trailer = if deep && path == "index" {
            self.trailer(file).await?
        } else {
            [0; TableOfContents::LENGTH]
        };
        let (scan, digests) = self
            .scan_object(file, &request.progress, move |reader| {
                if deep {
                    scan_file(&path, size, &trailer, reader)
                } else {
                    Ok(None)
                }
            })
            .await?;
        Ok((scan, digest_problem(file, &digests)))
    }

    async fn trailer(&self, file: &StoredFile) -> Result<Trailer, Error> {
        let mut last = LastBytes::default();
        if let Some(start) = file.size.checked_sub(TableOfContents::LENGTH as u64) {
            let key = Path::from(file.key.as_str());
            self.download(&key, file.size, start..file.size, &mut last)
                .await?;
        }
        let mut trailer: Trailer = [0; TableOfContents::LENGTH];
        let length = last.0.len().min(trailer.len());
        trailer[..length].copy_from_slice(&last.0[..length]);
        Ok(trailer)
    }
}

#[derive(Default)]
struct LastBytes(Vec<u8>);

impl Sink for LastBytes {
    async fn take(&mut self, bytes: bytes::Bytes) -> Result<bool, Error> {
        self.0.extend_from_slice(&bytes);
        Ok(true)
    }
}

fn problem_of(block: &Block, finding: &Finding) -> Problem {
    let object = block
        .files
        .iter()
        .find(|file| path_in_block(block, file) == finding.file);
    let key = object.map_or_else(
        || format!("{}/{}", block.ulid, finding.file),
        |file| file.key.clone(),
    );
    let place = finding
        .offset
        .map_or_else(String::new, |offset| format!("at offset {offset}: "));
    let known = if block.damage.contains(finding) {
        " (the source was damaged so before the backup)"
    } else {
        ""
    };
    Problem {
        key,
        reason: format!("{place}{}{known}", finding.what),
        altered: false,
    }
}

fn path_in_block<'a>(block: &Block, file: &'a StoredFile) -> &'a str {
    file.path
        .strip_prefix(&block.ulid)
        .and_then(|path| path.strip_prefix('/'))
        .unwrap_or(&file.path)
}
