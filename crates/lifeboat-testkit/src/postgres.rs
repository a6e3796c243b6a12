//! A real PostgreSQL on loopback, in a folder of its own, that asks for a password.

use std::fs;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::ports::free_port;
use crate::process::Process;
use crate::tools::{is_executable, tool};

/// The user that owns everything, and its password.
const USER: &str = "lifeboat";
const PASSWORD: &str = "a-password-for-tests";
/// The user of the system that runs the server where tests run as root, which it refuses.
const SYSTEM_USER: &str = "postgres";
/// Where Debian keeps the programs of each version.
const DEBIAN: &str = "/usr/lib/postgresql";

const READY_WITHIN: Duration = Duration::from_secs(30);

/// A PostgreSQL that runs until it is dropped, and its databases with it.
#[derive(Debug)]
pub struct Postgres {
    process: Option<Process>,
    folder: TempDir,
    port: u16,
    settings: Vec<String>,
}

impl Postgres {
    /// Starts a server that leaves it to the kernel when data goes to disk: it survives its own
    /// death, but no power cut, and is quick.
    pub async fn start() -> Self {
        Self::start_with(&["fsync=off"]).await
    }

    /// Starts a server with settings, such as `fsync=on`.
    pub async fn start_with(settings: &[&str]) -> Self {
        let folder = tempfile::tempdir()
            .unwrap_or_else(|error| panic!("failed to make a folder for PostgreSQL: {error}"));
        let password = folder.path().join("password");
        fs::write(&password, PASSWORD)
            .unwrap_or_else(|error| panic!("failed to write PostgreSQL's password: {error}"));
        for path in [folder.path(), &password] {
            give_away(path);
        }
        let mut initdb = program("initdb", folder.path());
        initdb
            .args(["--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"])
            .args(["--auth=scram-sha-256", "--username", USER])
            .arg("--pwfile")
            .arg(password)
            .arg("--pgdata")
            .arg(folder.path().join("data"));
        checked("initdb", &mut initdb);
        let mut server = Self {
            process: None,
            folder,
            port: free_port(),
            settings: settings.iter().map(ToString::to_string).collect(),
        };
        server.restart().await;
        server
    }

    /// Starts the server again after [`Postgres::stop`] or [`Postgres::kill_9`], on the same port
    /// and data.
    pub async fn restart(&mut self) {
        self.stop();
        let start = Instant::now();
        loop {
            let process = self.spawn();
            // What a killed server leaves behind lives on for a moment, and the next one refuses
            // to start beside it. So one that ends is started again.
            while process.is_running() {
                if self.accepts_connections() {
                    self.process = Some(process);
                    return;
                }
                if start.elapsed() > READY_WITHIN {
                    process.fail(&format!("did not accept connections in {READY_WITHIN:?}"));
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            if start.elapsed() > READY_WITHIN {
                process.fail("ended instead of accepting connections");
            }
        }
    }

    fn spawn(&self) -> Process {
        let mut command = program("postgres", self.folder.path());
        command
            .arg("-D")
            .arg(self.folder.path().join("data"))
            .args(["-p", &self.port.to_string()])
            .args(["-c", "listen_addresses=127.0.0.1"])
            // No socket: other servers of this port's number may have theirs in the usual folder.
            .args(["-c", "unix_socket_directories="]);
        for setting in &self.settings {
            command.args(["-c", setting]);
        }
        Process::spawn("postgres", command)
    }

    fn accepts_connections(&self) -> bool {
        let mut command = program("pg_isready", self.folder.path());
        command.args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]);
        output("pg_isready", &mut command).status.success()
    }

    /// Makes an empty database and returns its URL.
    #[must_use]
    pub fn create_database(&self, name: &str) -> String {
        self.execute("postgres", &format!("CREATE DATABASE \"{name}\""));
        self.url(name)
    }

