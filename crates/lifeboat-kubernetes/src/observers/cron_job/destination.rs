//! Where a command line sends a backup, told without anything that might be a secret.
//!
//! Whole command lines and values of variables are never shown. Of a place only the scheme, the host
//! or bucket and the path are; in doubt it is left out.

use std::collections::BTreeSet;

use super::shell;
use crate::objects::Container;

/// Schemes of places where backups go. `https` is not among them: such addresses are often webhooks,
/// which are secrets as a whole.
const SCHEMES: [&str; 16] = [
    "s3", "s3a", "gs", "gcs", "az", "azblob", "azure", "abfs", "abfss", "b2", "swift", "sftp",
    "ssh", "rsync", "rest", "hdfs",
];

/// Backends of restic.
const RESTIC_BACKENDS: [&str; 7] = ["azure", "b2", "gs", "rclone", "s3", "sftp", "swift"];

/// Commands of rclone that write to the last of their places.
const RCLONE_COMMANDS: [&str; 7] = ["copy", "copyto", "sync", "move", "moveto", "bisync", "rcat"];

/// Options of rclone that take no value. What follows any other may be a secret, and is not looked at.
const RCLONE_SWITCHES: [&str; 16] = [
    "-P",
    "-c",
    "-n",
    "-u",
    "-v",
    "-vv",
    "--checksum",
    "--create-empty-src-dirs",
    "--delete-after",
    "--dry-run",
    "--fast-list",
    "--progress",
    "--size-only",
    "--stats-one-line",
    "--update",
    "--verbose",
];

/// The places that the containers' command lines name, in order, each once.
pub(super) fn of_containers(containers: &[Container]) -> BTreeSet<String> {
    let commands = containers.iter().flat_map(shell::commands);
    commands.flat_map(|command| of_command(&command)).collect()
}

fn of_command(command: &[String]) -> Vec<String> {
    let mut places: Vec<String> = command.iter().filter_map(|word| address(word)).collect();
    places.extend(restic_repository(command));
    places.extend(rclone_remote(command));
    places
}

/// The address that a word is or ends with, as in `--repo=s3:https://host/bucket`.
fn address(word: &str) -> Option<String> {
    let is_start = |at: usize| !word[..at].ends_with(|before: char| before.is_ascii_alphanumeric());
    // The outermost scheme: restic writes `s3:https://...` and `rest:https://...`.
    let places = SCHEMES.iter().flat_map(|scheme| {
        let nested = [":https://", ":http://", "://"];
        nested.into_iter().map(move |nested| (*scheme, nested))
    });
    let found = places.filter_map(|(scheme, nested)| {
        let start = format!("{scheme}{nested}");
        let at = word
            .match_indices(&start)
            .map(|(at, _)| at)
            .find(|at| is_start(*at))?;
        Some((at, start))
    });
    let (at, start) = found.min()?;
    let before = &word[..at];
    let is_value = before.ends_with('=') && !before.contains(char::is_whitespace);
    if !before.is_empty() && !is_value {
        return None;
    }
    plain(&word[at + start.len()..]).map(|rest| format!("{start}{rest}"))
}

/// Host or bucket and path, without a login, a query, a fragment, or what a shell would put in.
fn plain(rest: &str) -> Option<String> {
    let rest = rest.split(char::is_whitespace).next()?;
    // A password may hold a slash: everything before the last `@` may belong to the login.
    let rest = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
    let end = rest
        .find(['?', '#', ';', '`', '"', '\'', '>', '<'])
        .unwrap_or(rest.len());
    let rest = cut_substitution(&rest[..end]);
    let host = rest.split_once('/').map_or(rest, |(host, _)| host);
    let has_only_a_port = match host.split_once(':') {
        Some((_, port)) => !port.is_empty() && port.chars().all(|digit| digit.is_ascii_digit()),
        None => true,
    };
    (!host.is_empty() && has_only_a_port).then(|| rest.trim_end_matches('/').to_owned())
}

/// Without the output of another command; the name of a variable, `$(NAME)`, may stay.
fn cut_substitution(rest: &str) -> &str {
    let mut from = 0;
    while let Some(found) = rest[from..].find("$(") {
        let inner = from + found + 2;
        let name = rest[inner..].split_once(')').map(|(name, _)| name);
        let is_name = |name: &str| {
            name.chars()
                .all(|part| part.is_ascii_alphanumeric() || part == '_')
        };
        match name.filter(|name| is_name(name)) {
            Some(name) => from = inner + name.len(),
            None => return &rest[..inner - 2],
        }
    }
    rest
}

/// The repository of restic, where it isn't written as an address: `b2:bucket:path`.
fn restic_repository(command: &[String]) -> Option<String> {
    let at = command
        .iter()
        .position(|word| word == "restic" || word.ends_with("/restic"))?;
    let mut words = command[at + 1..].iter();
    let repository = loop {
        let word = words.next()?;
        if word == "-r" || word == "--repo" {
            break words.next()?.as_str();
        }
        if let Some(value) = word.strip_prefix("--repo=") {
            break value;
        }
    };
    let (backend, place) = repository.split_once(':')?;
    let place = place.rsplit_once('@').map_or(place, |(_, place)| place);
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:${}".contains(letter);
    let is_known = RESTIC_BACKENDS.contains(&backend);
    (is_known && !place.contains("//") && place.chars().all(is_plain))
        .then(|| format!("restic repository {backend}:{place}"))
}

