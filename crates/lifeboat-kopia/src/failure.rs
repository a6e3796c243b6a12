//! Why `kopia` failed: its last words, and what they mean.

use crate::Error;

/// Words by which an old program is known.
const TOO_OLD: [&str; 2] = ["unknown long flag", "expected command but got"];
/// How stores say that keys are wrong or may too little.
const DENIED: [&str; 11] = [
    "access denied",
    "accessdenied",
    "access key id you provided",
    "authorization header malformed",
    "forbidden",
    "invalid signature",
    "no such key:",
    "not authorized",
    "permission denied",
    "signature we calculated",
    "the provided token has expired",
];
/// How networks fail.
const UNREACHABLE: [&str; 10] = [
    "connection refused",
    "connection reset",
    "connection timed out",
    "deadline exceeded",
    "http response to https client",
    "i/o timeout",
    "no route to host",
    "no such host",
    "tls: ",
    "x509: ",
];
/// How `kopia` says that what it finds can't be.
const DAMAGED: [&str; 7] = [
    "blob not found",
    "decrypt",
    "error loading indexes",
    "invalid checksum",
    "invalid format blob",
    "invalid schedule blob",
    "malformed",
];

/// The error behind what `kopia` wrote to its standard error. `place` is where the repository should
/// be, for people.
pub(crate) fn understand(command: &'static str, stderr: &str, place: &str) -> Error {
    let message = last_words(stderr);
    let text = message.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if says(&["invalid repository password"]) {
        Error::WrongPassword
    } else if says(&[
        "repository not initialized",
        "specified bucket does not exist",
    ]) {
        Error::NoRepository {
            place: place.to_owned(),
        }
    } else if says(&TOO_OLD) {
        Error::TooOld(message)
    } else if says(&DENIED) {
        Error::AccessDenied(message)
    } else if says(&UNREACHABLE) {
        Error::Unreachable(message)
    } else if says(&DAMAGED) {
        Error::Damaged(message)
    } else {
        Error::Failed { command, message }
    }
}

/// The last line that says something: those before it tell how it came to that.
fn last_words(stderr: &str) -> String {
    let mut lines = stderr.lines().rev().map(str::trim);
    let line = lines.find(|line| !line.is_empty());
    let line = line.unwrap_or("it doesn't say why");
    line.trim_start_matches("kopia: ")
        .trim_start_matches("error: ")
        .trim_start_matches("ERROR ")
        .to_owned()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn kind(error: &Error) -> &'static str {
        match error {
            Error::WrongPassword => "password",
            Error::NoRepository { .. } => "none",
            Error::TooOld(_) => "old",
            Error::AccessDenied(_) => "denied",
            Error::Unreachable(_) => "unreachable",
            Error::Damaged(_) => "damaged",
            _ => "failed",
        }
    }

    /// As kopia 0.23.1 says it, of Garage and of folders; Amazon's words are from its manual.
    #[rstest]
    #[case("", "failed")]
    #[case("something new", "failed")]
    #[case(
        "open repository: repository is not connected. See https://kopia.io",
        "failed"
    )]
    #[case(
        "failed to open repository: unable to create format manager: invalid repository password\n\
         error connecting to repository: unable to create format manager: invalid repository password\n",
        "password"
    )]
    #[case(
        "error connecting to repository: repository not initialized in the provided storage",
        "none"
    )]
    #[case("error listing: The specified bucket does not exist", "none")]
    #[case(
        "kopia: error: unknown long flag '--metrics-store-on-exit', try --help",
        "old"
    )]
    #[case(
        "can't connect to storage: error retrieving storage config from bucket \"closed\": \
         Forbidden: Operation is not allowed for this key.",
        "denied"
    )]
    #[case("can't connect to storage: Forbidden: No such key: GKxx", "denied")]
    #[case("can't connect to storage: Access Denied.", "denied")]
    #[case(
        "can't connect to storage: The AWS Access Key Id you provided does not exist in our records.",
        "denied"
    )]
    #[case(
        "can't connect to storage: Authorization header malformed, unexpected scope: 'us-east-1'",
        "denied"
    )]
    #[case(
        "can't connect to storage: Get \"http://127.0.0.1:1/backups/?location=\": dial tcp \
         127.0.0.1:1: connect: connection refused",
        "unreachable"
    )]
    #[case(
        "dial tcp: lookup no.such.host on 10.0.0.1:53: no such host",
        "unreachable"
    )]
    #[case(
        "Get \"https://garage\": http: server gave HTTP response to HTTPS client",
        "unreachable"
    )]
    #[case(
        "tls: failed to verify certificate: x509: certificate signed by unknown authority",
        "unreachable"
    )]
    #[case(
        "error connecting to repository: invalid format blob: invalid character 'x' looking for \
         beginning of value",
        "damaged"
    )]
    #[case(
        "unable to get maintenance params: error looking for maintenance manifest: unable to load \
         manifest contents: error loading manifest content: invalid checksum at q26dd",
        "damaged"
    )]
    #[case("failed to get blob with ID q26dd: BLOB not found", "damaged")]
    #[case("unable to get maintenance schedule: invalid schedule blob", "damaged")]
    fn last_words_are_understood(#[case] stderr: &str, #[case] expected: &str) {
        let error = understand("repository connect", stderr, "s3: backups");
        assert_eq!(kind(&error), expected, "{error}");
        assert!(!error.hint().is_empty());
    }

    #[test]
    fn only_the_last_line_is_told() {
        let error = understand("blob list", "WARN slow\nERROR something new\n\n", "");
        assert_eq!(error.to_string(), "`kopia blob list` failed: something new");
    }
}
