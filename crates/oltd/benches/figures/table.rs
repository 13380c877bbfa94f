//! The table that is printed.

#[derive(Default)]
pub(crate) struct Table {
    rows: Vec<(String, String, String, Option<bool>)>,
}

impl Table {
    /// Adds a figure with its bar, and whether it is met.
    pub(crate) fn add(&mut self, what: &str, measured: String, bar: &str, met: bool) {
        eprintln!("{what}: {measured}");
        self.rows.push((what.into(), measured, bar.into(), Some(met)));
    }

    pub(crate) fn skip(&mut self, what: &str, why: &str) {
        self.rows.push((what.into(), why.into(), String::new(), None));
    }

    pub(crate) fn print(&self) {
        println!("| figure | measured | bar | met |");
        println!("|---|---|---|---|");
        for (what, measured, bar, met) in &self.rows {
            let met = match met {
                Some(true) => "yes",
                Some(false) => "NO",
                None => "skipped",
            };
            println!("| {what} | {measured} | {bar} | {met} |");
        }
    }
}