    /// The URL of a database, with user and password.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!(
            "postgres://{USER}:{PASSWORD}@127.0.0.1:{}/{database}",
            self.port
        )
    }

    /// The way to a database as libpq writes it, with user and password.
    #[must_use]
    pub fn connection_string(&self, database: &str) -> String {
        format!(
            "host=127.0.0.1 port={} user={USER} password={PASSWORD} dbname={database}",
            self.port
        )
    }

    /// Runs SQL in a database as its owner, and returns the rows: columns separated by `|`.
    #[must_use]
    pub fn query(&self, database: &str, sql: &str) -> String {
        checked("psql", &mut self.psql(database, sql))
    }

    /// Runs SQL in a database as its owner.
    pub fn execute(&self, database: &str, sql: &str) {
        checked("psql", &mut self.psql(database, sql));
    }

    /// Runs SQL in a database beside the test until the returned process is dropped, such as
    /// `LOCK TABLE runs; SELECT pg_sleep(60)`.
    #[must_use]
    pub fn session(&self, database: &str, sql: &str) -> Process {
        Process::spawn("psql", self.psql(database, sql))
    }

    fn psql(&self, database: &str, sql: &str) -> Command {
        let mut command = program("psql", self.folder.path());
        command
            .args(["--no-psqlrc", "--tuples-only", "--no-align", "--quiet"])
            .args(["-v", "ON_ERROR_STOP=1", "-c", sql])
            .arg(self.url(database));
        command
    }

    /// Ends the server in order, and with it every connection. Its data stays.
    pub fn stop(&mut self) {
        if let Some(process) = self.process.take()
            && process.is_running()
        {
            self.pg_ctl_stop("fast");
        }
    }

    /// Ends the server at once (SIGKILL): its other processes notice and follow. Its data stays.
    pub fn kill_9(&mut self) {
        if let Some(process) = self.process.take() {
            process.kill_9();
        }
    }

    /// The id of the server's first process.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.process.as_ref().map(Process::id)
    }

    /// Its data directory.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A program that is to run as the user that owns the data directory.
    #[must_use]
    pub fn command_as_owner(&self, program: &Path) -> Command {
        as_owner(program, self.folder.path())
    }

    /// Runs a program as the user that owns the data directory; it must succeed.
    pub fn run_as_owner(&self, program: &Path, arguments: &[&str]) {
        let name = program.display().to_string();
        checked(&name, self.command_as_owner(program).args(arguments));
    }

    /// Ends the server and starts it as a standby of nobody that is promoted at once: it goes on as a
    /// new timeline.
    pub async fn promote_itself(&mut self) {
        self.stop();
        let signal = self.data().join("standby.signal").display().to_string();
        self.run_as_owner(Path::new("/usr/bin/touch"), &[&signal]);
        self.restart().await;
        self.execute("postgres", "SELECT pg_promote()");
    }

    fn pg_ctl_stop(&self, mode: &str) -> Output {
        let mut command = program("pg_ctl", self.folder.path());
        command
            .args(["stop", "--silent", "--wait", "--mode", mode, "--pgdata"])
            .arg(self.folder.path().join("data"));
        output("pg_ctl", &mut command)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // It takes its other processes with it, so that none writes into a folder that goes away.
        // It fails only when the server is gone.
        if self.process.as_ref().is_some_and(Process::is_running) {
            drop(self.pg_ctl_stop("immediate"));
        }
    }
}

/// A program of PostgreSQL, run as a user that it accepts.
fn program(name: &str, folder: &Path) -> Command {
    as_owner(&find_program(name), folder)
}

fn as_owner(path: &Path, folder: &Path) -> Command {
    let mut command = if system_user().is_some() {
        let mut command = Command::new(tool("setpriv"));
        command
            .args(["--reuid", SYSTEM_USER, "--regid", SYSTEM_USER])
            .arg("--init-groups")
            .arg(path);
        command
    } else {
        Command::new(path)
    };
    command.current_dir(folder).env("LC_ALL", "C.UTF-8");
    for variable in ["PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "PGOPTIONS"] {
        command.env_remove(variable);
    }
    command
}

/// Of the newest version that Debian has, or whatever is on `PATH`.
fn find_program(name: &str) -> PathBuf {
    let versions = fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let newest = versions
        .filter_map(|entry| {
            let version: u32 = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin").join(name)))
        })
        .filter(|(_, path)| is_executable(path))
        .max();
    newest.map_or_else(|| tool(name), |(_, path)| path)
}

/// User and group of [`SYSTEM_USER`], if this runs as root.
fn system_user() -> Option<(u32, u32)> {
    static USER: OnceLock<Option<(u32, u32)>> = OnceLock::new();
    *USER.get_or_init(|| {
        let id = |arguments: &[&str]| -> u32 {
            let text = checked("id", Command::new("id").args(arguments));
            text.trim()
                .parse()
                .unwrap_or_else(|error| panic!("id answered {text:?}: {error}"))
        };
        (id(&["-u"]) == 0).then(|| (id(&["-u", SYSTEM_USER]), id(&["-g", SYSTEM_USER])))
    })
}

fn give_away(path: &Path) {
    if let Some((user, group)) = system_user() {
        chown(path, Some(user), Some(group)).unwrap_or_else(|error| {
            panic!(
                "failed to give {} to {SYSTEM_USER}: {error}",
                path.display()
            )
        });
    }
}

fn output(name: &str, command: &mut Command) -> Output {
    command
        .output()
        .unwrap_or_else(|error| panic!("failed to start {name} with {command:?}: {error}"))
}

fn checked(name: &str, command: &mut Command) -> String {
    let output = output(name, command);
    assert!(
        output.status.success(),
        "{name} ended with {}: {}{}",
        output.status,
        String::from_utf8_lossy(&output.stderr),
        String::from_utf8_lossy(&output.stdout)
    );
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
