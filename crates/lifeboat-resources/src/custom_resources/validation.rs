//! Rules that an API server checks by itself, in its Common Expression Language (CEL).

use serde::Serialize;

/// A rule of a schema's `x-kubernetes-validations`. Its message ends with the next step, since an
/// API server has no other place for a hint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Validation {
    /// The expression, which is true where nothing is wrong. `self` is the value.
    pub rule: &'static str,
    /// What is wrong where it is false.
    pub message: &'static str,
    /// An expression for a message that tells more; it comes before `message`.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub message_expression: &'static str,
    /// The field below the value that the message is about, such as `.username`.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub field_path: &'static str,
    /// The kind of error; without it, one that shows the value.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub reason: &'static str,
}

impl Validation {
    /// A rule whose message doesn't depend on the value.
    #[must_use]
    pub const fn fixed(rule: &'static str, message: &'static str) -> Self {
        Self {
            rule,
            message,
            message_expression: "",
            field_path: "",
            reason: "",
        }
    }

    /// The same rule, told by what `expression` makes of the value.
    #[must_use]
    pub const fn telling(self, expression: &'static str) -> Self {
        Self {
            message_expression: expression,
            ..self
        }
    }

    /// The same rule, whose error doesn't show the value, since that could hold a secret.
    #[must_use]
    pub const fn hiding_value(self) -> Self {
        Self {
            reason: "FieldValueForbidden",
            ..self
        }
    }

    /// The same rule, told of a field below the value.
    #[must_use]
    pub const fn at(self, field_path: &'static str) -> Self {
        Self { field_path, ..self }
    }
}
