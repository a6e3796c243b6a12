//! A mover's log in one line: its end, within bounds, and without what may be a password.

use jiff::Timestamp;

/// So many of the last lines are told.
const LINES: usize = 4;
/// And so many letters of them.
const LONGEST: usize = 400;

/// What is told of a mover that failed in the synchronisation that began then.
pub(super) fn failure(log: &str, began_at: Timestamp) -> String {
    let beginning = format!(
        "a mover of the synchronisation that began at {began_at:.0} failed, and VolSync starts it \
         anew again and again"
    );
    match one_line(log).as_str() {
        "" => format!("{beginning}; it left no log"),
        log => format!("{beginning}; its log ends with: {log}"),
    }
}

/// The last lines of a text.
pub(super) fn one_line(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(plain).collect();
    let mut last: Vec<&str> = lines
        .iter()
        .rev()
        .map(String::as_str)
        .filter(|line| !line.is_empty())
        .take(LINES)
        .collect();
    last.reverse();
    bounded(&last.join("; "))
}

/// Without control characters, such as those of colours, and with one blank between two words.
fn plain(line: &str) -> String {
    let mut visible = String::with_capacity(line.len());
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' {
            // A colour ends with its first letter.
            letters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            visible.push(if letter.is_control() { ' ' } else { letter });
        }
    }
    let words: Vec<String> = visible.split_whitespace().map(without_user).collect();
    words.join(" ")
}

/// An address without the user and the password that may stand before its host.
fn without_user(word: &str) -> String {
    let Some((scheme, rest)) = word.split_once("://") else {
        return word.to_owned();
    };
    let host = rest.split('/').next().unwrap_or(rest);
    match host.rsplit_once('@') {
        Some((user, _)) => format!("{scheme}://{}", &rest[user.len() + 1..]),
        None => word.to_owned(),
    }
}

fn bounded(line: &str) -> String {
    let surplus = line.chars().count().saturating_sub(LONGEST);
    if surplus == 0 {
        return line.to_owned();
    }
    let end: String = line.chars().skip(surplus).collect();
    format!("...{end}")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("", "")]
    #[case(" \n\t\n", "")]
    #[case("one\n\ntwo\r\n", "one; two")]
    #[case("1\n2\n3\n4\n5\n6", "3; 4; 5; 6")]
    #[case(
        "\u{1b}[31mERROR\u{1b}[0m can't  open\u{7}repository",
        "ERROR can't open repository"
    )]
    #[case(
        "dial https://me:s3cret@nas.lan/x/a@b and https://nas.lan/",
        "dial https://nas.lan/x/a@b and https://nas.lan/"
    )]
    fn a_log_is_told_by_its_end(#[case] log: &str, #[case] expected: &str) {
        assert_eq!(one_line(log), expected);
    }

    #[test]
    fn a_long_line_keeps_its_end() {
        let told = one_line(&format!("{} the end is ü", "ü".repeat(1000)));
        assert_eq!(told.chars().count(), LONGEST + 3);
        assert!(
            told.starts_with("...") && told.ends_with("the end is ü"),
            "{told}"
        );
    }
}
