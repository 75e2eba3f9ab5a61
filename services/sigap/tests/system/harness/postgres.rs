//! A private PostgreSQL cluster for one test: made in a temporary folder, on a free port, gone at the end.

use std::ffi::OsStr;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;

/// The cluster.
pub struct Cluster {
    dir: TempDir,
    programs: PathBuf,
    /// PostgreSQL refuses to run as root; then it runs as this user.
    user: Option<String>,
    port: u16,
}

impl Cluster {
    /// Makes and starts it, with one empty database.
    pub fn start() -> Self {
        let dir = tempfile::Builder::new().prefix("sigap-pg-").tempdir().expect("a temporary folder");
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
        let user = (output(Command::new("id").arg("-u")) == "0").then(|| "postgres".to_owned());
        if let Some(user) = &user {
            let id = |kind: &str| output(Command::new("id").args([kind, user])).parse().ok();
            let (uid, gid) = (id("-u"), id("-g"));
            assert!(
                uid.is_some(),
                "root needs the system user {user} to run PostgreSQL (Debian package postgresql)"
            );
            std::os::unix::fs::chown(dir.path(), uid, gid).expect("the folder can be given to postgres");
        }
        let cluster = Self { dir, programs: programs(), user, port };
        let data = cluster.data();
        cluster.run(
            "initdb",
            ["-D", &data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
        );
        cluster.start_again();
        cluster.run("createdb", ["-h", "127.0.0.1", "-p", &port.to_string(), "-U", "postgres", "sigap"]);
        cluster
    }

    /// Where the server finds it.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/sigap", self.port)
    }

    /// Ends it as a crash would: `pg_ctl stop -m immediate`.
    pub fn crash(&self) {
        self.run("pg_ctl", ["-D", &self.data(), "-m", "immediate", "-w", "stop"]);
    }

    /// Starts it, also after a crash.
    pub fn start_again(&self) {
        let options =
            format!("-p {} -c listen_addresses=127.0.0.1 -k {}", self.port, self.dir.path().display());
        let log = self.dir.path().join("log").display().to_string();
        self.run("pg_ctl", ["-D", &self.data(), "-o", &options, "-l", &log, "-w", "-t", "30", "start"]);
    }

    fn data(&self) -> String {
        self.dir.path().join("data").display().to_string()
    }

    fn run<const N: usize>(&self, program: &str, arguments: [&str; N]) {
        let done = self.command(program, arguments);
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{program} failed: {said}");
    }

    fn command<S: AsRef<OsStr>>(&self, program: &str, arguments: impl IntoIterator<Item = S>) -> Output {
        let program = self.programs.join(program);
        let mut command = match &self.user {
            Some(user) => {
                let mut command = Command::new("runuser");
                command.args(["-u", user, "--"]).arg(&program);
                command
            }
            None => Command::new(&program),
        };
        // pg_ctl hands its output on to the server that it leaves behind; a file that is read to its end would wait
        // for that server to end. So only errors of the short-lived programs are kept.
        let quiet = program.ends_with("pg_ctl");
        command.args(arguments).current_dir(self.dir.path());
        if quiet {
            let status =
                command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).status();
            let status = status.unwrap_or_else(|error| panic!("{}: {error}", program.display()));
            return Output { status, stdout: Vec::new(), stderr: self.log_tail() };
        }
        command.output().unwrap_or_else(|error| panic!("{}: {error}", program.display()))
    }

    fn log_tail(&self) -> Vec<u8> {
        let log = std::fs::read(self.dir.path().join("log")).unwrap_or_default();
        log[log.len().saturating_sub(2000)..].to_vec()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // It may be stopped already; then there is nothing to stop.
        let _stopped = self.command("pg_ctl", ["-D", &self.data(), "-m", "immediate", "-w", "stop"]);
    }
}

/// The newest PostgreSQL of Debian, or whatever is in PATH.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, programs)| programs.join("initdb").is_file())
        .collect();
    found.sort();
    if let Some((_, programs)) = found.pop() {
        return programs;
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let in_path = std::env::split_paths(&path).find(|folder| folder.join("initdb").is_file());
    in_path.unwrap_or_else(|| panic!("PostgreSQL is missing: install the Debian package postgresql"))
}

fn output(command: &mut Command) -> String {
    let done = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    String::from_utf8_lossy(&done.stdout).trim().to_owned()
}
