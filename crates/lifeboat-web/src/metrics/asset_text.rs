//! The labels that name an asset, as text: written once for all families of an exposition.
//!
//! Ten thousand assets are in some hundred families. To look their names up in memory each time would
//! take a quarter of a scrape.

use std::ptr;

use lifeboat_core::AssetId;

use super::series::write_label;

/// The texts of a view's assets, in its order, one behind the other. The view has to outlive them.
#[derive(Debug, Default)]
pub(super) struct AssetTexts {
    known: Vec<Known>,
    text: String,
}

#[derive(Debug)]
struct Known {
    /// Where the asset's identity lies, which doesn't move as long as its view is there.
    address: usize,
    /// Where its text ends. It begins where the one before it ends.
    end: usize,
}

impl AssetTexts {
    pub(super) fn of<'a>(assets: impl IntoIterator<Item = &'a AssetId>) -> Self {
        let mut texts = Self::default();
        for asset in assets {
            // A label has a comma in front of it unless the line is empty.
            let mut own = String::new();
            write(&mut own, asset);
            texts.text.push_str(&own);
            texts.known.push(Known {
                address: ptr::from_ref(asset).addr(),
                end: texts.text.len(),
            });
        }
        texts
    }

    fn get(&self, index: usize) -> Option<&str> {
        let begin = match index.checked_sub(1) {
            Some(before) => self.known.get(before)?.end,
            None => 0,
        };
        self.text.get(begin..self.known.get(index)?.end)
    }
}

/// Writes assets' labels for one family, whose series are in the view's order as a rule.
#[derive(Debug)]
pub(super) struct AssetText<'a> {
    texts: &'a AssetTexts,
    /// Where to look first: which asset was written last; none once one was asked for that is not the view's own.
    last: Option<usize>,
    /// The text of that one.
    other: Option<(usize, String)>,
}

impl<'a> AssetText<'a> {
    /// The first to be written is this one of the view's, as a rule.
    pub(super) const fn new(texts: &'a AssetTexts, first: usize) -> Self {
        Self {
            texts,
            last: Some(first),
            other: None,
        }
    }

    /// Appends an asset's labels.
    pub(super) fn write(&mut self, line: &mut String, asset: &AssetId) {
        let address = ptr::from_ref(asset).addr();
        self.last = self.last.and_then(|last| self.find(address, last));
        if let Some(text) = self.last.and_then(|found| self.texts.get(found)) {
            line.push_str(text);
            return;
        }
        let (known, text) = self.other.get_or_insert_default();
        if *known != address {
            *known = address;
            text.clear();
            write(text, asset);
        }
        line.push_str(text);
    }

    /// Where an asset is: the same as last, or further on, or else in another round.
    fn find(&self, address: usize, last: usize) -> Option<usize> {
        let known = &self.texts.known;
        let is_it = |index: &usize| known.get(*index).is_some_and(|one| one.address == address);
        (last..known.len()).chain(0..last).find(is_it)
    }
}

fn write(text: &mut String, asset: &AssetId) {
    let cluster = asset.cluster.as_deref();
    write_identity(
        text,
        cluster,
        [asset.kind.name(), &asset.namespace, &asset.name],
    );
}

/// Appends the labels that name something: its cluster, if there are several, and its kind, namespace and
/// name.
pub(super) fn write_identity(text: &mut String, cluster: Option<&str>, identity: [&str; 3]) {
    let cluster = cluster.map(|cluster| ("cluster", cluster));
    let identity = ["kind", "namespace", "name"].into_iter().zip(identity);
    for label in cluster.into_iter().chain(identity) {
        write_label(text, label);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_asset_has_its_own_text_in_any_order_and_also_one_of_no_view() {
        let assets: [AssetId; 3] = [
            "Prometheus/shop/one".parse().unwrap(),
            "east:CronJob/shop/t\"wo".parse().unwrap(),
            "CronJob/shop/three".parse().unwrap(),
        ];
        let expected = [
            r#"kind="Prometheus",namespace="shop",name="one""#,
            r#"cluster="east",kind="CronJob",namespace="shop",name="t\"wo""#,
            r#"kind="CronJob",namespace="shop",name="three""#,
        ];
        let [view, other] = [&assets[..2], &assets[2..]];
        let texts = AssetTexts::of(view);
        let orders: [&[usize]; 4] = [&[0, 0, 1], &[1, 0, 1], &[0, 2, 2, 0, 1], &[2, 1]];
        for first in 0..3 {
            for order in orders {
                let mut text = AssetText::new(&texts, first);
                let written = order.iter().map(|index| {
                    let mut line = String::new();
                    text.write(&mut line, view.get(*index).unwrap_or(&other[0]));
                    line
                });
                let expected = order.iter().map(|index| expected[*index]);
                assert!(written.eq(expected), "{order:?} from {first}");
            }
        }
    }
}
