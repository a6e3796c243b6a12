//! An exposition, rendered piece by piece as it is sent: nobody holds tens of megabytes of text, in one family or in all.

use std::{fmt, sync::Arc};

use lifeboat_controller::View;

use super::{
    Family, Process, Standing, TextFormat, VIEW_GROUPS, asset_text::AssetTexts, compatibility,
    process_part,
};

/// Parts of families are rendered until there is at least this much: small families are sent together,
/// and what is rendered is still at hand in the processor's memory when it is sent.
const PIECE: usize = 256 * 1024;

/// The exposition of one view, and of the process as it is when it comes to that.
#[derive(Debug)]
pub struct Exposition {
    /// None where there is no view: one that stands by says nothing of assets.
    view: Option<Arc<View>>,
    standing: Standing,
    format: TextFormat,
    families: Vec<&'static Family<View>>,
    /// None before the first piece.
    assets: Option<AssetTexts>,
    /// None once everything is rendered.
    next: Option<Next>,
}

/// Where the next piece begins.
#[derive(Debug, Clone, Copy, Default)]
struct Next {
    /// So many families were rendered.
    family: usize,
    /// And so many parts of the one after them.
    part: usize,
}

impl Exposition {
    /// The exposition to come of a view in a format: with the names that others gave to what
    /// Lifeboat knows too, or without them.
    #[must_use]
    pub fn new(
        view: Option<Arc<View>>,
        standing: Standing,
        format: TextFormat,
        compatibility: bool,
    ) -> Self {
        let others = if compatibility {
            compatibility::GROUPS
        } else {
            &[]
        };
        let families = VIEW_GROUPS.iter().chain(others).copied().flatten();
        Self {
            view,
            standing,
            format,
            families: families.collect(),
            assets: None,
            next: Some(Next::default()),
        }
    }

    /// Renders the next piece; none after the last. Of thousands of assets it takes milliseconds: not
    /// to be called where nothing may block.
    pub fn next_piece(&mut self) -> Result<Option<String>, fmt::Error> {
        let Some(mut next) = self.next.take() else {
            return Ok(None);
        };
        // A piece ends with the part by which it is full.
        let mut text = String::with_capacity(2 * PIECE);
        if let Some(view) = &self.view {
            let assets = self
                .assets
                .get_or_insert_with(|| AssetTexts::of(view.assets.iter().map(|one| &one.asset.id)));
            while let Some(family) = self.families.get(next.family) {
                let goes_on =
                    family.render_part(view, self.format, next.part, assets, &mut text)?;
                next = Next {
                    family: next.family + usize::from(!goes_on),
                    part: if goes_on { next.part + 1 } else { 0 },
                };
                if text.len() >= PIECE {
                    self.next = Some(next);
                    return Ok(Some(text));
                }
            }
        }
        text.push_str(&process_part(self.standing, &Process::read(), self.format)?);
        Ok(Some(text))
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn what_stands_by_tells_of_itself_and_then_it_ends() {
        for format in [TextFormat::OpenMetrics, TextFormat::Plain] {
            let standing = Standing { leads: Some(false) };
            let mut exposition = Exposition::new(None, standing, format, true);
            let text = exposition.next_piece().unwrap().unwrap();
            assert!(text.contains("process_"), "{text}");
            assert!(!text.contains("lifeboat_asset_info"), "{text}");
            assert_eq!(exposition.next_piece().unwrap(), None);
        }
    }

    #[test]
    fn a_small_view_is_one_piece() {
        let view = Arc::new(View::empty(Timestamp::UNIX_EPOCH));
        let standing = Standing::default();
        let mut exposition = Exposition::new(Some(view), standing, TextFormat::OpenMetrics, false);
        let text = exposition.next_piece().unwrap().unwrap();
        assert!(text.ends_with("# EOF\n"), "{text}");
        assert_eq!(exposition.next_piece().unwrap(), None);
    }
}
