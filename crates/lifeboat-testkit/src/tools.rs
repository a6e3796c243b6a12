//! Finds the programs that tests run, and says what to install when one is missing.

use std::env;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The path of a program that `make tools` installs or Debian has: `garage`, `prometheus3`,
/// `promtool3`, `moto_server`, `s5cmd`, `aws`, `blockgen`, `prometheus`, `promtool`,
/// `prometheus-alertmanager`, `etcd`, `kube-apiserver`, `kube-controller-manager`, `kubectl`,
/// `kwok`, `kube-state-metrics`, `kopia`, `barman-cloud-backup`, `barman-cloud-wal-archive`.
///
/// Looks in `bin` of the tools folder first (`LIFEBOAT_TOOLS`, or `lifeboat/tools` in the user's
/// cache folder), so that a pinned version wins over whatever is on `PATH`.
///
/// # Panics
/// When the program is in neither place: a test that needs it must fail and not pass unseen.
#[must_use]
pub fn tool(name: &str) -> PathBuf {
    any_tool(&[name])
}

/// The path of a program that goes by several names: of the first name that is found.
///
/// # Panics
/// When there is none of them.
#[must_use]
pub fn any_tool(names: &[&str]) -> PathBuf {
    names
        .iter()
        .find_map(|name| find(name, search_folders()))
        .unwrap_or_else(|| panic!("{} is missing: run `make tools`", names.join(" or ")))
}

/// A file or folder of the tools folder, which may not be there.
///
/// # Panics
/// When this machine has no such folder.
pub(crate) fn tools_path(name: &str) -> PathBuf {
    tools_folder()
        .unwrap_or_else(|| panic!("neither LIFEBOAT_TOOLS nor HOME says where the tools are"))
        .join(name)
}

/// Gives `command` another clock: `FAKETIME` (such as `@2026-03-01 02:00:00` or `+1y`) or
/// `FAKETIME_TIMESTAMP_FILE` among its variables says which. The times of files stay true, and
/// so does the monotonic clock, by which programs wait.
///
/// Not by the program `faketime`: it makes a semaphore named after its process id, and refuses to
/// run where one was left behind by a killed process of the same id.
///
/// # Panics
/// When Debian's `faketime`, which brings the library, isn't there.
pub fn fake_clock(command: &mut Command) -> &mut Command {
    command
        .env("LD_PRELOAD", libfaketime())
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
        .env("NO_FAKE_STAT", "1")
}

/// The library that gives a program another clock: to be preloaded.
fn libfaketime() -> PathBuf {
    const NAME: &str = "faketime/libfaketimeMT.so.1";
    let multiarch = format!("/usr/lib/{}-linux-gnu", env::consts::ARCH);
    [multiarch.as_str(), "/usr/lib", "/usr/local/lib"]
        .iter()
        .map(|folder| Path::new(folder).join(NAME))
        .find(|path| path.is_file())
        .unwrap_or_else(|| panic!("libfaketime is missing: run `make tools`"))
}

fn find(name: &str, folders: impl IntoIterator<Item = PathBuf>) -> Option<PathBuf> {
    folders
        .into_iter()
        .map(|folder| folder.join(name))
        .find(|path| is_executable(path))
}

fn search_folders() -> Vec<PathBuf> {
    let pinned = tools_folder().map(|folder| folder.join("bin"));
    let path = env::var_os("PATH").unwrap_or_default();
    pinned.into_iter().chain(env::split_paths(&path)).collect()
}

fn tools_folder() -> Option<PathBuf> {
    if let Some(folder) = env::var_os("LIFEBOAT_TOOLS") {
        return Some(folder.into());
    }
    let cache = env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cache")))?;
    Some(cache.join("lifeboat/tools"))
}

pub(crate) fn is_executable(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_on_path_is_found() {
        assert!(is_executable(&tool("sh")));
    }

    #[test]
    #[should_panic(expected = "no-such-tool is missing: run `make tools`")]
    fn a_missing_tool_fails_the_test_and_says_what_to_run() {
        let _ = tool("no-such-tool");
    }

    #[test]
    fn the_first_folder_wins_and_a_file_that_is_not_executable_is_passed_over() {
        let [pinned, path] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        for folder in [&pinned, &path] {
            let file = folder.path().join("garage");
            std::fs::write(&file, "").unwrap();
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        let folders = || [&pinned, &path].map(|folder| folder.path().to_path_buf());
        assert_eq!(
            find("garage", folders()).unwrap(),
            pinned.path().join("garage")
        );

        let first = pinned.path().join("garage");
        std::fs::set_permissions(first, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(
            find("garage", folders()).unwrap(),
            path.path().join("garage")
        );
    }
}
