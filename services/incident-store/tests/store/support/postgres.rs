//! A private PostgreSQL for the tests: its own cluster in a temporary folder, its own port, fsync on.
//!
//! PostgreSQL refuses to run as root, so as root it runs as the user `postgres`. Without the server's programs
//! the tests fail and say so: a store that was tried on one engine only is not tried.

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use tempfile::TempDir;

/// One cluster.
pub struct Cluster {
    bin: PathBuf,
    dir: TempDir,
    port: u16,
    server: Mutex<Option<Child>>,
    databases: AtomicU32,
}

static SHARED: OnceLock<Cluster> = OnceLock::new();

/// The cluster of this test process; its supervisor stops it when the process ends.
pub fn shared() -> &'static Cluster {
    SHARED.get_or_init(Cluster::start)
}

impl Cluster {
    pub fn start() -> Self {
        let bin = programs();
        let dir = tempfile::Builder::new().prefix("sigap-pg-").tempdir_in("/tmp").unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(dir.path()));
        }
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o700)).unwrap();
        let data = dir.path().join("data");
        let initdb = ["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C"];
        run(as_server_user(&bin.join("initdb")).args(initdb).arg("--pgdata").arg(&data));
        let cluster = Self { bin, dir, port, server: Mutex::new(None), databases: AtomicU32::new(0) };
        cluster.resume();
        cluster
    }

    fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// Starts the server (again). It is stopped when this process ends, however it ends.
    pub fn resume(&self) {
        let mut guard = Command::new("sh");
        // The guard's stdin closes with this process, however it ends: then the server is told to stop at once,
        // and its folder goes, unless it is only to crash.
        let script = r#"dir=$1; shift; "$@" & server=$!; read -r word; kill -QUIT $server; wait $server
            [ "$word" = crash ] || rm -rf "$dir""#;
        let mut server = as_server_user(&self.bin.join("postgres"));
        let settings = [
            format!("port={}", self.port),
            format!("unix_socket_directories={}", self.dir.path().display()),
            "listen_addresses=127.0.0.1".into(),
            "fsync=on".into(),
            "max_connections=300".into(),
            "shared_buffers=32MB".into(),
        ];
        server.arg("-D").arg(self.data());
        for setting in &settings {
            server.arg("-c").arg(setting);
        }
        guard
            .arg("-c")
            .arg(script)
            .arg("guard")
            .arg(self.dir.path())
            .arg(server.get_program())
            .args(server.get_args());
        let log = fs::File::options().create(true).append(true).open(self.dir.path().join("log")).unwrap();
        guard.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(log).current_dir("/");
        *self.server.lock().unwrap() = Some(guard.spawn().unwrap());
        for _ in 0..400 {
            if self.psql("postgres", "SELECT 1").status.success() {
                return;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        let log = fs::read_to_string(self.dir.path().join("log")).unwrap_or_default();
        panic!("PostgreSQL did not start:\n{log}");
    }

    /// Ends the server as a crash would: nothing is written out, nobody is asked.
    pub fn crash(&self) {
        let Some(mut guard) = self.server.lock().unwrap().take() else { return };
        let mut word = guard.stdin.take().unwrap();
        word.write_all(b"crash\n").unwrap();
        drop(word);
        guard.wait().unwrap();
    }

    /// An empty database and its address.
    pub fn new_database(&self) -> String {
        let name = format!("sigap_{}", self.databases.fetch_add(1, Ordering::SeqCst));
        let made = self.psql("postgres", &format!("CREATE DATABASE {name}"));
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        format!("postgres://postgres@127.0.0.1:{}/{name}", self.port)
    }

    fn psql(&self, database: &str, sql: &str) -> std::process::Output {
        let mut psql = Command::new(self.bin.join("psql"));
        psql.args(["-X", "-q", "-t", "-h", "127.0.0.1", "-U", "postgres", "-d", database, "-c", sql]);
        psql.arg("-p").arg(self.port.to_string()).current_dir("/").output().unwrap()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.crash();
    }
}

/// Longer texts go through a file: Linux takes arguments of up to 128 KiB.
const ARGUMENT_BYTES_MAX: usize = 100_000;

/// Runs SQL in the database of an address, beside the store.
pub fn sql(address: &str, sql: &str) -> Result<String, String> {
    let mut psql = Command::new(programs().join("psql"));
    psql.args(["-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", address]);
    let out = if sql.len() < ARGUMENT_BYTES_MAX {
        psql.args(["-c", sql]).output().unwrap()
    } else {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(sql.as_bytes()).unwrap();
        psql.arg("-f").arg(file.path()).output().unwrap()
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if out.status.success() { Ok(text(&out.stdout)) } else { Err(text(&out.stderr)) }
}

fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let bins = versions.map(|version| version.path().join("bin")).filter(|bin| bin.join("initdb").exists());
    bins.max().expect(
        "PostgreSQL's programs are missing (/usr/lib/postgresql/*/bin): install the package postgresql; \
         `make test` does so",
    )
}

fn is_root() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    status.lines().any(|line| line.starts_with("Uid:") && line.split_whitespace().nth(2) == Some("0"))
}

fn as_server_user(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "--"]).arg(program);
    command.current_dir("/");
    command
}

fn run(command: &mut Command) {
    let out = command.current_dir("/").output().unwrap();
    assert!(out.status.success(), "{command:?}: {}", String::from_utf8_lossy(&out.stderr));
}
