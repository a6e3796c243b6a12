//! All documents together: read as far as they can be, and everything that is wrong with them.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

use crate::{
    backup::PrometheusBackup,
    document::{self, Document},
    error::LoadError,
    policy::BackupPolicy,
    problem::{Position, Problem, place},
    syntax,
    yaml::Node,
};

/// What a folder of documents describes. No two describe the same.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Resources {
    /// The Prometheus servers to back up.
    pub backups: Vec<PrometheusBackup>,
    /// What is promised.
    pub policies: Vec<BackupPolicy>,
}

/// A file that should hold documents.
#[derive(Debug)]
pub struct SourceFile {
    /// Where it is.
    pub path: PathBuf,
    /// What it holds, or why nobody knows.
    pub content: io::Result<Vec<u8>>,
}

impl Resources {
    /// Reads the documents of some files. Fails with everything that is wrong with any of them.
    pub fn read(files: &[SourceFile]) -> Result<Self, LoadError> {
        let mut reader = Reader::default();
        for file in files {
            reader.read_file(file);
        }
        if reader.problems.is_empty() {
            Ok(reader.resources)
        } else {
            Err(LoadError::Documents(reader.problems))
        }
    }
}

/// A file and a place in it.
type Place = (PathBuf, Position);

#[derive(Default)]
struct Reader {
    resources: Resources,
    problems: Vec<Problem>,
    /// Where each document was that has been read.
    described: BTreeMap<(&'static str, String), Place>,
    /// Where each name under which backups are kept was given.
    instances: BTreeMap<(String, String), Place>,
}

impl Reader {
    fn read_file(&mut self, file: &SourceFile) {
        let content = match &file.content {
            Ok(content) => content,
            Err(error) => {
                let message = format!("failed to read the file: {error}");
                let hint = "look at the path, and whether this user may read it";
                self.problems
                    .push(Problem::of_file(&file.path, message, hint));
                return;
            }
        };
        let (nodes, complaint) = syntax::documents(content);
        for node in &nodes {
            self.read_document(&file.path, node);
        }
        if let Some(complaint) = complaint {
            self.problems.push(Problem {
                file: file.path.clone(),
                position: complaint.position,
                message: complaint.message,
                hint: Some(complaint.hint.to_owned()),
            });
        }
    }

    fn read_document(&mut self, file: &Path, node: &Node) {
        match document::read(node) {
            Ok(Document::Backup(backup)) => {
                let name = backup.metadata().qualified_name();
                if self.is_first(PrometheusBackup::KIND, name, file, node)
                    && self.has_own_instance(&backup, file, node)
                {
                    self.resources.backups.push(*backup);
                }
            }
            Ok(Document::Policy(policy)) => {
                let name = policy.metadata().qualified_name();
                if self.is_first(BackupPolicy::KIND, name, file, node) {
                    self.resources.policies.push(*policy);
                }
            }
            Err(faults) => {
                let problems = faults.into_iter().map(|fault| Problem {
                    file: file.to_owned(),
                    position: Some(fault.position),
                    message: fault.message,
                    hint: fault.hint,
                });
                self.problems.extend(problems);
            }
        }
    }

    fn is_first(&mut self, kind: &'static str, name: String, file: &Path, node: &Node) -> bool {
        let position = node.locate("metadata.name");
        let message = format!("{kind} {name} is described twice");
        let key = (kind, name);
        if let Some(first) = self.described.get(&key) {
            let first = first.clone();
            let hint = "take one of them out, or give it another name";
            self.clash(file, position, &message, &first, hint);
            return false;
        }
        self.described.insert(key, (file.to_owned(), position));
        true
    }

    /// Two that keep their backups under one name would prune each other's.
    fn has_own_instance(&mut self, backup: &PrometheusBackup, file: &Path, node: &Node) -> bool {
        let position = node.locate("spec.repository.instance");
        let repository = backup.repository();
        let (location, instance) = (
            repository.location.to_string(),
            repository.instance.to_string(),
        );
        let message = format!("two Prometheus keep their backups as '{instance}' in {location}");
        let key = (location, instance);
        if let Some(first) = self.instances.get(&key) {
            let first = first.clone();
            let hint = "give each a spec.repository.instance of its own";
            self.clash(file, position, &message, &first, hint);
            return false;
        }
        self.instances.insert(key, (file.to_owned(), position));
        true
    }

    fn clash(&mut self, file: &Path, position: Position, message: &str, first: &Place, hint: &str) {
        let other = place(&first.0, Some(first.1));
        self.problems.push(Problem {
            file: file.to_owned(),
            position: Some(position),
            message: format!("{message}: also at {other}"),
            hint: Some(hint.to_owned()),
        });
    }
}
