//! The real binary and a real server, as a script uses them: a cleared environment and a home of its
//! own.

use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

pub(crate) fn warroom(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_warroom"));
    command
        .env_clear()
        .env("HOME", home)
        .env("USER", "kim")
        .env("TZ", "UTC")
        .env("WARROOM_DATA", home.join("data"))
        .env("WARROOM_STATE", home.join("state"))
        .env("WARROOM_CONFIG", home.join("config.toml"))
        .stdin(Stdio::null());
    command
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A server in the foreground, ended when this is dropped.
pub(crate) struct House {
    pub(crate) home: TempDir,
    pub(crate) url: String,
    pub(crate) serving: Child,
}

impl House {
    pub(crate) fn open() -> Self {
        Self::with(tempfile::tempdir().unwrap())
    }

    pub(crate) fn with(home: TempDir) -> Self {
        Self::at(home, "127.0.0.1:0")
    }

    fn at(home: TempDir, listen: &str) -> Self {
        let mut serving = warroom(home.path())
            .args(["serve", "--listen", listen])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(serving.stderr.take().unwrap()).lines();
        let url = lines
            .by_ref()
            .map(Result::unwrap)
            .find_map(|line| Some(line.split_once(" listens on ")?.1.to_owned()))
            .expect("the server says where it listens");
        // What it says later must find a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Self { home, url, serving }
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = warroom(self.home.path());
        command.args(args).env("WARROOM_SERVER", &self.url);
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// What it printed; it must have gone well.
    pub(crate) fn ok(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert_eq!(output.status.code(), Some(0), "{args:?}: {output:?}");
        text(&output.stdout)
    }

    pub(crate) fn json(&self, args: &[&str]) -> Vec<Value> {
        let all = [args, &["--json"]].concat();
        let printed = self.ok(&all);
        printed
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// What it said on standard error; it must have ended with this code.
    pub(crate) fn fails(&self, code: i32, args: &[&str]) -> String {
        let output = self.run(args);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {output:?}");
        assert_eq!(text(&output.stdout), "", "{args:?}");
        text(&output.stderr)
    }

    /// Ends it as a power cut would, and starts it again on the same address.
    pub(crate) fn restart(mut self) -> Self {
        self.serving.kill().unwrap();
        self.serving.wait().unwrap();
        let home = std::mem::replace(&mut self.home, tempfile::tempdir().unwrap());
        Self::at(home, self.url.trim_start_matches("ws://"))
    }

    /// Ends the server in order and gives its home.
    pub(crate) fn close(mut self) -> PathBuf {
        self.ok(&["serve", "--stop"]);
        assert!(self.serving.wait().unwrap().success());
        let home = self.home.path().to_owned();
        let kept = std::mem::replace(&mut self.home, tempfile::tempdir().unwrap());
        let _path = kept.keep();
        home
    }
}

impl Drop for House {
    fn drop(&mut self) {
        // It has ended already where the test ended it.
        let _ended = self.serving.kill();
        let _reaped = self.serving.wait();
    }
}
