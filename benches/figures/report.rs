//! A table of figures.

use std::time::Duration;

/// One line of the table.
struct Row {
    what: String,
    ours: String,
    yardstick: String,
    ratio: String,
    aim: String,
    /// Absent for a figure that has no aim.
    met: Option<bool>,
}

/// The table.
#[derive(Default)]
pub struct Report(Vec<Row>);

impl Report {
    /// A figure against a yardstick; the aim is `ours / yardstick < most`.
    pub fn ratio(&mut self, what: &str, ours: (f64, &str), yardstick: (f64, &str), most: f64) {
        let met = ours.0 / yardstick.0 < most;
        let aim = format!("under {most}×");
        self.compared(what, ours, yardstick, (aim, Some(met)));
    }

    /// A figure with a bound of its own, beside a yardstick that says how busy the machine is.
    pub fn within(&mut self, what: &str, ours: (f64, &str), yardstick: (f64, &str), most: f64) {
        let aim = format!("under {most} {}", ours.1);
        let met = ours.0 < most;
        self.compared(what, ours, yardstick, (aim, Some(met)));
    }

    /// A figure against a yardstick, without an aim.
    pub fn beside(&mut self, what: &str, ours: (f64, &str), yardstick: (f64, &str)) {
        self.compared(what, ours, yardstick, (String::new(), None));
    }

    fn compared(
        &mut self,
        what: &str,
        ours: (f64, &str),
        yardstick: (f64, &str),
        (aim, met): (String, Option<bool>),
    ) {
        self.push(Row {
            what: what.to_owned(),
            ours: said(ours),
            yardstick: said(yardstick),
            ratio: format!("{:.2}×", ours.0 / yardstick.0),
            aim,
            met,
        });
    }

    /// A figure on its own.
    pub fn single(&mut self, what: &str, ours: (f64, &str), aim: &str, met: bool) {
        self.alone(what, ours, aim, Some(met));
    }

    /// A figure on its own, without an aim.
    pub fn known(&mut self, what: &str, ours: (f64, &str)) {
        self.alone(what, ours, "", None);
    }

    fn alone(&mut self, what: &str, ours: (f64, &str), aim: &str, met: Option<bool>) {
        self.push(Row {
            what: what.to_owned(),
            ours: said(ours),
            yardstick: String::new(),
            ratio: String::new(),
            aim: aim.to_owned(),
            met,
        });
    }

    fn push(&mut self, row: Row) {
        let Row {
            what, ours, ratio, ..
        } = &row;
        eprintln!("{}: {ours} {ratio}", what.trim());
        self.0.push(row);
    }

    /// Prints the table to standard output, as one of Markdown.
    pub fn print(&self) {
        println!("| figure | warroom | yardstick | ratio | aim | |");
        println!("|---|--:|--:|--:|---|---|");
        for row in &self.0 {
            let met = match row.met {
                None => "",
                Some(true) => "met",
                Some(false) => "**missed**",
            };
            let Row {
                what,
                ours,
                yardstick,
                ratio,
                aim,
                ..
            } = row;
            println!("| {what} | {ours} | {yardstick} | {ratio} | {aim} | {met} |");
        }
    }
}

/// A number with three digits that count, and its unit.
fn said((number, unit): (f64, &str)) -> String {
    let decimals = match number.abs() {
        n if n >= 100.0 => 0,
        n if n >= 10.0 => 1,
        n if n >= 1.0 => 2,
        _ => 3,
    };
    format!("{number:.decimals$} {unit}")
}

/// The value below which `share` (0 to 1) of the samples lie.
pub fn percentile(samples: &mut [f64], share: f64) -> f64 {
    samples.sort_by(f64::total_cmp);
    let at = ((samples.len() as f64 - 1.0) * share).round() as usize;
    samples.get(at).copied().unwrap_or(f64::NAN)
}

/// Milliseconds of a duration.
pub fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
