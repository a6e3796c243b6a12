//! `metadata.uid`, in few bytes: each of tens of thousands of objects has one.

use std::{borrow::Cow, fmt};

use serde::Deserialize;

/// What tells an object from its namesakes that were there before. API servers write a UUID. Whatever
/// else stands there is kept as it is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "Cow<'_, str>")]
pub struct Uid(Form);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    /// A UUID in its usual writing: lower case, with hyphens.
    Uuid([u8; 16]),
    Text(Box<str>),
}

impl From<Cow<'_, str>> for Uid {
    fn from(text: Cow<'_, str>) -> Self {
        let digits = u128::from_str_radix(&text.replace('-', ""), 16);
        let uuid = digits.map(|digits| Self(Form::Uuid(digits.to_be_bytes())));
        // Other writings of a UUID have the same digits, but would not come out as they came in.
        uuid.ok()
            .filter(|uuid| uuid.to_string() == text)
            .unwrap_or_else(|| Self(Form::Text(text.into())))
    }
}

impl Default for Uid {
    fn default() -> Self {
        Self(Form::Text(Box::default()))
    }
}

impl fmt::Display for Uid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::Uuid(bytes) => {
                let digits = format!("{:032x}", u128::from_be_bytes(*bytes));
                let groups = [0..8, 8..12, 12..16, 16..20, 20..32];
                formatter.pad(&groups.map(|group| &digits[group]).join("-"))
            }
            Form::Text(text) => formatter.pad(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn uid(text: &str) -> Uid {
        Uid::from(Cow::from(text))
    }

    #[rstest]
    #[case::usual("0b6cbd6e-3c4f-4f6b-9d5a-00c1f2a9e001", true)]
    #[case::upper_case("0B6CBD6E-3C4F-4F6B-9D5A-00C1F2A9E001", false)]
    #[case::without_hyphens("0b6cbd6e3c4f4f6b9d5a00c1f2a9e001", false)]
    #[case::hyphens_elsewhere("0b6cbd6-e3c4f-4f6b-9d5a-00c1f2a9e001", false)]
    #[case::sign("+0b6cbd6-3c4f-4f6b-9d5a-00c1f2a9e001", false)]
    #[case::too_short("0b6cbd6e-3c4f-4f6b-9d5a-00c1f2a9e00", false)]
    #[case::too_long("0b6cbd6e-3c4f-4f6b-9d5a-00c1f2a9e0012", false)]
    #[case::empty("", false)]
    #[case::word("backup-1", false)]
    fn only_a_uuid_in_its_usual_writing_is_kept_as_a_number(
        #[case] text: &str,
        #[case] is_number: bool,
    ) {
        let uid = uid(text);
        assert_eq!(matches!(uid.0, Form::Uuid(_)), is_number);
        assert_eq!(uid.to_string(), text);
    }

    #[test]
    fn it_is_no_larger_than_an_empty_text() {
        assert!(size_of::<Uid>() <= size_of::<String>());
    }

    proptest! {
        #[test]
        fn the_text_comes_out_as_it_came_in(text in any_text()) {
            prop_assert_eq!(uid(&text).to_string(), text);
        }

        #[test]
        fn two_are_the_same_if_their_texts_are(one in any_text(), other in any_text()) {
            prop_assert_eq!(uid(&one) == uid(&other), one == other);
            prop_assert_eq!(uid(&one), uid(&one));
        }
    }

    fn any_text() -> impl Strategy<Value = String> {
        prop_oneof![
            "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
            "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
            "[0-9a-f+-]{0,40}",
            any::<String>(),
        ]
    }
}
