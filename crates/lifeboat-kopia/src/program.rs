//! The program: one command of `kopia`, with a deadline and a bound on what is kept of its output.

use std::{
    fs::File,
    io::{self, Read},
    os::fd::OwnedFd,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt},
    process::{Child, Command},
    task::JoinHandle,
};

use crate::{Error, failure};

/// How much of its last words is kept.
const LAST_WORDS: usize = 16 * 1024;
/// What of Lifeboat's own variables `kopia` gets: the way to the network and to its temporary files.
/// No other, so that nothing meant for another `kopia` steers this one.
const VARIABLES: [&str; 11] = [
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NO_PROXY",
    "PATH",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "TMPDIR",
    "TZ",
    "http_proxy",
    "https_proxy",
    "no_proxy",
];

/// One call of `kopia`.
pub(crate) struct Call<'a> {
    pub(crate) program: &'a Path,
    /// The name of the command, for people.
    pub(crate) command: &'static str,
    pub(crate) arguments: Vec<String>,
    /// Its secrets, which stand in no list of processes.
    pub(crate) variables: Vec<(&'a str, &'a str)>,
    /// Where `kopia` keeps what it would keep in a home.
    pub(crate) home: &'a Path,
    pub(crate) deadline: Duration,
    /// Where the repository is, for people.
    pub(crate) place: &'a str,
}

impl Call<'_> {
    /// Runs it, and hands what it writes to `take`, on a thread that may wait.
    ///
    /// When this is dropped, or the deadline passes, `kopia` is ended.
    pub(crate) async fn run<T: Send + 'static>(
        self,
        take: impl FnOnce(&mut dyn Read) -> Result<T, serde_json::Error> + Send + 'static,
    ) -> Result<T, Error> {
        let mut child = self.start()?;
        let ended = tokio::time::timeout(self.deadline, finish(&mut child, take)).await;
        let Ok(ended) = ended else {
            // The error that there is no such process any more is no error.
            drop(child.kill().await);
            return Err(Error::TooSlow {
                command: self.command,
                deadline: self.deadline,
            });
        };
        let ended = ended.map_err(|source| Error::Output {
            command: self.command,
            source,
        })?;
        if !ended.success {
            return Err(failure::understand(
                self.command,
                &ended.last_words,
                self.place,
            ));
        }
        ended.taken.map_err(|source| Error::NotUnderstood {
            command: self.command,
            source,
        })
    }

    fn start(&self) -> Result<Child, Error> {
        let own = VARIABLES
            .into_iter()
            .filter_map(|name| Some((name, std::env::var_os(name)?)));
        let mut command = Command::new(self.program);
        command
            .args(&self.arguments)
            .env_clear()
            .envs(own)
            .env("HOME", self.home)
            .envs(self.variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command.spawn().map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => Error::NoProgram(self.program.to_owned()),
            _ => Error::Start {
                program: self.program.to_owned(),
                source,
            },
        })
    }
}

struct Ended<T> {
    taken: Result<T, serde_json::Error>,
    success: bool,
    last_words: String,
}

async fn finish<T: Send + 'static>(
    child: &mut Child,
    take: impl FnOnce(&mut dyn Read) -> Result<T, serde_json::Error> + Send + 'static,
) -> io::Result<Ended<T>> {
    let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
        return Err(io::Error::other("its output is not piped"));
    };
    let output: OwnedFd = stdout.into_owned_fd()?;
    let taken = tokio::task::spawn_blocking(move || {
        let mut output = File::from(output);
        let taken = take(&mut output);
        // Who is not listened to would end with an error of its own.
        io::copy(&mut output, &mut io::sink()).map(|_rest| taken)
    });
    let last_words: JoinHandle<io::Result<Vec<u8>>> = tokio::spawn(end_of(stderr));
    let taken = taken.await.map_err(io::Error::other)??;
    let last_words = last_words.await.map_err(io::Error::other)??;
    let status = child.wait().await?;
    Ok(Ended {
        taken,
        success: status.success(),
        last_words: String::from_utf8_lossy(&last_words).into_owned(),
    })
}

/// The end of what is written: as much as is kept of it.
async fn end_of(mut stream: impl AsyncRead + Unpin) -> io::Result<Vec<u8>> {
    let mut kept = Vec::new();
    let mut buffer = vec![0; LAST_WORDS];
    loop {
        let read = stream.read(&mut buffer).await?;
        if read == 0 {
            return Ok(kept);
        }
        kept.extend_from_slice(&buffer[..read]);
        let surplus = kept.len().saturating_sub(LAST_WORDS);
        kept.drain(..surplus);
    }
}

/// What `kopia` is started as if nobody says otherwise.
#[must_use]
pub fn default_program() -> PathBuf {
    PathBuf::from("kopia")
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn shell(script: &str, deadline: Duration) -> Result<String, Error> {
        let home = tempfile::tempdir().unwrap();
        let call = Call {
            program: Path::new("sh"),
            command: "blob list",
            arguments: vec!["-c".to_owned(), script.to_owned()],
            variables: vec![("KOPIA_PASSWORD", "secret")],
            home: home.path(),
            deadline,
            place: "s3: backups",
        };
        call.run(|output| {
            let mut text = String::new();
            output
                .read_to_string(&mut text)
                .map_err(serde_json::Error::io)?;
            Ok(text)
        })
        .await
    }

    const LONG: Duration = Duration::from_mins(1);

    #[tokio::test]
    async fn a_missing_program_is_named() {
        let home = tempfile::tempdir().unwrap();
        let call = Call {
            program: Path::new("no-such-kopia"),
            command: "blob list",
            arguments: Vec::new(),
            variables: Vec::new(),
            home: home.path(),
            deadline: LONG,
            place: "",
        };
        let error = call.run(|_| Ok(())).await.unwrap_err();
        assert_eq!(error.to_string(), "the program no-such-kopia was not found");
    }

    #[tokio::test]
    async fn what_fails_is_told_by_its_last_words() {
        let script = "echo half; echo 'INFO long ago' >&2; echo 'ERROR new' >&2; exit 1";
        let error = shell(script, LONG).await.unwrap_err();
        assert_eq!(error.to_string(), "`kopia blob list` failed: new");
    }

    #[tokio::test]
    async fn what_hangs_is_ended_at_its_deadline() {
        let error = shell("exec sleep 600", Duration::from_millis(50)).await;
        assert!(matches!(error, Err(Error::TooSlow { .. })), "{error:?}");
    }

    #[tokio::test]
    async fn endless_complaints_take_no_memory() {
        let script = "head -c 10000000 /dev/zero >&2; echo >&2; echo why >&2; exit 1";
        let error = shell(script, LONG).await.unwrap_err();
        assert_eq!(error.to_string(), "`kopia blob list` failed: why");
    }

    #[tokio::test]
    async fn output_that_nobody_wants_does_not_stop_it() {
        let home = tempfile::tempdir().unwrap();
        let call = Call {
            program: Path::new("sh"),
            command: "blob list",
            arguments: vec!["-c".to_owned(), "head -c 10000000 /dev/zero".to_owned()],
            variables: Vec::new(),
            home: home.path(),
            deadline: LONG,
            place: "",
        };
        call.run(|_unread| Ok(())).await.unwrap();
    }

    #[tokio::test]
    async fn of_other_variables_it_sees_none() {
        let seen = shell("env | cut -d= -f1 | sort", LONG).await.unwrap();
        assert!(seen.contains("KOPIA_PASSWORD"), "{seen}");
        assert!(!seen.contains("CARGO"), "{seen}");
    }
}
