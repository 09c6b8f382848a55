//! What an idle connection costs the server.

use crate::raw::Raw;
use crate::report::Report;
use crate::server::{self, Server, resident_kib};

const IDLE: usize = 2_000;

pub fn measure(report: &mut Report) {
    let folder = server::folder();
    let server = Server::start(folder.path());
    let mut first = Raw::connect(server.address, "maya");
    let incident = first.declare();
    first.join(incident);
    let before = resident_kib(server.pid());
    let mut held: Vec<Raw> = (0..IDLE)
        .map(|n| {
            let mut raw = Raw::connect(server.address, &format!("p{}", n % 400));
            raw.join(incident);
            raw
        })
        .collect();
    // Idle is: everyone has heard who is here and answers nothing more.
    for raw in &mut held {
        raw.wait_for("presence");
    }
    let each = (resident_kib(server.pid()) - before) / IDLE as f64;
    let what = "server's memory for an idle connection that follows an incident";
    report.single(what, (each, "KiB"), "under 20 KiB", each < 20.0);
}
