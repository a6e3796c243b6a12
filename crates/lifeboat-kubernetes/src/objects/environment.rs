//! Which Secrets the environment of a container is taken from: their names, and never a value.

use serde::{Deserialize, Deserializer};

/// A Secret that a container's environment is taken from, as a whole or in part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct SecretReference {
    /// The Secret's name, in the namespace of the pod.
    pub name: String,
}

/// An item of `envFrom`.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Source {
    secret_ref: Option<SecretReference>,
}

/// An item of `env`.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Variable {
    value_from: Option<Value>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Value {
    secret_key_ref: Option<SecretReference>,
}

/// The Secrets of `envFrom`.
pub(super) fn sources<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<SecretReference>, D::Error> {
    let sources = Vec::<Source>::deserialize(deserializer)?.into_iter();
    Ok(sources.filter_map(|source| source.secret_ref).collect())
}

/// The Secrets of `env`, each once.
pub(super) fn variables<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<SecretReference>, D::Error> {
    let variables = Vec::<Variable>::deserialize(deserializer)?.into_iter();
    let references = variables.filter_map(|variable| variable.value_from?.secret_key_ref);
    let mut secrets: Vec<SecretReference> = Vec::new();
    for reference in references {
        if !secrets.contains(&reference) {
            secrets.push(reference);
        }
    }
    Ok(secrets)
}
