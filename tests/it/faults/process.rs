//! A server's process under some constraint of the system.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};
use warroom::server::control::{Ask, ServerFile};

/// Only a failing test waits that long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_warroom");

/// A server. Killed when dropped.
pub(crate) struct Process {
    child: Child,
    /// It may not be the child itself: that may be what runs it.
    pub(crate) file: ServerFile,
    home: PathBuf,
    listen: SocketAddr,
}

impl Process {
    /// Starts it as it is usually started, with everything in `home`.
    pub(crate) fn start(home: &Path) -> Self {
        Self::under(home, "exec \"$@\"")
    }

    /// Starts it by a script of the shell, which runs `"$@"` in the end.
    pub(crate) fn under(home: &Path, script: &str) -> Self {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        Self::try_under(home, script, any).unwrap_or_else(|(_, said)| panic!("no server: {said}"))
    }

    /// The same; where it ends instead of serving, how it did and what it said.
    pub(crate) fn try_under(
        home: &Path,
        script: &str,
        listen: SocketAddr,
    ) -> Result<Self, (ExitStatus, String)> {
        let data = home.join("data");
        std::fs::create_dir_all(&data).unwrap();
        // What one that was killed left behind.
        let _ = std::fs::remove_file(ServerFile::path(&data));
        let log = std::fs::File::create(home.join("server.log")).unwrap();
        let mut child = Command::new("sh")
            .args(["-c", script, "sh", PROGRAM, "serve"])
            .args(["--listen", &listen.to_string(), "--data"])
            .arg(&data)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", home)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let limit = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = child.try_wait().unwrap() {
                let said = std::fs::read_to_string(home.join("server.log"));
                return Err((status, said.unwrap()));
            }
            // In a namespace of its own it is seen through the process.
            let seen = PathBuf::from(format!("/proc/{}/root", child.id()));
            let inside = seen.join(data.strip_prefix("/").unwrap());
            for place in [&data, &inside] {
                if let Ok(Some(file)) = ServerFile::read(place) {
                    return Ok(Self {
                        child,
                        listen: file.address,
                        file,
                        home: home.to_owned(),
                    });
                }
            }
            assert!(Instant::now() < limit, "the server did not start");
            std::thread::yield_now();
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.file.address
    }

    pub(crate) fn pid(&self) -> u32 {
        self.file.pid
    }

    /// Everything that it logged.
    pub(crate) fn said(&self) -> String {
        std::fs::read_to_string(self.home.join("server.log")).unwrap()
    }

    pub(crate) fn signal(&self, name: &str) {
        signal(self.pid(), name);
    }

    /// Ends it as a power cut would, and starts it again on the same address.
    pub(crate) fn kill_and_restart(self) -> Self {
        let (home, listen) = (self.home.clone(), self.listen);
        drop(self);
        Self::try_under(&home, "exec \"$@\"", listen).unwrap_or_else(|(_, said)| panic!("{said}"))
    }

    /// Ends it in order.
    pub(crate) fn stop(mut self) {
        self.file.ask(Ask::Stop).unwrap();
        assert!(self.child.wait().unwrap().success(), "{}", self.said());
    }

    /// Waits until it has ended by itself.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let limit = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < limit, "it goes on");
            std::thread::yield_now();
        }
    }

    /// Runs a verb against it.
    pub(crate) fn verb(&self, arguments: &[&str]) -> Output {
        self.verb_within("60s", arguments)
    }

    /// Runs a verb that waits so long for the server.
    pub(crate) fn verb_within(&self, patience: &str, arguments: &[&str]) -> Output {
        let url = format!("ws://{}", self.address());
        Command::new(PROGRAM)
            .args(["--server", &url, "--name", "maya", "--timeout", patience])
            .args(arguments)
            .env_clear()
            .env("HOME", self.home.join("verbs"))
            .env("TZ", "UTC")
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// Runs a verb that must succeed, and gives what it printed.
    pub(crate) fn ok(&self, arguments: &[&str]) -> String {
        let output = self.verb(arguments);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {told}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a verb that must be refused, and gives why.
    pub(crate) fn refused(&self, arguments: &[&str]) -> String {
        let output = self.verb(arguments);
        assert!(!output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    /// How often each of these texts stands in the log of INC-1.
    pub(crate) fn counts(&self, texts: &[String]) -> Vec<usize> {
        let log = self.ok(&["export", "INC-1", "--format", "jsonl"]);
        let mut times: HashMap<String, usize> = HashMap::new();
        for line in log.lines() {
            let event: serde_json::Value = serde_json::from_str(line).unwrap();
            if let Some(text) = event["data"]["text"].as_str() {
                *times.entry(text.to_owned()).or_default() += 1;
            }
        }
        let of = |text| times.get(text).copied().unwrap_or_default();
        texts.iter().map(of).collect()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Each fails only when it has ended.
        if self.file.pid != self.child.id()
            && self.child.try_wait().is_ok_and(|ended| ended.is_none())
        {
            signal(self.file.pid, "KILL");
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn signal(pid: u32, name: &str) {
    // It fails only where the process has ended.
    let _sent = Command::new("kill")
        .args(["-s", name, &pid.to_string()])
        .stderr(Stdio::null())
        .status()
        .unwrap();
}
