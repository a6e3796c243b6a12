//! Lists of any length, taken in item by item: a repository may have hundreds of thousands of blobs.

use std::{fmt, io::Read, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, SeqAccess, Visitor},
};

/// Calls `each` with every item of a JSON list.
pub(super) fn for_each<T: DeserializeOwned>(
    input: &mut dyn Read,
    each: impl FnMut(T),
) -> Result<(), serde_json::Error> {
    let buffered = std::io::BufReader::with_capacity(64 * 1024, input);
    let mut json = serde_json::Deserializer::from_reader(buffered);
    let items = Items {
        each,
        item: PhantomData,
    };
    json.deserialize_seq(items)?;
    json.end()
}

struct Items<T, F> {
    each: F,
    item: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>, F: FnMut(T)> Visitor<'de> for Items<T, F> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        while let Some(item) = items.next_element()? {
            (self.each)(item);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn sum(text: &str) -> Result<u64, serde_json::Error> {
        let mut sum = 0;
        for_each(&mut text.as_bytes(), |number: u64| sum += number)?;
        Ok(sum)
    }

    #[rstest]
    #[case::nothing("")]
    #[case::no_list("{}")]
    #[case::cut_short("[1, 2")]
    #[case::another_item("[1, \"two\"]")]
    #[case::more_behind_it("[1] [2]")]
    fn what_is_no_whole_list_is_refused(#[case] text: &str) {
        assert!(sum(text).is_err());
    }

    #[rstest]
    #[case::as_kopia_writes_an_empty_one("[\n]", 0)]
    #[case::as_kopia_writes_it("[\n 1,\n 2\n]", 3)]
    fn every_item_is_taken_in(#[case] text: &str, #[case] expected: u64) {
        assert_eq!(sum(text).unwrap(), expected);
    }
}
