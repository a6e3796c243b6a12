//! Plain tables without lines, and the few colours that words get on a terminal.

use std::io::{self, Write};

use anstream::adapter::strip_str;
use anstyle::{AnsiColor, Style};
use comfy_table::{Cell, CellAlignment, ContentArrangement, presets};

/// A table with a heading.
pub(crate) struct Table(comfy_table::Table);

impl Table {
    /// A table with these column headings. A heading that begins with `>` is of a column of
    /// numbers, which stand right.
    pub(crate) fn new(headings: &[&str]) -> Self {
        let mut table = comfy_table::Table::new();
        table
            .load_style(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Disabled)
            .set_header(
                headings
                    .iter()
                    .map(|heading| heading.trim_start_matches('>')),
            );
        let columns = headings.len();
        for (index, column) in table.column_iter_mut().enumerate() {
            // One blank between columns, none at the ends.
            let right = if index + 1 == columns { 0 } else { 2 };
            column.set_padding((0, right));
            if headings[index].starts_with('>') {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        Self(table)
    }

    pub(crate) fn row<T: Into<String>>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.0
            .add_row(cells.into_iter().map(|cell| Cell::new(cell.into())));
    }

    pub(crate) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        for line in self.0.to_string().lines() {
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// A text broken at blanks into lines of at most `width` characters, for a table's last column.
/// Its own lines stay, with their indentation: they may be a document to copy.
pub(crate) fn wrapped(text: &str, width: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    for own_line in text.split('\n') {
        let words = own_line.trim_start_matches(' ');
        let indentation = &own_line[..own_line.len() - words.len()];
        let mut line = indentation.to_owned();
        for (index, word) in words.split(' ').enumerate() {
            if index > 0 && shown(&line) + 1 + shown(word) > width {
                lines.push(std::mem::replace(&mut line, indentation.to_owned()));
            } else if index > 0 {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines.join("\n")
}

/// How many characters are seen of a text: colours are none.
fn shown(text: &str) -> usize {
    strip_str(text).map(|part| part.chars().count()).sum()
}

fn coloured(text: &str, colour: AnsiColor) -> String {
    let style = Style::new().fg_color(Some(colour.into()));
    format!("{style}{text}{style:#}")
}

/// Something is as it should be.
pub(crate) fn fine(text: &str) -> String {
    coloured(text, AnsiColor::Green)
}

/// Something is wrong.
pub(crate) fn alert(text: &str) -> String {
    coloured(text, AnsiColor::Red)
}

/// Something is worth a look.
pub(crate) fn note(text: &str) -> String {
    coloured(text, AnsiColor::Yellow)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_breaks_at_blanks_only() {
        assert_eq!(wrapped("one two three", 7), "one two\nthree");
        assert_eq!(wrapped("unbreakable", 5), "unbreakable");
    }

    #[test]
    fn lines_of_a_document_stay_as_they_are() {
        let document = "such as:\nspec:\n  cluster:\n    name: main";
        assert_eq!(wrapped(document, 20), document);
        assert_eq!(wrapped("a:\n  one two", 6), "a:\n  one\n  two");
    }
}
