//! A command's process group.

use rustix::process::{Pid, Signal, kill_process, kill_process_group, test_kill_process_group};
use std::io;
use std::process::Child;

/// A process, and the group that it leads once it has entered its session.
#[derive(Debug, Clone, Copy)]
pub(super) struct Group(pub(super) Pid);

impl Group {
    pub(super) fn of(child: &Child) -> io::Result<Self> {
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        pid.map(Self)
            .ok_or_else(|| io::Error::other("the process has no number"))
    }

    /// Before it has entered its session there is no group yet, and the process alone is reached.
    pub(super) fn signal(self, signal: Signal) {
        if kill_process_group(self.0, signal).is_err() {
            let _gone = kill_process(self.0, signal);
        }
    }

    pub(super) fn is_there(self) -> bool {
        test_kill_process_group(self.0).is_ok()
    }
}
