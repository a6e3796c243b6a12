//! A child process that cannot outlive its test, with its output kept for the failure message.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, mpsc};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::http;

/// How often a condition is asked for again.
const POLL: Duration = Duration::from_millis(20);
/// How long [`Victim::kill_9`] waits for its process to be started.
const VICTIM_STARTS_WITHIN: Duration = Duration::from_secs(30);

/// A running child. Dropping it kills it (SIGKILL) and waits for its end, also when a test panics.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Arc<Mutex<Child>>,
    log: PathBuf,
    _folder: Option<TempDir>,
}

impl Process {
    /// Starts `command` with both of its outputs in a log file and no input.
    #[must_use]
    pub fn spawn(name: &str, command: Command) -> Self {
        Self::spawn_victim(name, command, &Victim::default())
    }

    /// Like [`Process::spawn`], and lets `victim` kill the process, from the moment it runs.
    #[must_use]
    pub fn spawn_victim(name: &str, mut command: Command, victim: &Victim) -> Self {
        let folder = tempfile::tempdir().unwrap_or_else(|error| {
            panic!("failed to make a folder for the log of {name}: {error}")
        });
        let log = folder.path().join("log");
        write_to(&log, name, &mut command);
        let child = spawned(name, command.spawn(), &command);
        victim.set(Arc::clone(&child));
        Self {
            name: name.to_owned(),
            child,
            log,
            _folder: Some(folder),
        }
    }

    /// Like [`Process::spawn`], for what several tests share: the process dies with the whole test
    /// program, however that ends, even if this value is never dropped. Its log is the file `log`.
    #[must_use]
    pub fn spawn_shared(name: &str, command: &Command, log: &Path) -> Self {
        // `setpriv` becomes the program, so that the process id is that of the program.
        let mut bound = Command::new("setpriv");
        bound
            .args(["--pdeathsig", "KILL"])
            .arg(command.get_program())
            .args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => bound.env(name, value),
                None => bound.env_remove(name),
            };
        }
        write_to(log, name, &mut bound);
        Self {
            name: name.to_owned(),
            child: spawned(name, spawn_on_a_lasting_thread(bound), command),
            log: log.to_owned(),
            _folder: None,
        }
    }

    /// The process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        lock(&self.child).id()
    }

    /// What the process has written so far, to both of its outputs.
    #[must_use]
    pub fn log(&self) -> String {
        let bytes = fs::read(&self.log)
            .unwrap_or_else(|error| panic!("failed to read the log of {}: {error}", self.name));
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Whether the process has not ended yet.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.exit_status().is_none()
    }

    fn exit_status(&self) -> Option<ExitStatus> {
        lock(&self.child)
            .try_wait()
            .unwrap_or_else(|error| panic!("failed to ask whether {} runs: {error}", self.name))
    }

    /// Ends the process at once (SIGKILL): it gets no chance to clean up. Waits for its end.
    pub fn kill_9(&self) {
        kill(&self.child, &self.name);
    }

    /// Stops the process where it is (SIGSTOP): its connections stay open and get no answer.
    pub fn hang(&self) {
        self.signal(Signal::STOP);
    }

    /// Lets a process go on that [`Process::hang`] stopped (SIGCONT).
    pub fn go_on(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        // The lock is held so that nobody reaps the child meanwhile and its id stays its own.
        let mut child = lock(&self.child);
        if let Ok(None) = child.try_wait() {
            kill_process(Pid::from_child(&child), signal)
                .unwrap_or_else(|error| panic!("failed to signal {}: {error}", self.name));
        }
    }

    /// Asks the process to end (SIGTERM) and waits for it.
    pub async fn terminate(&self, deadline: Duration) -> ExitStatus {
        self.signal(Signal::TERM);
        self.wait(deadline).await
    }

    /// Waits until the process ends by itself.
    pub async fn wait(&self, deadline: Duration) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.exit_status() {
                return status;
            }
            self.check_deadline("end", start, deadline);
            tokio::time::sleep(POLL).await;
        }
    }

    /// Waits until a GET of `url` is answered with a 2xx status.
    pub async fn wait_for_http(&self, url: &str, deadline: Duration) {
        let answers = async || {
            http::request("GET", url, &[], "")
                .await
                .is_ok_and(|answer| answer.is_success())
        };
        self.wait_until(&format!("answer at {url}"), deadline, answers)
            .await;
    }

    /// Waits until `predicate` holds; `what` completes the sentence "garage did not ...".
    ///
    /// # Panics
    /// With the log, when the deadline passes or the process ends first.
    pub async fn wait_until(
        &self,
        what: &str,
        deadline: Duration,
        predicate: impl AsyncFn() -> bool,
    ) {
        let start = Instant::now();
        // One question may hang as well: it gets the time of all.
        while tokio::time::timeout(deadline, predicate()).await != Ok(true) {
            if let Some(status) = self.exit_status() {
                self.fail(&format!("ended with {status} and did not {what}"));
            }
            self.check_deadline(what, start, deadline);
            tokio::time::sleep(POLL).await;
        }
    }

    fn check_deadline(&self, what: &str, start: Instant, deadline: Duration) {
        if start.elapsed() > deadline {
            self.fail(&format!("did not {what} within {deadline:?}"));
        }
    }

    /// Fails the test: "`name` `what`", followed by the log of the process.
    pub fn fail(&self, what: &str) -> ! {
        panic!("{} {what}; its log:\n{}", self.name, self.log())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let mut child = lock(&self.child);
        // Both fail only when the child is gone, which is what is wanted; a panic here, in a test
        // that panics already, would hide why the test failed.
        drop(child.kill());
        drop(child.wait());
    }
}

