//! What a person reads before anything is done: help texts and complaints about arguments.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

mod support;

use insta::assert_snapshot;
use rstest::rstest;
use support::{lifeboat, run};

/// Every command, as the help texts themselves name them.
fn commands() -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut open = vec![Vec::new()];
    while let Some(command) = open.pop() {
        let help = help(&command, "-h");
        let below = help.split("\nCommands:\n").nth(1);
        let lines = below.map_or("", |below| below.split("\n\n").next().unwrap());
        for line in lines.lines() {
            // A longer explanation goes on further right.
            let Some(name) = line
                .strip_prefix("  ")
                .filter(|rest| !rest.starts_with(' '))
            else {
                continue;
            };
            let name = name.split(' ').next().unwrap();
            if name != "help" {
                let mut command = command.clone();
                command.push(name.to_owned());
                open.push(command);
            }
        }
        found.push(command);
    }
    found
}

fn help(command: &[String], flag: &str) -> String {
    let ran = run(lifeboat(command).arg(flag)).exits(0);
    assert_eq!(ran.stderr, "");
    ran.stdout
}

#[test]
fn no_help_is_wider_than_a_terminal() {
    let commands = commands();
    assert!(commands.len() >= 13, "{commands:?}");
    for command in commands {
        for flag in ["-h", "--help"] {
            for line in help(&command, flag).lines() {
                // The usage line is never broken.
                let limit = if line.starts_with("Usage:") { 100 } else { 80 };
                assert!(line.chars().count() <= limit, "{command:?} {flag}: {line}");
            }
        }
    }
}

#[test]
fn every_command_has_an_explanation_for_every_option() {
    for command in commands() {
        let help = help(&command, "--help");
        let options = help.split("\nExamples:").next().unwrap();
        let lines: Vec<&str> = options.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            if line.trim_start().starts_with("--") {
                let next = lines.get(index + 1).unwrap_or(&"");
                assert!(next.starts_with("          "), "{command:?}: {line}");
            }
        }
    }
}

#[test]
fn no_help_shows_what_the_environment_holds() {
    let secret = "s3cret-value";
    for command in commands() {
        let help = help(&command, "--help");
        // Each variable gets a value; those with a form of their own are refused, which is fine.
        let names = help.split("[env: ").skip(1);
        let names = names.map(|rest| rest.split([']', '=']).next().unwrap());
        let mut with_values = lifeboat(&command);
        with_values
            .arg("--help")
            .envs(names.map(|name| (name, secret)));
        let ran = run(&mut with_values).exits(0);
        assert!(!ran.stdout.contains(secret), "{command:?}");
    }
}

