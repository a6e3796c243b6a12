//! Keys of labels, as Kubernetes allows them.

use super::{Written, name::is_subdomain};
use crate::custom_resources::Validation;

/// A label's key: what Kubernetes calls a qualified name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LabelKey(pub String);

impl Written for LabelKey {
    const TITLE: &'static str = "label's key";
    const EXPECTED: &'static str = "a label's key such as tier or app.kubernetes.io/name";
    const LONGEST: usize = 317;
    const VALIDATIONS: &'static [Validation] = &[Validation::fixed(
        "self.matches(r'^([a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?\
               [A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$')",
        "this is no label's key: use a label's key such as tier or app.kubernetes.io/name",
    )
    .telling(
        "\"'\" + self + \"' is no label's key: use a label's key such as tier or \
                             app.kubernetes.io/name\"",
    )];

    fn read(text: &str) -> Result<Self, String> {
        let (prefix, name) = match text.split_once('/') {
            Some((prefix, name)) => (Some(prefix), name),
            None => (None, text),
        };
        if prefix.is_none_or(is_subdomain) && is_label_name(name) {
            Ok(Self(text.to_owned()))
        } else {
            Err(format!("'{text}' is no label's key"))
        }
    }

    fn write(&self) -> String {
        self.0.clone()
    }
}

fn is_label_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    let end = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let inner = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    bytes.len() <= 63 && end(bytes.first()) && end(bytes.last()) && bytes.iter().all(inner)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("tier", true)]
    #[case("app.kubernetes.io/name", true)]
    #[case("a_b.C-1", true)]
    #[case("", false)]
    #[case("-tier", false)]
    #[case("/name", false)]
    #[case("a/b/c", false)]
    #[case("Example.com/name", false)]
    fn a_key_is_one_that_kubernetes_takes(#[case] text: &str, #[case] fine: bool) {
        assert_eq!(LabelKey::read(text).is_ok(), fine);
    }
}
