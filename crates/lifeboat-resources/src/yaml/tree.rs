//! A tree of YAML nodes that know their place, so that whatever is wrong with them has a line.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, SeqAccess, Visitor},
};
use serde_saphyr::{Location, Options, Spanned};

use crate::problem::Position;

/// A node and its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) position: Position,
    pub(crate) value: Value,
}

/// A key of a map and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) position: Position,
    pub(crate) name: String,
}

/// What a node holds. Only `true` and `false` are booleans, as in YAML 1.2.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Nothing,
    Boolean(bool),
    Signed(i64),
    Unsigned(u64),
    Fraction(f64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

impl Node {
    /// The value of a key, if the node is a map that has it.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        let Value::Map(entries) = &self.value else {
            return None;
        };
        let mut entries = entries.iter();
        let (_, value) = entries.find(|(key, _)| key.name == name)?;
        Some(value)
    }

    /// What stands below a name: a key of a map, or the number of an item in a list.
    fn below(&self, name: &str) -> Option<&Self> {
        match &self.value {
            Value::List(nodes) => nodes.get(name.parse::<usize>().ok()?),
            _ => self.get(name),
        }
    }

    /// The place of a path such as `spec.prometheus.url`, or of the nearest thing above it.
    pub(crate) fn locate(&self, path: &str) -> Position {
        let mut node = self;
        for name in path.split('.') {
            match node.below(name) {
                Some(next) => node = next,
                None => break,
            }
        }
        node.position
    }
}

/// Why a text can't be read as YAML.
#[derive(Debug)]
pub(crate) struct SyntaxError {
    pub(crate) position: Option<Position>,
    pub(crate) kind: SyntaxErrorKind,
}

/// What is wrong with it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SyntaxErrorKind {
    /// A key stands twice in one map.
    SameKeyTwice(String),
    /// There is more of it than any honest file has.
    TooMuch,
    /// It is not YAML, as the parser says.
    NotYaml(String),
}

/// Reads the documents of a text, without the empty ones, up to the first that can't be read.
pub(crate) fn read(text: &str) -> (Vec<Node>, Option<SyntaxError>) {
    let mut bytes = text.as_bytes();
    let mut documents = Vec::new();
    for document in serde_saphyr::read_with_options::<_, Spanned<Value>>(&mut bytes, options()) {
        match document {
            Ok(document) if document.value == Value::Nothing => {}
            Ok(document) => documents.push(Node::from(document)),
            // What follows a broken document can't be trusted to begin where it seems to.
            Err(error) => return (documents, Some(SyntaxError::from(&error))),
        }
    }
    (documents, None)
}

/// Bounds that no honest file reaches: aliases within aliases grow exponentially.
fn options() -> Options {
    serde_saphyr::options! {
        strict_booleans: true,
        with_snippet: false,
        emit_comments: false,
        budget: serde_saphyr::budget! {
            max_nodes: 100_000,
            max_aliases: 1_000,
            max_anchors: 1_000,
            max_depth: 32,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: 20_000,
            max_replay_stack_depth: 8,
        },
    }
}

impl From<&serde_saphyr::Error> for SyntaxError {
    fn from(error: &serde_saphyr::Error) -> Self {
        let known = error.location().filter(|location| location.line() > 0);
        Self {
            position: known.map(position),
            kind: SyntaxErrorKind::from(error.without_snippet()),
        }
    }
}

impl From<&serde_saphyr::Error> for SyntaxErrorKind {
    fn from(error: &serde_saphyr::Error) -> Self {
        use serde_saphyr::Error as E;
        match error {
            E::AliasError { error, .. } => Self::from(error.without_snippet()),
            E::DuplicateMappingKey { key, .. } => {
                Self::SameKeyTwice(key.clone().unwrap_or_default())
            }
            E::Budget { .. }
            | E::AliasReplayCounterOverflow { .. }
            | E::AliasReplayLimitExceeded { .. }
            | E::AliasExpansionLimitExceeded { .. }
            | E::AliasReplayStackDepthExceeded { .. }
            // An alias within what it refers to has no end.
            | E::RecursiveReferencesRequireWeakTypes { .. } => Self::TooMuch,
            other => {
                // The place stands before the message already.
                let message = other.to_string();
                let end = message.find(" at line ").unwrap_or(message.len());
                Self::NotYaml(message[..end].to_owned())
            }
        }
    }
}

fn position(location: Location) -> Position {
    Position {
        line: location.line(),
        column: location.column(),
    }
}

impl From<Spanned<Value>> for Node {
    fn from(spanned: Spanned<Value>) -> Self {
        Self {
            position: position(spanned.referenced),
            value: spanned.value,
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Nothing)
    }

    fn visit_none<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Nothing)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Boolean(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Value, E> {
        Ok(u64::try_from(value).map_or(Value::Signed(value), Value::Unsigned))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Unsigned(value))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Fraction(value))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = list.next_element::<Spanned<Value>>()? {
            nodes.push(Node::from(node));
        }
        Ok(Value::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key::<Spanned<String>>()? {
            let key = Key {
                position: position(key.referenced),
                name: key.value,
            };
            let value = map.next_value::<Spanned<Value>>()?;
            entries.push((key, Node::from(value)));
        }
        Ok(Value::Map(entries))
    }
}
