//! YAML with its lines and columns: read into a tree first, then decoded strictly into types.

mod decode;
mod decode_error;
mod tree;

pub(crate) use decode::decode;
pub(crate) use decode_error::{DecodeError, nearest};
pub(crate) use tree::{Key, Node, SyntaxError, SyntaxErrorKind, Value, read};
