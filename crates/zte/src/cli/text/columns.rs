//! Tables: which column a cell stands in is told by where the words of the heading begin.

/// Where the columns of a table begin, in characters.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Columns(Vec<usize>);

/// How far a cell may stand from the beginning of its column: devices print
/// some headings a column or two beside their rows (fact sheet, CLI §4.1, §4.3).
const BESIDE: usize = 2;

impl Columns {
    /// Columns that begin there.
    pub(in crate::cli) fn at(starts: Vec<usize>) -> Self {
        Self(starts)
    }

    /// The cells of `row` without the blanks around them, as many as there are
    /// columns: by place, be it a little shifted, or else its words, or what
    /// stands between two blanks, when they are as many. `None` when nothing
    /// fits. Only where `phrases` is not set are cells single words for certain.
    pub(in crate::cli) fn cells(&self, row: &str, phrases: bool) -> Option<Vec<String>> {
        let words = || Some(row.split_whitespace().map(str::to_owned).collect());
        let pieces = || {
            let pieces = row.split("  ").map(str::trim).filter(|piece| !piece.is_empty());
            Some(pieces.map(str::to_owned).collect())
        };
        let as_many = |cells: Option<Vec<String>>| cells.filter(|cells| cells.len() == self.0.len());
        self.by_place(row, 0)
            .or_else(|| self.by_place(row, self.shift(row)?))
            .or_else(|| self.beside(row))
            .or_else(|| as_many(if phrases { None } else { words() }))
            .or_else(|| as_many(pieces()))
    }

    /// By how much a row begins to the right of the first column.
    fn shift(&self, row: &str) -> Option<isize> {
        let begins = row.chars().position(|c| !c.is_whitespace())?;
        let shift = isize::try_from(begins).ok()? - isize::try_from(*self.0.first()?).ok()?;
        (shift != 0).then_some(shift)
    }

    /// Each cell begins where its column does or is blank. The first column,
    /// which names the row, holds one word: more are a row in other columns.
    fn by_place(&self, row: &str, shift: isize) -> Option<Vec<String>> {
        let padding = usize::try_from(-shift).unwrap_or(0);
        let cut = usize::try_from(shift).unwrap_or(0);
        let row: Vec<char> = std::iter::repeat_n(' ', padding).chain(row.chars()).collect();
        let row = row.get(cut..)?;
        let mut cells = Vec::with_capacity(self.0.len());
        let outside = row.get(..*self.0.first()?).unwrap_or(row);
        let mut clean = outside.iter().all(|c| c.is_whitespace());
        for (index, &start) in self.0.iter().enumerate() {
            let end = self.0.get(index + 1).copied().unwrap_or(row.len()).min(row.len());
            let cell: String = row.get(start..end).unwrap_or_default().iter().collect();
            let overrun = start > 0 && row.get(start - 1).is_some_and(|c| !c.is_whitespace());
            let text = cell.trim();
            clean &= !overrun && (text.is_empty() || !cell.starts_with(char::is_whitespace));
            // Two blanks divide cells: the second one stands in no column of its own.
            clean &= !text.contains("  ");
            cells.push(text.to_owned());
        }
        let one_word = cells.first().is_some_and(|cell| !cell.contains(char::is_whitespace));
        (clean && one_word).then_some(cells)
    }

    /// Each word begins beside its own column; the last column takes the rest.
    fn beside(&self, row: &str) -> Option<Vec<String>> {
        let mut cells = vec![String::new(); self.0.len()];
        let mut free = 0;
        let mut before = ' ';
        let chars: Vec<char> = row.chars().collect();
        for (at, &c) in chars.iter().enumerate() {
            if before.is_whitespace() && !c.is_whitespace() {
                let begins = |column: &usize| self.0.get(*column).is_some_and(|s| s.abs_diff(at) <= BESIDE);
                let first = free == 0 && self.0.get(1).is_some_and(|next| at < *next);
                let column = if first { 0 } else { (free..self.0.len()).find(begins)? };
                let rest: String = chars.get(at..).unwrap_or_default().iter().collect();
                let last = column + 1 == self.0.len();
                let cell =
                    if last { rest.trim() } else { rest.split_whitespace().next().unwrap_or_default() };
                *cells.get_mut(column)? = cell.to_owned();
                if last {
                    break;
                }
                free = column + 1;
            }
            before = c;
        }
        (free > 0).then_some(cells)
    }
}

/// The words of `text` and where they begin, in characters.
pub(in crate::cli) fn words(text: &str) -> Vec<(usize, String)> {
    let mut words: Vec<(usize, String)> = Vec::new();
    let mut before = ' ';
    for (at, c) in text.chars().enumerate() {
        if !c.is_whitespace() {
            match words.last_mut() {
                Some((_, word)) if !before.is_whitespace() => word.push(c),
                _ => words.push((at, c.to_string())),
            }
        }
        before = c;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_cells_keep_their_column() {
        //                             Rack  Type    Status
        let columns = Columns::at(vec![0, 6, 14]);
        let cells = |row| columns.cells(row, false);
        assert_eq!(cells("1             OFFLINE").unwrap(), ["1", "", "OFFLINE"]);
        assert_eq!(cells("1     Ä b     UP").unwrap(), ["1", "Ä b", "UP"]);
        assert_eq!(cells("1 TOOLONGTYPENAME UP").unwrap(), ["1", "TOOLONGTYPENAME", "UP"]);
        assert_eq!(columns.cells("1 TOOLONGTYPENAME UP", true), None);
        assert_eq!(cells("1 TOOLONGTYPENAMEUP"), None);
        assert_eq!(cells("").unwrap(), ["", "", ""]);
        assert_eq!(cells("1     A B").unwrap(), ["1", "A B", ""]);
        assert_eq!(cells("1 A B").unwrap(), ["1", "A", "B"]);
        assert_eq!(cells("1     ABCDEFGH UP").unwrap(), ["1", "ABCDEFGH", "UP"]);
        assert_eq!(columns.cells("1     A    B", true).unwrap(), ["1", "A", "B"]);
        // Shifted, and a little beside.
        assert_eq!(cells("   1             OFFLINE").unwrap(), ["1", "", "OFFLINE"]);
        assert_eq!(cells("1               OFFLINE").unwrap(), ["1", "", "OFFLINE"]);
        assert_eq!(cells("1      A").unwrap(), ["1", "A", ""]);
        let indented = Columns::at(vec![3, 9, 17]);
        assert_eq!(indented.cells("1             OFFLINE", false).unwrap(), ["1", "", "OFFLINE"]);
    }

    #[test]
    fn words_have_their_places() {
        assert_eq!(words(" ñ  ab"), [(1, "ñ".to_owned()), (4, "ab".to_owned())]);
    }
}
