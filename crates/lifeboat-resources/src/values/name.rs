//! Names: of objects and namespaces as Kubernetes allows them, of instances in a repository, of files.

use std::path::PathBuf;

use lifeboat_repository::Instance;

use super::Written;
use crate::custom_resources::Validation;

/// An object's name: what Kubernetes calls a DNS subdomain (RFC 1123).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectName(String);

/// A namespace's name: what Kubernetes calls a DNS label (RFC 1123).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NamespaceName(String);

impl ObjectName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl NamespaceName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for NamespaceName {
    fn default() -> Self {
        Self("default".to_owned())
    }
}

impl Written for ObjectName {
    const TITLE: &'static str = "name";
    const EXPECTED: &'static str = "at most 253 small letters, digits, hyphens and dots, with a letter or digit at \
         each end and beside each dot";
    const LONGEST: usize = 253;
    // Kubernetes itself refuses other names.
    const VALIDATIONS: &'static [Validation] = &[];

    fn read(text: &str) -> Result<Self, String> {
        if is_subdomain(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(format!("'{text}' is no name of an object"))
        }
    }

    fn write(&self) -> String {
        self.0.clone()
    }
}

impl Written for NamespaceName {
    const TITLE: &'static str = "namespace";
    const EXPECTED: &'static str =
        "at most 63 small letters, digits and hyphens, with a letter or digit at each end";
    const LONGEST: usize = 63;
    const VALIDATIONS: &'static [Validation] = &[];

    fn read(text: &str) -> Result<Self, String> {
        if text.len() <= 63 && is_label(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(format!("'{text}' is no name of a namespace"))
        }
    }

    fn write(&self) -> String {
        self.0.clone()
    }
}

/// Whether a text is what Kubernetes calls a DNS subdomain.
pub(super) fn is_subdomain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_label)
}

fn is_label(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    bytes.first().is_some_and(|byte| plain(*byte))
        && bytes.last().is_some_and(|byte| plain(*byte))
        && bytes.iter().all(|byte| plain(*byte) || *byte == b'-')
}

impl Written for Instance {
    const TITLE: &'static str = "instance";
    const EXPECTED: &'static str =
        "1 to 100 letters, digits, dots, hyphens and underscores, with a letter or digit first";
    const LONGEST: usize = 100;
    const VALIDATIONS: &'static [Validation] = &[Validation::fixed(
        "self.matches(r'^[A-Za-z0-9][A-Za-z0-9._-]*$')",
        "this is no name of an instance: use 1 to 100 letters, digits, dots, hyphens and \
                  underscores, with a letter or digit first",
    )
    .telling(
        "\"'\" + self + \"' is no name of an instance: use 1 to 100 letters, \
                             digits, dots, hyphens and underscores, with a letter or digit first\"",
    )];

    fn read(text: &str) -> Result<Self, String> {
        text.parse()
            .map_err(|_| format!("'{text}' is no name of an instance"))
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

impl Written for PathBuf {
    const TITLE: &'static str = "path";
    const EXPECTED: &'static str = "a path such as /prometheus";
    const LONGEST: usize = 4096;
    const VALIDATIONS: &'static [Validation] = &[Validation::fixed(
        "size(self) > 0",
        "the path is empty: use a path such as /prometheus",
    )];

    fn read(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("the path is empty".to_owned());
        }
        Ok(Self::from(text))
    }

    fn write(&self) -> String {
        self.display().to_string()
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("main", true)]
    #[case("main-2.example", true)]
    #[case("", false)]
    #[case("Main", false)]
    #[case("-main", false)]
    #[case("main.", false)]
    #[case("a/b", false)]
    fn a_name_is_one_that_kubernetes_takes(#[case] text: &str, #[case] fine: bool) {
        assert_eq!(ObjectName::read(text).is_ok(), fine);
    }
}
