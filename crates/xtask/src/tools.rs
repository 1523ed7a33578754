//! What the tests need on the machine: found, or installed by the system's own ways, or named in one clear line.

use std::path::Path;

use crate::run::{Call, at};

/// The oldest node that the clients run on.
const NODE_MAJOR: u32 = 20;
/// Where a Chromium is looked for, as in `tests/clients/kit/chromium.mjs`.
const CHROMIUM: [&str; 3] = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/// Everything for the short run.
pub(crate) fn for_tests() -> Result<(), String> {
    component("rustfmt", "fmt")?;
    component("clippy", "clippy")?;
    node()?;
    chromium()?;
    // The test of the licences reads those of every platform.
    println!("- the source of everything foreign, by the lock file");
    Call::cargo(&["fetch", "--locked", "--quiet"]).must("fetching")?;
    println!("- the published clients, by their lock file");
    Call::new("node", &["setup.mjs"]).inside(at("tests/clients")).must("installing the published clients")
}

/// A part of the Rust tool chain.
fn component(name: &str, command: &str) -> Result<(), String> {
    if Call::cargo(&[command, "--version"]).works() {
        println!("- {name} is there");
        return Ok(());
    }
    if !Call::new("rustup", &["--version"]).works() {
        return Err(format!("cargo {command} is missing, and there is no rustup to add it: install {name}"));
    }
    println!("- adding {name} to the tool chain");
    Call::new("rustup", &["component", "add", name]).must(&format!("adding {name}"))
}

fn node() -> Result<(), String> {
    let wanted = format!("process.exit(parseInt(process.versions.node) >= {NODE_MAJOR} ? 0 : 1)");
    let there = || Call::new("node", &["-e", &wanted]).works() && Call::new("npm", &["--version"]).works();
    if !there() {
        println!("- installing node and npm by the system's package manager");
        packages(&["nodejs", "npm"])?;
    }
    if there() {
        println!("- node and npm are there");
        Ok(())
    } else {
        Err(format!("node {NODE_MAJOR} or newer with npm is needed; this system's packages have none: install it"))
    }
}

fn chromium() -> Result<(), String> {
    let named = std::env::var_os("CHROMIUM");
    let there = || CHROMIUM.iter().any(|place| Path::new(place).exists());
    if let Some(place) = named {
        return if Path::new(&place).exists() { Ok(()) } else { Err("CHROMIUM names no file".into()) };
    }
    if !there() {
        println!("- installing Chromium by the system's package manager");
        packages(&["chromium"])?;
    }
    if there() {
        println!("- Chromium is there");
        Ok(())
    } else {
        Err("Chromium is not where it should be after its installation; name it in CHROMIUM".into())
    }
}

fn packages(names: &[&str]) -> Result<(), String> {
    let wanted = names.join(" and ");
    if !Call::new("apt-get", &["--version"]).works() {
        return Err(format!("{wanted}: this system has no apt-get; install it by its own package manager"));
    }
    let root = Call::new("sh", &["-c", "test \"$(id -u)\" = 0"]).works();
    if !root && !Call::new("sudo", &["-n", "true"]).works() {
        return Err(format!("{wanted}: only root may install it; do: sudo apt-get install {}", names.join(" ")));
    }
    let apt = |arguments: &[&str]| {
        let call =
            if root { Call::new("apt-get", arguments) } else { Call::new("sudo", &["-n", "apt-get"]).and(arguments) };
        call.with("DEBIAN_FRONTEND", "noninteractive")
    };
    apt(&["update", "-q"]).must("reading the list of packages")?;
    let install = apt(&["install", "-q", "-y", "--no-install-recommends"]).and(names);
    install.must(&format!("installing {wanted}"))
}

/// A cargo command of others, compiled if it is not there.
pub(crate) fn cargo_tool(command: &str, package: &str) -> Result<(), String> {
    if Call::cargo(&[command, "--version"]).works() {
        return Ok(());
    }
    println!("- compiling {package}");
    Call::cargo(&["install", "--locked", package]).must(&format!("compiling {package}"))
}
