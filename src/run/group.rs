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

    /// Whether its leader hears an interrupt: one that was started where that is ignored, as a shell
    /// starts what runs in the background, ignores it too, and cannot choose otherwise. Where the
    /// system does not say, it does.
    pub(super) fn hears_interrupts(self) -> bool {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.as_raw_pid()));
        let ignored = status.ok().and_then(|status| {
            let mask = status
                .lines()
                .find_map(|line| line.strip_prefix("SigIgn:"))?;
            u64::from_str_radix(mask.trim(), 16).ok()
        });
        let interrupt = 1 << (Signal::INT.as_raw() - 1);
        ignored.is_none_or(|ignored| ignored & interrupt == 0)
    }

    pub(super) fn is_there(self) -> bool {
        test_kill_process_group(self.0).is_ok()
    }
}
