//! Takes command lines apart as a shell would, as far as it takes to find programs and places in them.
//!
//! Nothing is carried out or looked up: variables and substitutions stay as they are written.

use crate::objects::Container;

/// The simple commands that a container runs, each a list of words. A script given to a shell as an
/// argument is taken apart as well.
pub(super) fn commands(container: &Container) -> Vec<Vec<String>> {
    let arguments = || container.command.iter().chain(&container.args);
    let mut commands = vec![arguments().cloned().collect::<Vec<_>>()];
    for script in arguments().filter(|argument| argument.contains(char::is_whitespace)) {
        commands.extend(split(script));
    }
    commands
}

/// Splits a script into its simple commands.
pub(super) fn split(script: &str) -> Vec<Vec<String>> {
    let mut splitter = Splitter::default();
    let mut letters = script.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                // A line that goes on in the next one.
                Some('\n') => splitter.end_word(),
                Some(escaped) => splitter.push(escaped),
                None => {}
            },
            '\'' => {
                splitter.begin_word();
                letters
                    .by_ref()
                    .take_while(|inner| *inner != '\'')
                    .for_each(|inner| splitter.push(inner));
            }
            '"' => {
                splitter.begin_word();
                while let Some(inner) = letters.next().filter(|inner| *inner != '"') {
                    let inner = if inner == '\\' {
                        letters.next()
                    } else {
                        Some(inner)
                    };
                    if let Some(inner) = inner {
                        splitter.push(inner);
                    }
                }
            }
            '#' if splitter.word.is_none() => {
                while letters.next_if(|inner| *inner != '\n').is_some() {}
            }
            '$' if letters.next_if_eq(&'(').is_some() => {
                splitter.push('$');
                splitter.push('(');
            }
            ';' | '|' | '&' | '\n' | '(' | ')' | '`' | '{' | '}'
                if !splitter.is_in_variable(letter) =>
            {
                splitter.end_command();
            }
            blank if blank.is_whitespace() => splitter.end_word(),
            letter => splitter.push(letter),
        }
    }
    splitter.end_command();
    splitter.commands
}

#[derive(Default)]
struct Splitter {
    commands: Vec<Vec<String>>,
    command: Vec<String>,
    word: Option<String>,
}

impl Splitter {
    fn begin_word(&mut self) {
        self.word.get_or_insert_default();
    }

    fn push(&mut self, letter: char) {
        self.word.get_or_insert_default().push(letter);
    }

    fn end_word(&mut self) {
        self.command.extend(self.word.take());
    }

    fn end_command(&mut self) {
        self.end_word();
        if !self.command.is_empty() {
            self.commands.push(std::mem::take(&mut self.command));
        }
    }

    /// Whether a bracket belongs to a `${NAME}` or `$(NAME)` in the word that is being read.
    fn is_in_variable(&self, letter: char) -> bool {
        let word = self.word.as_deref().unwrap_or_default();
        let is_name = |name: &str| {
            name.chars()
                .all(|part| part.is_alphanumeric() || part == '_')
        };
        match letter {
            '{' => word.ends_with('$'),
            '}' => word.rfind("${").is_some_and(|at| !word[at..].contains('}')),
            ')' => word.rfind("$(").is_some_and(|at| is_name(&word[at + 2..])),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// Words are shown with `|` between them, commands on lines of their own.
    #[rstest]
    #[case("pg_dump app", "pg_dump|app")]
    #[case(
        "set -e; pg_dump app | gzip > /out",
        "set|-e\npg_dump|app\ngzip|>|/out"
    )]
    #[case("aws s3 sync \\\n  /data \\\n  s3://b/p", "aws|s3|sync|/data|s3://b/p")]
    #[case(
        "# a note\nrestic backup 'a b' \"c d\" e\\ f",
        "restic|backup|a b|c d|e f"
    )]
    #[case("a && b || c & d", "a\nb\nc\nd")]
    #[case("cp /x s3://${BUCKET}/$(NAME)/x", "cp|/x|s3://${BUCKET}/$(NAME)/x")]
    #[case("echo \"$(date +%F)\"", "echo|$(date +%F)")]
    #[case(
        "if [ -d x ]; then { pg_dump a; }; fi",
        "if|[|-d|x|]\nthen\npg_dump|a\nfi"
    )]
    #[case("a#b c # d", "a#b|c")]
    #[case("", "")]
    #[case("'never closed", "never closed")]
    fn a_script_is_split_into_simple_commands(#[case] script: &str, #[case] expected: &str) {
        let commands = split(script).into_iter();
        let shown: Vec<String> = commands.map(|command| command.join("|")).collect();
        assert_eq!(shown.join("\n"), expected);
    }

    #[test]
    fn a_container_runs_its_arguments_and_the_scripts_in_them() {
        let container = Container {
            command: vec!["/bin/sh".to_owned(), "-c".to_owned()],
            args: vec!["pg_dump app".to_owned()],
            ..Container::default()
        };
        let expected: [&[&str]; 2] = [&["/bin/sh", "-c", "pg_dump app"], &["pg_dump", "app"]];
        assert_eq!(commands(&container), expected);
    }
}
