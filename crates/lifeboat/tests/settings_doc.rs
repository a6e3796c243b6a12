//! The tables in docs/settings.md are made from the binary's own help, so that they cannot go stale.
//!
//! After a change of an option: `LIFEBOAT_WRITE_DOCS=1 cargo test -p lifeboat --test settings_doc`.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

use std::{
    env,
    fmt::Write as _,
    fs,
    path::Path,
    process::{Command, Stdio},
};

const BEGIN: &str = "<!-- help:begin -->";
const END: &str = "<!-- help:end -->";

/// Headings of options that every command of a repository has.
const SHARED: [&str; 5] = [
    "Repository",
    "Transfer",
    "S3",
    "Google Cloud Storage",
    "Azure Blob Storage",
];

/// What `--help` says of one command.
#[derive(Debug, Default)]
struct Help {
    name: String,
    about: String,
    commands: Vec<String>,
    sections: Vec<Section>,
}

/// The options under one heading.
#[derive(Debug, Default, Clone, PartialEq)]
struct Section {
    heading: String,
    options: Vec<Entry>,
}

/// One option or argument.
#[derive(Debug, Default, Clone, PartialEq)]
struct Entry {
    /// As it is written, such as `--url <URL>`.
    usage: String,
    text: String,
    variable: String,
    default: String,
    values: String,
}

fn help(command: &str) -> Help {
    let output = Command::new(env!("CARGO_BIN_EXE_lifeboat"))
        .args(command.split_whitespace())
        .arg("--help")
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "lifeboat {command} --help failed");
    parse(command, &String::from_utf8(output.stdout).unwrap())
}

fn parse(name: &str, text: &str) -> Help {
    let mut help = Help {
        name: format!("lifeboat {name}"),
        about: text.split("\n\n").next().unwrap().replace('\n', " "),
        ..Help::default()
    };
    let mut heading = "";
    for line in text.lines() {
        if let Some(title) = line.strip_suffix(':')
            && !line.starts_with(' ')
        {
            heading = title;
            continue;
        }
        match (heading, indentation(line)) {
            ("Commands", 2) => {
                let command = line.split_whitespace().next().unwrap();
                help.commands.push(command.to_owned());
            }
            // Prose before the first heading, and examples.
            ("" | "Commands" | "Levels" | "Example" | "Examples", _) | (_, 0) => {}
            (_, 2 | 6) => {
                let entry = Entry {
                    usage: line.trim().to_owned(),
                    ..Entry::default()
                };
                section(&mut help.sections, heading).options.push(entry);
            }
            _ => {
                let options = &mut section(&mut help.sections, heading).options;
                options.last_mut().unwrap().add(line.trim());
            }
        }
    }
    help
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn section<'a>(sections: &'a mut Vec<Section>, heading: &str) -> &'a mut Section {
    if sections
        .last()
        .is_none_or(|section| section.heading != heading)
    {
        sections.push(Section {
            heading: heading.to_owned(),
            options: Vec::new(),
        });
    }
    sections.last_mut().unwrap()
}

impl Entry {
    /// Takes a line of the option's description.
    fn add(&mut self, line: &str) {
        let bracketed = |name: &str| {
            let rest = line.strip_prefix(&format!("[{name}: "))?;
            rest.strip_suffix(']').map(str::to_owned)
        };
        if let Some(variable) = bracketed("env") {
            self.variable = variable;
        } else if let Some(default) = bracketed("default") {
            self.default = default;
        } else if let Some(values) = bracketed("possible values") {
            self.values = values
                .split(", ")
                .map(|value| format!("`{value}`"))
                .collect::<Vec<_>>()
                .join(", ");
        } else if let Some((value, meaning)) = line
            .strip_prefix("- ")
            .and_then(|line| line.split_once(':'))
        {
            let separator = if self.values.is_empty() { "" } else { "; " };
            write!(self.values, "{separator}`{value}`: {}", meaning.trim()).unwrap();
        } else if line != "Possible values:" && !line.is_empty() {
            if !self.text.is_empty() {
                // A new sentence begins a paragraph of its own in the help.
                let is_sentence = line.starts_with(char::is_uppercase);
                self.text.push_str(if is_sentence { ". " } else { " " });
            }
            self.text.push_str(line);
        }
    }

