//! YAML with its lines and columns: read into a tree first, then decoded strictly into types.

mod decode;
mod decode_error;
mod tree;

pub(crate) use decode::decode;
pub(crate) use decode_error::DecodeError;
pub(crate) use tree::{Node, SyntaxError, SyntaxErrorKind, Value, read};