/// Makes both outputs of `command` go to the end of a file.
fn write_to(log: &Path, name: &str, command: &mut Command) {
    let [output, errors] = [(); 2].map(|()| {
        File::options()
            .create(true)
            .append(true)
            .open(log)
            .unwrap_or_else(|error| panic!("failed to open the log of {name}: {error}"))
    });
    command.stdin(Stdio::null()).stdout(output).stderr(errors);
}

fn spawned(name: &str, result: io::Result<Child>, command: &Command) -> Arc<Mutex<Child>> {
    let child =
        result.unwrap_or_else(|error| panic!("failed to start {name} with {command:?}: {error}"));
    Arc::new(Mutex::new(child))
}

/// Spawns on a thread that never ends: a process that asks for a signal at its parent's death gets
/// it when the thread that spawned it ends, and tests run on threads of their own.
fn spawn_on_a_lasting_thread(command: Command) -> io::Result<Child> {
    type Job = (Command, mpsc::Sender<io::Result<Child>>);
    static THREAD: OnceLock<mpsc::Sender<Job>> = OnceLock::new();
    let thread = THREAD.get_or_init(|| {
        let (jobs, queue) = mpsc::channel::<Job>();
        std::thread::spawn(move || {
            for (mut command, answer) in queue {
                // Whoever asked waits for the answer; if it is gone, so is its test.
                drop(answer.send(command.spawn()));
            }
        });
        jobs
    });
    let (answer, child) = mpsc::channel();
    thread
        .send((command, answer))
        .map_err(|_closed| io::Error::other("the thread that spawns has ended"))?;
    child.recv().map_err(io::Error::other)?
}

/// Stands for a process that something else kills, possibly before it is started:
/// `proxy.on_request(3, Moment::BeforeForwarding, move || victim.kill_9())`.
#[derive(Clone, Debug, Default)]
pub struct Victim {
    slot: Arc<Slot>,
}

#[derive(Debug, Default)]
struct Slot {
    child: Mutex<Option<Arc<Mutex<Child>>>>,
    filled: Condvar,
}

impl Victim {
    fn set(&self, child: Arc<Mutex<Child>>) {
        *lock(&self.slot.child) = Some(child);
        self.slot.filled.notify_all();
    }

    /// Ends the process at once (SIGKILL) and waits for its end. Blocks until there is one.
    pub fn kill_9(&self) {
        let (guard, _) = self
            .slot
            .filled
            .wait_timeout_while(lock(&self.slot.child), VICTIM_STARTS_WITHIN, |child| {
                child.is_none()
            })
            .unwrap_or_else(PoisonError::into_inner);
        let child = guard.clone().unwrap_or_else(|| {
            panic!("no process was started as this victim, so none can be killed")
        });
        kill(&child, "the victim");
    }
}

fn kill(child: &Mutex<Child>, name: &str) {
    let mut child = lock(child);
    child
        .kill()
        .and_then(|()| child.wait())
        .unwrap_or_else(|error| panic!("failed to kill {name}: {error}"));
}

