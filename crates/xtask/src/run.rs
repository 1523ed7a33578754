//! Running programs: everything they say is shown as it comes, and kept for counting.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a program did.
#[derive(Debug, Default)]
pub(crate) struct Run {
    /// Whether it ended with success.
    pub(crate) good: bool,
    /// All its lines, of both streams.
    pub(crate) lines: Vec<String>,
}

/// A program with its arguments and what is set in its environment.
#[derive(Debug, Default, Clone)]
pub(crate) struct Call {
    program: String,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    folder: Option<PathBuf>,
}

impl Call {
    pub(crate) fn new(program: &str, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
        Self { program: program.to_owned(), arguments, ..Self::default() }
    }

    /// The cargo that runs this.
    pub(crate) fn cargo(arguments: &[&str]) -> Self {
        let program = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
        Self { program, ..Self::new("", arguments) }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn and(mut self, arguments: &[&str]) -> Self {
        self.arguments.extend(arguments.iter().map(|&argument| argument.to_owned()));
        self
    }

    pub(crate) fn inside(mut self, folder: PathBuf) -> Self {
        self.folder = Some(folder);
        self
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.current_dir(self.folder.clone().unwrap_or_else(root)).stdin(Stdio::null());
        command
    }

    /// Whether it ends with success; what it says is not shown.
    pub(crate) fn works(&self) -> bool {
        let mut command = self.command();
        command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    }

    /// Runs it to its end, showing what it says.
    pub(crate) fn run(&self) -> Result<Run, String> {
        let name = Path::new(&self.program).file_name().unwrap_or_default().to_string_lossy();
        println!("$ {name} {}", self.arguments.join(" "));
        let mut command = self.command();
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = child.map_err(|error| format!("{name} cannot be run: {error}"))?;
        let (out, err) = (child.stdout.take(), child.stderr.take());
        let heard = std::thread::spawn(move || err.map(listen).unwrap_or_default());
        let mut lines = out.map(listen).unwrap_or_default();
        lines.extend(heard.join().unwrap_or_default());
        let status = child.wait().map_err(|error| format!("{name}: {error}"))?;
        Ok(Run { good: status.success(), lines })
    }

    /// The same, and only success is good enough.
    pub(crate) fn must(&self, what: &str) -> Result<(), String> {
        if self.run()?.good { Ok(()) } else { Err(format!("{what} failed; its words are above")) }
    }
}

fn listen(stream: impl Read) -> Vec<String> {
    let mut lines = Vec::new();
    let mut stream = BufReader::new(stream);
    let mut line = Vec::new();
    while stream.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        let text = String::from_utf8_lossy(&line).trim_end().to_owned();
        println!("{text}");
        lines.push(text);
        line.clear();
    }
    lines
}

/// The top folder of the house.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// A place in the house.
pub(crate) fn at(path: &str) -> PathBuf {
    root().join(path)
}

/// Where cargo builds.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| at("target"), |folder| root().join(folder))
}
