//! Running the binary: its commands, and a house that is open until it is dropped.

use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::web::{self, Answer};

/// How long a start may take on a busy machine.
const START: Duration = Duration::from_secs(30);

pub(crate) fn binary() -> PathBuf {
    let made = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("debug/sayso");
    let binary = std::env::var_os("SAYSO_BIN").map_or(made, PathBuf::from);
    assert!(binary.is_file(), "there is no binary {}: do `cargo build -p sayso`, or set SAYSO_BIN", binary.display());
    binary
}

/// The binary, with nothing of this process's environment.
fn command(arguments: &[&str], environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(binary());
    command.args(arguments).env_clear().envs(environment.iter().copied()).stdin(Stdio::null());
    command
}

/// Runs a command to its end.
pub(crate) fn run_with(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    command(arguments, environment).output().unwrap()
}

/// Runs a command that must do what it was asked, and returns what it printed.
#[track_caller]
pub(crate) fn run(arguments: &[&str]) -> String {
    let done = run_with(arguments, &[]);
    let (out, err) = (String::from_utf8(done.stdout).unwrap(), String::from_utf8(done.stderr).unwrap());
    assert!(done.status.success(), "{arguments:?}: {out}{err}");
    out.trim_end().to_owned()
}

/// Waits until something is there.
#[track_caller]
pub(crate) fn wait_for<T>(what: &str, within: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < within, "{what}: not within {within:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A place for a house: a folder that goes away with it, with a key and a configuration.
pub(crate) struct Ground {
    folder: TempDir,
}

impl Ground {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::Builder::new().prefix("sayso-story-").tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    /// Puts a file there.
    pub(crate) fn put(&self, name: &str, content: &str) -> String {
        std::fs::write(self.path(name), content).unwrap();
        self.text(name)
    }

    /// Makes a key and writes the configuration of a house behind a proxy; the system chooses the ports.
    pub(crate) fn configured() -> Self {
        let ground = Self::new();
        run(&["key", &ground.text("key")]);
        let lines = [
            format!("data = \"{}\"", ground.text("data")),
            "public = \"https://plans.example.org\"".into(),
            "listen = \"127.0.0.1:0\"".into(),
            "operations = \"127.0.0.1:0\"".into(),
            format!("key_file = \"{}\"", ground.text("key")),
        ];
        ground.put("sayso.toml", &lines.join("\n"));
        ground
    }

    /// Runs a command on this ground's configuration.
    #[track_caller]
    pub(crate) fn sayso(&self, arguments: &[&str]) -> String {
        let config = self.text("sayso.toml");
        run(&[arguments, &["--config", &config]].concat())
    }

    /// Opens the house for real and waits until it says that it is open.
    pub(crate) fn serve(&self, log: &str) -> House {
        let config = self.text("sayso.toml");
        let log_file = self.path("log");
        let errors = File::create(&log_file).unwrap();
        let mut command = command(&["serve", "--config", &config], &[("SAYSO_LOG", log)]);
        let child = command.stdout(Stdio::null()).stderr(errors).spawn().unwrap();
        let mut house = House { child: Some(child), doors: nowhere(), operations: nowhere(), log: log_file };
        let line = wait_for("the start line", START, || house.logged("open"));
        let at = |name: &str| line["fields"][name].as_str().unwrap().parse().unwrap();
        (house.doors, house.operations) = (at("listen"), at("operations"));
        house
    }

    /// Opens the demo and waits until it has described itself.
    pub(crate) fn demo(&self) -> (House, Value) {
        let (data, describe) = (self.text("data"), self.text("demo.json"));
        let log = self.path("log");
        let arguments = ["demo", "--port", "0", "--data", &data, "--describe", &describe];
        let mut command = command(&arguments, &[("SAYSO_LOG", "info")]);
        let child = command.stdout(Stdio::null()).stderr(File::create(&log).unwrap()).spawn().unwrap();
        let mut house = House { child: Some(child), doors: nowhere(), operations: nowhere(), log };
        let described = wait_for("the description", START, || {
            house.is_alive();
            serde_json::from_slice::<Value>(&std::fs::read(&describe).ok()?).ok()
        });
        house.doors = described["base"].as_str().unwrap().strip_prefix("http://").unwrap().parse().unwrap();
        (house, described)
    }
}

fn nowhere() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

/// A house that is open. Dropping it ends the process at once.
pub(crate) struct House {
    child: Option<Child>,
    pub(crate) doors: SocketAddr,
    pub(crate) operations: SocketAddr,
    log: PathBuf,
}

impl House {
    /// The first log line with this message.
    fn logged(&mut self, message: &str) -> Option<Value> {
        self.is_alive();
        let text = self.log();
        let whole = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
        let lines = whole.filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.into_iter().find(|line| line["fields"]["message"] == message)
    }

    fn is_alive(&mut self) {
        let ended = self.child.as_mut().and_then(|child| child.try_wait().unwrap());
        assert!(ended.is_none(), "the house closed by itself: {}", self.log());
    }

    /// All it has logged.
    pub(crate) fn log(&self) -> String {
        String::from_utf8(std::fs::read(&self.log).unwrap()).unwrap()
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        web::get(self.doors, path)
    }

    /// Tells it to stop, as service managers do.
    pub(crate) fn terminate(&self) {
        let id = self.child.as_ref().unwrap().id().to_string();
        assert!(Command::new("sh").args(["-c", &format!("kill -TERM {id}")]).status().unwrap().success());
    }

    /// Waits until it has ended.
    pub(crate) fn ended(&mut self, within: Duration) -> ExitStatus {
        let mut child = self.child.take().unwrap();
        wait_for("the end", within, || child.try_wait().unwrap())
    }

    /// Stops it as it should be stopped.
    pub(crate) fn stop(mut self) {
        self.terminate();
        let status = self.ended(Duration::from_secs(15));
        assert!(status.success(), "{status}: {}", self.log());
    }
}

impl Drop for House {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
