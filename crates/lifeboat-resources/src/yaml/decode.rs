//! Decodes a tree of nodes into types by serde, and gives every error the place and path of its node.

use serde::{
    Deserializer,
    de::{
        DeserializeOwned, DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess, Unexpected,
        Visitor, value::StrDeserializer,
    },
    forward_to_deserialize_any,
};

use super::{
    DecodeError,
    tree::{Key, Node, Value},
};

/// Decodes the node that `path` leads to.
pub(crate) fn decode<T: DeserializeOwned>(node: &Node, path: &str) -> Result<T, DecodeError> {
    T::deserialize(NodeDeserializer(node)).map_err(|error| error.at(node.position).below(path))
}

struct NodeDeserializer<'a>(&'a Node);

impl<'de> Deserializer<'de> for NodeDeserializer<'_> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        let visited = match &self.0.value {
            Value::Nothing => visitor.visit_unit(),
            Value::Boolean(value) => visitor.visit_bool(*value),
            Value::Signed(value) => visitor.visit_i64(*value),
            Value::Unsigned(value) => visitor.visit_u64(*value),
            Value::Fraction(value) => visitor.visit_f64(*value),
            Value::Text(value) => visitor.visit_str(value),
            Value::List(nodes) => visitor.visit_seq(ListAccess {
                nodes: nodes.iter(),
                index: 0,
            }),
            Value::Map(entries) => visitor.visit_map(EntryAccess {
                entries: entries.iter(),
                current: None,
            }),
        };
        visited.map_err(|error| error.at(self.0.position))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.0.value {
            Value::Nothing => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        let chosen = match &self.0.value {
            Value::Text(text) => {
                let variant: StrDeserializer<'_, DecodeError> = text.as_str().into_deserializer();
                visitor.visit_enum(variant)
            }
            other => Err(serde::de::Error::invalid_type(
                unexpected(other),
                &"a string",
            )),
        };
        chosen.map_err(|error: DecodeError| error.at(self.0.position))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

const fn unexpected(value: &Value) -> Unexpected<'_> {
    match value {
        Value::Nothing => Unexpected::Unit,
        Value::Boolean(value) => Unexpected::Bool(*value),
        Value::Signed(value) => Unexpected::Signed(*value),
        Value::Unsigned(value) => Unexpected::Unsigned(*value),
        Value::Fraction(value) => Unexpected::Float(*value),
        Value::Text(value) => Unexpected::Str(value.as_str()),
        Value::List(_) => Unexpected::Seq,
        Value::Map(_) => Unexpected::Map,
    }
}

struct ListAccess<'a> {
    nodes: std::slice::Iter<'a, Node>,
    index: usize,
}

impl<'de> SeqAccess<'de> for ListAccess<'_> {
    type Error = DecodeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, DecodeError> {
        let Some(node) = self.nodes.next() else {
            return Ok(None);
        };
        let index = self.index;
        self.index += 1;
        seed.deserialize(NodeDeserializer(node))
            .map(Some)
            .map_err(|error| error.at(node.position).below(&index.to_string()))
    }
}

struct EntryAccess<'a> {
    entries: std::slice::Iter<'a, (Key, Node)>,
    current: Option<&'a (Key, Node)>,
}

impl<'de> MapAccess<'de> for EntryAccess<'_> {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, DecodeError> {
        self.current = self.entries.next();
        let Some((key, _)) = self.current else {
            return Ok(None);
        };
        let name: StrDeserializer<'_, DecodeError> = key.name.as_str().into_deserializer();
        seed.deserialize(name)
            .map(Some)
            .map_err(|error| error.at(key.position))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, DecodeError> {
        let Some((key, node)) = self.current else {
            return Err(serde::de::Error::custom(
                "a value was asked for before its key",
            ));
        };
        seed.deserialize(NodeDeserializer(node))
            .map_err(|error| error.at(node.position).below(&key.name))
    }
}