    fn row(&self) -> String {
        let code = |text: &str| {
            if text.is_empty() {
                String::new()
            } else {
                format!("`{text}`")
            }
        };
        let mut text = self.text.trim_end_matches('.').to_owned();
        if !self.values.is_empty() {
            write!(text, ". One of {}", self.values).unwrap();
        }
        let cells = [
            code(&self.usage),
            code(&self.variable),
            code(&self.default),
            text.replace('|', "\\|"),
        ];
        format!("| {} |\n", cells.join(" | "))
    }

    fn is_of_every_command(&self) -> bool {
        self.usage.ends_with("--help") || self.usage.contains("--output")
    }
}

/// Every command that does something, depth first.
fn leaves(command: &str) -> Vec<Help> {
    let help = help(command);
    let below = help.commands.iter().filter(|name| *name != "help");
    let below: Vec<Help> = below
        .flat_map(|name| leaves(format!("{command} {name}").trim()))
        .collect();
    if below.is_empty() { vec![help] } else { below }
}

fn table(options: &[Entry]) -> String {
    let rows: String = options.iter().map(Entry::row).collect();
    format!("| option | variable | default | meaning |\n|---|---|---|---|\n{rows}\n")
}

fn render() -> String {
    let commands = leaves("");
    let mut text = String::from("\n");
    for command in &commands {
        let own = command.sections.iter().filter(|section| {
            !SHARED.contains(&section.heading.as_str()) && section.heading != "Logging"
        });
        let own: Vec<Entry> = own
            .flat_map(|section| section.options.clone())
            .filter(|entry| !entry.is_of_every_command())
            .collect();
        let about = command.about.trim_end_matches('.');
        write!(text, "## `{}`\n\n{about}.\n\n", command.name).unwrap();
        if !own.is_empty() {
            text.push_str(&table(&own));
        }
    }
    for heading in SHARED {
        write!(text, "## {heading}\n\n").unwrap();
        text.push_str(&table(&same_everywhere(&commands, heading)));
    }
    text.push_str("## Every command\n\n");
    let first = &commands[0].sections;
    let options = first.iter().flat_map(|section| &section.options);
    let mut general: Vec<Entry> = options
        .filter(|entry| entry.is_of_every_command())
        .cloned()
        .collect();
    general.extend(same_everywhere(&commands, "Logging"));
    text.push_str(&table(&general));
    text
}

/// A section's options, which must be the same in each command that has it.
fn same_everywhere(commands: &[Help], heading: &str) -> Vec<Entry> {
    let sections = commands.iter().flat_map(|command| &command.sections);
    let mut found: Vec<&Section> = sections
        .filter(|section| section.heading == heading)
        .collect();
    found.dedup();
    assert_eq!(found.len(), 1, "{heading} differs between commands");
    found[0].options.clone()
}

#[test]
fn the_documented_settings_are_those_of_the_help() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/settings.md");
    let document = fs::read_to_string(&path).unwrap();
    let (before, rest) = document.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let expected = format!("{before}{BEGIN}\n{}{END}{after}", render());
    if env::var_os("LIFEBOAT_WRITE_DOCS").is_some() {
        fs::write(&path, &expected).unwrap();
        return;
    }
    let differing = expected
        .lines()
        .zip(document.lines())
        .find(|(expected, found)| expected != found);
    assert!(
        expected == document,
        "docs/settings.md is not what --help says; write it anew with \
         `LIFEBOAT_WRITE_DOCS=1 cargo test -p lifeboat --test settings_doc`. \
         First difference (help, document): {differing:#?}"
    );
}