#[test]
fn the_first_help_shows_the_way() {
    assert_snapshot!(help(&[], "-h"), @"
    Knows every backup, says when one could no longer save you, and proves by
    rehearsal that it can

    Usage: lifeboat [OPTIONS] <COMMAND>

    Commands:
      serve        Back up on schedule, watch over every backup, and raise alerts
      backup       Take a backup now
      backups      List, show, pin, verify, prune and restore backups
      status       Say how every asset is, or all that is known of one
      run          Start a backup, or another operation, of an asset now
      alerts       List alerts, silence them, and see how long what was wrong took
      resources    Check the documents that say what to back up, and what is
                   promised
      rules        Generate rules of Prometheus from the catalogue of alerts
      crds         Print the definitions of the custom resources of Kubernetes
      completions  Print a completion script for a shell
      help         Print this message or the help of the given subcommand(s)

    Options:
      -o, --output <FORMAT>  How to print data [env: LIFEBOAT_OUTPUT] [default:
                             table] [possible values: table, json, yaml]
      -h, --help             Print help (see more with '--help')
      -V, --version          Print version

    Logging:
          --log-level <FILTER>   What to log: error, warn, info, debug, trace, or a
                                 filter such as lifeboat=debug [default: info for
                                 serve, else warn] [env: LIFEBOAT_LOG_LEVEL]
          --log-format <FORMAT>  How to write logs [env: LIFEBOAT_LOG_FORMAT]
                                 [default: text] [possible values: text, json]

    Examples:
      export LIFEBOAT_REPOSITORY=s3://backups/prometheus
      lifeboat backup prometheus --url http://localhost:9090 --data-dir /prometheus
      lifeboat backups list
      lifeboat backups restore latest --target /restored

    Every option with [env: NAME] may be set as that environment variable instead.

    Exit codes: 0 fine, 1 a failed operation or a bad backup, 2 wrong usage.
    ");
}

#[test]
fn the_help_of_a_backup_shows_the_way() {
    let help = help(&["backup".to_owned(), "prometheus".to_owned()], "-h");
    assert_snapshot!(help, @r#"
    Back up a Prometheus's database

    Usage: lifeboat backup prometheus [OPTIONS] --repository <URL>

    Options:
          --url <URL>            Prometheus's URL, with its route prefix if it has
                                 one [env: LIFEBOAT_PROMETHEUS_URL]
          --data-dir <DIR>       The folder that Prometheus was started with as
                                 --storage.tsdb.path [env:
                                 LIFEBOAT_PROMETHEUS_DATA_DIR]
          --from-snapshot <DIR>  Back up the blocks of this folder instead of taking
                                 a snapshot
          --skip-head            Leave out samples that are still in memory, about
                                 the last three hours [env:
                                 LIFEBOAT_PROMETHEUS_SKIP_HEAD]
          --dry-run              Say what would be sent, and send nothing
      -o, --output <FORMAT>      How to print data [env: LIFEBOAT_OUTPUT] [default:
                                 table] [possible values: table, json, yaml]
      -h, --help                 Print help (see more with '--help')

    Prometheus login:
          --prometheus-username <NAME>
              The user to log in to Prometheus as [env:
              LIFEBOAT_PROMETHEUS_USERNAME]
          --prometheus-password-file <FILE>
              The file that holds the user's password [env:
              LIFEBOAT_PROMETHEUS_PASSWORD_FILE]
          --prometheus-bearer-token-file <FILE>
              The file that holds a bearer token [env:
              LIFEBOAT_PROMETHEUS_BEARER_TOKEN_FILE]

    Repository:
          --repository <URL>  Where backups are kept: a folder, file:///folder,
                              s3://bucket/prefix, gs:// or az:// [env:
                              LIFEBOAT_REPOSITORY]
          --instance <NAME>   The name under which this Prometheus's backups are
                              kept [env: LIFEBOAT_INSTANCE] [default: prometheus]

    Logging:
          --log-level <FILTER>   What to log: error, warn, info, debug, trace, or a
                                 filter such as lifeboat=debug [default: info for
                                 serve, else warn] [env: LIFEBOAT_LOG_LEVEL]
          --log-format <FORMAT>  How to write logs [env: LIFEBOAT_LOG_FORMAT]
                                 [default: text] [possible values: text, json]

    Examples:
      Into a folder:
        lifeboat backup prometheus --url http://localhost:9090 \
            --data-dir /prometheus --repository /var/backups/prometheus
      To S3, finished blocks only, at 50 MiB/s at most:
        lifeboat backup prometheus --url http://localhost:9090 \
            --data-dir /prometheus --repository s3://backups/prometheus \
            --skip-head --bandwidth-limit 50MiB/s
      A snapshot that is there already:
        lifeboat backup prometheus --repository s3://backups/prometheus \
            --from-snapshot /prometheus/snapshots/20261121T020000Z-2be650b6
    "#);
}

