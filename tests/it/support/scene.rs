//! A server of its own, and people who look at it in terminals.

use super::terminal::{Served, Terminal, verb};
use std::net::SocketAddr;
use tempfile::TempDir;

/// What a console shows once it is connected and its incident is there.
const JOINED: &str = "● live ·";

/// A server, and what the people's programs keep.
pub(crate) struct Scene {
    folder: TempDir,
    /// There but while it starts again.
    server: Option<Served>,
}

impl Scene {
    /// With one incident, declared as is said behind `declare`.
    pub(crate) fn declared(incident: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let server = Served::start(&folder.path().join("data"), anywhere);
        let scene = Self {
            folder,
            server: Some(server),
        };
        scene.verb(&[&["declare"], incident].concat());
        scene
    }

    fn address(&self) -> SocketAddr {
        self.server.as_ref().unwrap().address
    }

    /// Runs a verb; gives what it prints.
    pub(crate) fn verb(&self, arguments: &[&str]) -> String {
        let home = self.folder.path().join("home");
        verb(self.address(), &home, arguments)
    }

    /// Someone's console, on the incident. Their second one finds what the first one kept.
    pub(crate) fn console(&self, name: &str, size: (u16, u16)) -> Terminal {
        let home = self.folder.path().join(name);
        let mut console = Terminal::start(self.address(), name, &home, size);
        console.shows(JOINED);
        console
    }

    /// A spectator's screen, as the commander's console is laid out.
    pub(crate) fn spectator(&self, name: &str, size: (u16, u16)) -> Terminal {
        let home = self.folder.path().join(name);
        let url = format!("ws://{}", self.address());
        let mut watch = vec!["--name", name, "watch", &url];
        watch.extend(["--incident", "INC-1", "--layout", "commander"]);
        Terminal::run(&watch, &home, &[], size)
    }

    /// Ends the server as a power cut would, and starts it again.
    pub(crate) fn kill_and_restart(&mut self) {
        self.server = self.server.take().map(Served::kill_and_restart);
    }
}
