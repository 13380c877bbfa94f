//! Tables whose cells may be blank: they are told apart by where the header's words begin.

/// Where the columns of a table begin, in characters.
#[derive(Debug, Clone)]
pub(super) struct Columns(Vec<usize>);

impl Columns {
    /// The columns of `header`, which begin where its `words` do; `None` when it has other words.
    pub(super) fn of(header: &str, words: &[&str]) -> Option<Self> {
        header.split_whitespace().eq(words.iter().copied()).then(|| Self::starts(header))
    }

    /// The columns of any header.
    pub(super) fn starts(header: &str) -> Self {
        let mut starts = Vec::new();
        let mut before = ' ';
        for (at, c) in header.chars().enumerate() {
            if before.is_whitespace() && !c.is_whitespace() {
                starts.push(at);
            }
            before = c;
        }
        Self(starts)
    }

    /// Where column `index` begins.
    pub(super) fn start(&self, index: usize) -> Option<usize> {
        self.0.get(index).copied()
    }

    /// The cells of `row` without the blanks around them, as many as there are
    /// columns: by place, or else its words when they are as many. `None` when
    /// neither fits.
    pub(super) fn cells(&self, row: &str) -> Option<Vec<String>> {
        self.by_place(row).or_else(|| {
            let words: Vec<String> = row.split_whitespace().map(str::to_owned).collect();
            (words.len() == self.0.len()).then_some(words)
        })
    }

    /// Each cell begins where its column does or is blank. The first column,
    /// which names the row, holds one word: more are a row in other columns.
    fn by_place(&self, row: &str) -> Option<Vec<String>> {
        let row: Vec<char> = row.chars().collect();
        let mut cells = Vec::with_capacity(self.0.len());
        let outside = row.get(..*self.0.first()?).unwrap_or(&row);
        let mut clean = outside.iter().all(|c| c.is_whitespace());
        for (index, &start) in self.0.iter().enumerate() {
            let end = self.0.get(index + 1).copied().unwrap_or(row.len()).min(row.len());
            let cell: String = row.get(start..end).unwrap_or_default().iter().collect();
            let overrun = start > 0 && row.get(start - 1).is_some_and(|c| !c.is_whitespace());
            let text = cell.trim();
            clean &= !overrun && (text.is_empty() || !cell.starts_with(char::is_whitespace));
            cells.push(text.to_owned());
        }
        let one_word = cells.first().is_some_and(|cell| !cell.contains(char::is_whitespace));
        (clean && one_word).then_some(cells)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_cells_keep_their_column() {
        let columns = Columns::of("Rack  Type    Status", &["Rack", "Type", "Status"]).unwrap();
        assert_eq!(columns.cells("1             OFFLINE").unwrap(), ["1", "", "OFFLINE"]);
        assert_eq!(columns.cells("1     Ä b     UP").unwrap(), ["1", "Ä b", "UP"]);
        assert_eq!(columns.cells("1 TOOLONGTYPENAME UP").unwrap(), ["1", "TOOLONGTYPENAME", "UP"]);
        assert_eq!(columns.cells("1 TOOLONGTYPENAMEUP"), None);
        assert_eq!(columns.cells("").unwrap(), ["", "", ""]);
        assert_eq!(columns.cells("1     A B").unwrap(), ["1", "A B", ""]);
        assert_eq!(columns.cells("1 A B").unwrap(), ["1", "A", "B"]);
        assert_eq!(columns.cells("1     ABCDEFGH UP").unwrap(), ["1", "ABCDEFGH", "UP"]);
    }
}
