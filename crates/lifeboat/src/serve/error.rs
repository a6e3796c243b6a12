//! What keeps `serve` from starting, beside what its parts say themselves.

use std::{io, net::SocketAddr, path::PathBuf};

/// Why `serve` doesn't start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServeError {
    /// The address can't be had.
    #[error("failed to listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The token's file can't be read.
    #[error("failed to read the API token from {}", path.display())]
    Token {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The token's file holds nothing, which must not mean that anybody may.
    #[error("the API token's file {} is empty", path.display())]
    EmptyToken {
        /// The file.
        path: PathBuf,
    },
    /// Outside of a pod no namespace is Lifeboat's own.
    #[error("leader election needs to know the namespace of its Lease")]
    NoLeaseNamespace,
}

impl ServeError {
    pub(crate) fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Listen { source, .. } => match source.kind() {
                io::ErrorKind::AddrInUse => Some(
                    "another program listens there, perhaps another Lifeboat; give another \
                     address with --listen",
                ),
                io::ErrorKind::AddrNotAvailable => {
                    Some("this machine has no such address; use 0.0.0.0 for all that it has")
                }
                io::ErrorKind::PermissionDenied => Some("ports below 1024 are for root alone"),
                _ => None,
            },
            Self::Token { .. } => None,
            Self::NoLeaseNamespace => {
                Some("give --lease-namespace; only in a pod it has a default")
            }
            Self::EmptyToken { .. } => {
                Some("put a long random text into it, such as that of `openssl rand -hex 32`")
            }
        }
    }
}