#[test]
fn the_help_of_prune_explains_what_stays() {
    let help = help(&["backups".to_owned(), "prune".to_owned()], "--help");
    let explanation = help.split("\nUsage:").next().unwrap();
    assert_snapshot!(explanation, @"
    Remove backups by the retention policy, and objects that nothing needs.

    Keeps the newest backup of each of the last hours and days, and the first one of
    each of the last weeks, months and years (grandfather-father-son). Days without
    a backup do not count, so when backups stop, old ones stay. Never removed: a
    pinned backup, and the newest one that was verified and found good.

    Objects that no backup needs any more stay for a grace, so that a backup running
    at the same time loses nothing.
    ");
}

#[rstest]
#[case::nothing("", "Usage:")]
#[case::no_such_command("restore", "unrecognized subcommand 'restore'")]
#[case::no_such_option(
    "backups list --repository x --colour",
    "unexpected argument '--colour'"
)]
#[case::nothing_to_back_up("backup prometheus --repository x", "--url <URL>")]
#[case::half_of_it("backup prometheus --repository x --url http://y", "--data-dir <DIR>")]
#[case::no_repository("backups list", "--repository <URL>")]
#[case::no_such_format(
    "backups list --repository x -o xml",
    "[possible values: table, json, yaml]"
)]
#[case::no_such_level(
    "backups verify --repository x --level paranoid",
    "quick, checksums, deep"
)]
#[case::no_backup("backups restore --repository x --target y", "<BACKUP|--at <TIME>>")]
#[case::two_backups(
    "backups restore latest --at 2026-01-01 --repository x --target y",
    "cannot be used with"
)]
#[case::no_target("backups restore latest --repository x", "--target <DIR>")]
#[case::no_id(
    "backups pin latest --repository x",
    "is not a backup id such as backup-20261121-020000"
)]
#[case::no_time(
    "backups restore --at yesterday --repository x --target y",
    "use a time such as"
)]
#[case::no_zone(
    "backups prune --repository x --time-zone Mars/Base",
    "use a name such as UTC or Europe/Berlin"
)]
#[case::months_differ(
    "backups prune --repository x --grace 1month",
    "months and years differ in length"
)]
#[case::no_duration(
    "backups prune --repository x --grace soon",
    "use a length of time such as 24h"
)]
#[case::less_than_none("backups prune --repository x --keep-daily -1", "-1 is not in")]
#[case::no_rate(
    "backups verify --repository x --bandwidth-limit fast",
    "use a size a second, such as 50MiB/s"
)]
#[case::no_share(
    "backups verify --repository x --sample 0",
    "use a number above 0, up to 100"
)]
#[case::no_instance(
    "backups list --repository x --instance ../y",
    "must be 1 to 100 letters"
)]
#[case::no_filter(
    "backups list --repository x --log-level a=b=c",
    "--log-level <FILTER>"
)]
#[case::no_tag("backups list --repository x --s3-tag team", "use KEY=VALUE")]
#[case::no_resources("resources check", "<DIR>...")]
#[case::both(
    "backup prometheus --repository x --from-snapshot y --skip-head",
    "cannot be used with"
)]
#[case::no_scheme(
    "backups list --repository ftp://x",
    "\"ftp\" is not one of file, s3, gs, az"
)]
#[case::no_bucket("backups list --repository s3:///x", "names no bucket")]
#[case::a_secret(
    "backups list --repository s3://key:hidden@x",
    "must not hold a user, a password"
)]
fn wrong_usage_is_explained_and_exits_with_2(#[case] words: &str, #[case] complaint: &str) {
    let ran = run(&mut lifeboat(words.split_whitespace()))
        .exits(2)
        .complains(&[complaint]);
    assert!(!ran.stderr.contains("hidden"), "{}", ran.stderr);
    assert_eq!(ran.stdout, "");
}

#[test]
fn a_closed_pipe_is_no_error() {
    let (repository, source) = (support::Repository::new(), support::blocks(2));
    repository.back_up(source.path());
    let command = repository.command("backups show --files");
    let words: Vec<String> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_str().unwrap().to_owned())
        .collect();
    let script = format!("set -o pipefail; {} | true", words.join(" "));
    let ran = run(support::clean("bash").args(["-c", &script])).exits(0);
    assert_eq!(ran.stderr, "");
}

#[rstest]
#[case("bash")]
#[case("zsh")]
#[case("fish")]
fn completions_name_the_commands(#[case] shell: &str) {
    run(&mut lifeboat(["completions", shell]))
        .exits(0)
        .says(&["backups", "prune", "keep-daily"]);
}