/// The remote that rclone writes to. A remote described on the spot holds its keys, so only its kind
/// is told.
fn rclone_remote(command: &[String]) -> Option<String> {
    let at = command
        .iter()
        .position(|word| word == "rclone" || word.ends_with("/rclone"))?;
    let arguments = &command[at + 1..];
    let action = arguments
        .iter()
        .position(|word| RCLONE_COMMANDS.contains(&word.as_str()))?;
    let mut places = Vec::new();
    let mut words = arguments[action + 1..].iter();
    while let Some(word) = words.next() {
        if !word.starts_with('-') || word == "-" {
            places.push(word);
        } else if !word.contains('=') && !RCLONE_SWITCHES.contains(&word.as_str()) {
            words.next();
        }
    }
    let last = places.last()?;
    if let Some(backend) = last.strip_prefix(':') {
        let end = backend.find([',', ':'])?;
        return is_plain_name(&backend[..end])
            .then(|| format!("rclone remote of kind {}", &backend[..end]));
    }
    let (remote, path) = last.split_once(':')?;
    if path.starts_with("//") || !is_plain_name(remote) || path.contains(['@', '?', ',', '=']) {
        return None;
    }
    Some(format!("rclone remote {remote}:{}", cut_substitution(path)))
}

fn is_plain_name(name: &str) -> bool {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "-_. ${}".contains(letter);
    !name.is_empty() && name.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn places(script: &str) -> Vec<String> {
        let container = Container {
            command: vec!["/bin/sh".to_owned(), "-c".to_owned()],
            args: vec![script.to_owned()],
            ..Container::default()
        };
        of_containers(&[container]).into_iter().collect()
    }

    #[rstest]
    #[case("aws s3 sync /data s3://media/immich/", "s3://media/immich")]
    #[case("aws s3 cp x \"s3://$BUCKET/pg/$(date +%F).gz\"", "s3://$BUCKET/pg")]
    #[case("aws s3 cp x s3://$(BUCKET)/pg", "s3://$(BUCKET)/pg")]
    #[case(
        "restic -r s3:https://s3.example.com:3900/restic backup /d",
        "s3:https://s3.example.com:3900/restic"
    )]
    #[case(
        "restic --repo=rest:https://user:geheim@host:8000/db backup /d",
        "rest:https://host:8000/db"
    )]
    #[case(
        "restic -r b2:media:immich backup /d",
        "restic repository b2:media:immich"
    )]
    #[case(
        "restic --repo=sftp:me@nas:/srv backup /d",
        "restic repository sftp:nas:/srv"
    )]
    #[case("export RESTIC_REPOSITORY=sftp://backup@nas/srv", "sftp://nas/srv")]
    #[case("rclone sync /data b2:media --progress", "rclone remote b2:media")]
    #[case(
        "rclone --config /c copy /data --s3-secret-access-key geheim nas:media/x",
        "rclone remote nas:media/x"
    )]
    #[case(
        "rclone copy /d :s3,access_key_id=AKIA,secret_access_key=geheim:bucket",
        "rclone remote of kind s3"
    )]
    #[case("azcopy cp /d az://store/c?sig=geheim", "az://store/c")]
    #[case("x s3://AKIA:ge/heim@bucket/p", "s3://bucket/p")]
    fn a_place_is_told_without_its_secrets(#[case] script: &str, #[case] expected: &str) {
        let found = places(script);
        assert_eq!(found, [expected]);
        assert!(!found.concat().contains("geheim"), "{found:?}");
    }

    #[rstest]
    #[case::a_webhook("curl https://hooks.example.com/services/geheim")]
    #[case::a_database("pg_dump postgres://user:geheim@db/app")]
    #[case::a_login_in_place_of_a_host("x s3://key:geheim")]
    #[case::keys_of_mc("mc alias set nas http://nas:9000 key geheim")]
    #[case::a_header("rclone copy /d --header \"Authorization: geheim\" /e")]
    #[case::from_a_remote("rclone copy nas:media /data")]
    #[case::keys_of_a_known_remote("rclone copy /d nas,secret_access_key=geheim:bucket")]
    #[case::a_login_as_the_value_of_an_option("rclone copy /d /e --user user:geheim")]
    #[case::in_the_middle_of_a_word("x --password=geheim-s3://b")]
    #[case::a_login_of_restic("restic -r rest:https://user:geheim backup /d")]
    #[case::behind_a_place("sh -c 'A=s3:// curl x@geheim'")]
    #[case::nothing("")]
    fn in_doubt_nothing_is_told(#[case] script: &str) {
        assert_eq!(places(script), Vec::<String>::new());
    }
}
