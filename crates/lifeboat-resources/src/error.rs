//! Why a folder of resources can't be used.

use std::{io, path::PathBuf};

use crate::problem::Problem;

/// Why resources can't be used. Whoever had some before keeps those.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The folder can't be listed.
    #[error("failed to read the resources in {}", path.display())]
    Folder {
        /// The folder, or the file in its place.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Something is wrong with documents: all of it, by file and line.
    #[error("{}", lines(.0))]
    Documents(Vec<Problem>),
}

impl LoadError {
    /// Everything that is wrong with documents.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::Folder { .. } => &[],
            Self::Documents(problems) => problems,
        }
    }

    /// The next step for the person who reads the error, if there is one to name.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Folder { source, .. } if source.kind() == io::ErrorKind::NotFound => Some(
                "check the path, which counts from the present folder if it doesn't begin with /",
            ),
            Self::Folder { .. } => None,
            Self::Documents(_) => Some("`lifeboat resources check DIR` reads them the same way"),
        }
    }
}

fn lines(problems: &[Problem]) -> String {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    lines.join("\n")
}
