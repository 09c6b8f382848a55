//! The figures that the README and the closing notes quote, each as a ratio against a yardstick
//! measured in the same run, since machines differ and are shared.
//!
//! `cargo bench --bench figures` measures all; `cargo bench --bench figures -- fanout join` some.

mod append;
mod apply;
mod fanout;
mod frame;
mod join;
mod memory;
mod raw;
mod report;
mod terminal;

use report::Report;

fn main() {
    if raw::is_receiver() {
        return raw::receive();
    }
    let wanted: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let all: [(&str, fn(&mut Report)); 8] = [
        ("apply", apply::measure),
        ("frame", frame::measure),
        ("append", append::measure),
        ("join", join::measure),
        ("fanout", fanout::measure),
        ("memory", memory::measure),
        ("start", terminal::measure_start),
        ("terminal", terminal::measure),
    ];
    let mut report = Report::default();
    for (name, measure) in all {
        if wanted.is_empty() || wanted.iter().any(|w| w == name) {
            measure(&mut report);
        }
    }
    report.print();
}
