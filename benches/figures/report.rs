//! A table of figures.

/// One line of the table.
struct Row {
    what: String,
    ours: String,
    yardstick: String,
    ratio: String,
    aim: &'static str,
    met: bool,
}

/// The table.
#[derive(Default)]
pub struct Report(Vec<Row>);

impl Report {
    /// A figure against a yardstick; the aim is `ours / yardstick <= most`.
    pub fn ratio(
        &mut self,
        what: &str,
        ours: (f64, &str),
        yardstick: (f64, &str),
        most: f64,
        aim: &'static str,
    ) {
        let ratio = ours.0 / yardstick.0;
        self.push(Row {
            what: what.to_owned(),
            ours: format!("{:.3} {}", ours.0, ours.1),
            yardstick: format!("{:.3} {}", yardstick.0, yardstick.1),
            ratio: format!("{ratio:.2}×"),
            aim,
            met: ratio <= most,
        });
    }

    /// A figure on its own.
    pub fn single(&mut self, what: &str, ours: (f64, &str), aim: &'static str, met: bool) {
        self.push(Row {
            what: what.to_owned(),
            ours: format!("{:.3} {}", ours.0, ours.1),
            yardstick: String::new(),
            ratio: String::new(),
            aim,
            met,
        });
    }

    fn push(&mut self, row: Row) {
        eprintln!("  {}: {} {} {}", row.what, row.ours, row.ratio, row.yardstick);
        self.0.push(row);
    }

    /// Prints the table to standard output.
    pub fn print(&self) {
        println!("{:<58} {:>18} {:>22} {:>8}  aim", "figure", "warroom", "yardstick", "ratio");
        for row in &self.0 {
            let met = if row.met { "met" } else { "MISSED" };
            println!(
                "{:<58} {:>18} {:>22} {:>8}  {} ({met})",
                row.what, row.ours, row.yardstick, row.ratio, row.aim
            );
        }
    }
}

/// The value below which `share` (0 to 1) of the samples lie.
pub fn percentile(samples: &mut [f64], share: f64) -> f64 {
    samples.sort_by(f64::total_cmp);
    let at = ((samples.len() as f64 - 1.0) * share).round() as usize;
    samples.get(at).copied().unwrap_or(f64::NAN)
}

/// Milliseconds of a duration.
pub fn ms(duration: std::time::Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
