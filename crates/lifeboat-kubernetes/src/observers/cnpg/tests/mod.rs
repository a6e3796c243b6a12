//! Tests of the observer: objects and readings in, verdicts out.

mod objects;
mod replay;
mod stories;
mod translation;