/// A test that panicked elsewhere must not keep a process from being killed: poison is ignored.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::path::Path;

    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    fn exists(id: u32) -> bool {
        Path::new(&format!("/proc/{id}")).exists()
    }

    #[tokio::test]
    async fn both_outputs_are_in_the_log() {
        let process = Process::spawn("sh", shell("echo out; echo err >&2"));
        assert!(process.wait(Duration::from_secs(5)).await.success());
        assert_eq!(process.log(), "out\nerr\n");
    }

    #[test]
    fn a_panic_leaves_no_orphan() {
        let id = Mutex::new(0);
        let result = std::panic::catch_unwind(|| {
            let process = Process::spawn("sleep", shell("exec sleep 60"));
            *id.lock().unwrap() = process.id();
            assert!(exists(process.id()));
            panic!("a test that fails");
        });
        assert!(result.is_err());
        let id = *id.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(!exists(id), "process {id} is still there");
    }

    #[tokio::test]
    #[should_panic(expected = "did not become ready; its log:\nno space left")]
    async fn a_process_that_ends_too_early_shows_its_log() {
        let process = Process::spawn("server", shell("echo no space left; exit 3"));
        process
            .wait_until("become ready", Duration::from_secs(5), async || false)
            .await;
    }

    #[tokio::test]
    #[should_panic(expected = "did not answer within 100ms")]
    async fn a_question_that_hangs_does_not_hang_the_test() {
        let process = Process::spawn("server", shell("exec sleep 60"));
        process
            .wait_until("answer", Duration::from_millis(100), std::future::pending)
            .await;
    }

    #[tokio::test]
    async fn terminate_lets_a_process_clean_up() {
        let process = Process::spawn(
            "sh",
            shell("trap 'echo cleaned; exit 7' TERM; echo up; while :; do sleep 0.02; done"),
        );
        process
            .wait_until("come up", Duration::from_secs(5), async || {
                process.log().contains("up")
            })
            .await;
        let status = process.terminate(Duration::from_secs(5)).await;
        assert_eq!(status.code(), Some(7));
        assert!(process.log().contains("cleaned"));
    }

    /// Runs itself as the program that is killed.
    #[tokio::test]
    async fn a_shared_process_dies_with_a_killed_test_program() {
        const FOLDER: &str = "LIFEBOAT_TESTKIT_SHARED";
        if let Some(folder) = std::env::var_os(FOLDER) {
            let folder = Path::new(&folder);
            let script = format!("echo $$ > '{}/id'; exec sleep 600", folder.display());
            let _running = Process::spawn_shared("sleep", &shell(&script), &folder.join("log"));
            std::future::pending::<()>().await;
        }
        let folder = tempfile::tempdir().unwrap();
        let mut program = Command::new(std::env::current_exe().unwrap());
        program
            .args([
                "--exact",
                "process::tests::a_shared_process_dies_with_a_killed_test_program",
            ])
            .env(FOLDER, folder.path());
        let program = Process::spawn("test program", program);
        let id = || fs::read_to_string(folder.path().join("id")).unwrap_or_default();
        program
            .wait_until("start a process", Duration::from_secs(30), async || {
                id().ends_with('\n')
            })
            .await;
        let id = id().trim().parse().unwrap();
        assert!(exists(id));
        program.kill_9();
        let start = Instant::now();
        // The machine's first process reaps it.
        while exists(id) && !is_zombie(id) {
            assert!(start.elapsed() < Duration::from_secs(30), "{id} lives on");
            tokio::time::sleep(POLL).await;
        }
    }

    fn is_zombie(id: u32) -> bool {
        fs::read_to_string(format!("/proc/{id}/stat")).is_ok_and(|stat| stat.contains(") Z "))
    }

    #[tokio::test]
    async fn a_victim_is_killed_even_when_the_kill_came_before_the_start() {
        let victim = Victim::default();
        let killer = std::thread::spawn({
            let victim = victim.clone();
            move || victim.kill_9()
        });
        std::thread::sleep(Duration::from_millis(50));
        let process = Process::spawn_victim("sleep", shell("exec sleep 60"), &victim);
        killer.join().unwrap();
        let status = process.wait(Duration::ZERO).await;
        assert_eq!(status.signal(), Some(9));
    }
}
