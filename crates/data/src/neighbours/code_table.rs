//! Rows of category codes.

use super::error::CodeError;
use super::packing::Packing;

/// Rows by columns of category codes, packed into as few words a row as their levels need.
///
/// # Shapes and units
/// A code is below the number of levels of its column; a column has 1 to 65,536 levels, a table at
/// least one column and at most 2^32 - 1 rows. Rows and columns count from 0.
/// # Examples
/// ```
/// use foretell_data::neighbours::CodeTable;
///
/// let sex = vec![0, 1, 1];
/// let age = vec![2, 2, 3];
/// let table = CodeTable::from_columns(&[2, 4], &[sex, age])?;
/// assert_eq!(table.distance(0, 2), 2);
/// assert_eq!(table.changed(0, 1), [0]);
/// # Ok::<(), foretell_data::neighbours::CodeError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeTable {
    rows: usize,
    levels: Vec<u32>,
    packing: Packing,
    words: Vec<u64>,
}

/// Most levels of a column: codes are `u16`.
const MOST_LEVELS: u32 = 1 << 16;

impl CodeTable {
    /// A table of these columns, `levels[i]` levels in column `i`.
    ///
    /// # Errors
    /// [`CodeError`] when there is no column, columns and levels are not as many, columns are not of
    /// one length, or a code is not below the number of levels of its column.
    pub fn from_columns(levels: &[u32], columns: &[Vec<u16>]) -> Result<Self, CodeError> {
        if levels.len() != columns.len() {
            return Err(CodeError::Columns { expected: levels.len(), found: columns.len() });
        }
        let rows = columns.first().map_or(0, Vec::len);
        let mut table = Self::zeros(levels, rows)?;
        for (column, codes) in columns.iter().enumerate() {
            if codes.len() != rows {
                return Err(CodeError::Rows { column, expected: rows, found: codes.len() });
            }
            for (row, &code) in codes.iter().enumerate() {
                table.put(row, column, code)?;
            }
        }
        Ok(table)
    }

    /// A table of these rows, `levels[i]` levels in column `i`.
    ///
    /// # Errors
    /// [`CodeError`] when there is no column, a row is not as long as `levels`, or a code is not below
    /// the number of levels of its column.
    pub fn from_rows<R: AsRef<[u16]>>(levels: &[u32], rows: &[R]) -> Result<Self, CodeError> {
        let mut table = Self::zeros(levels, rows.len())?;
        for (row, codes) in rows.iter().enumerate() {
            let codes = codes.as_ref();
            if codes.len() != levels.len() {
                let (expected, found) = (levels.len(), codes.len());
                return Err(CodeError::Width { row, expected, found });
            }
            for (column, &code) in codes.iter().enumerate() {
                table.put(row, column, code)?;
            }
        }
        Ok(table)
    }

    fn zeros(levels: &[u32], rows: usize) -> Result<Self, CodeError> {
        if levels.is_empty() {
            return Err(CodeError::NoColumns);
        }
        if u32::try_from(rows).is_err() {
            return Err(CodeError::TooManyRows { rows });
        }
        if let Some(column) = levels.iter().position(|levels| !(1..=MOST_LEVELS).contains(levels)) {
            return Err(CodeError::Levels { column, levels: levels[column] });
        }
        let packing = Packing::new(levels);
        let words = vec![0; rows * packing.words()];
        Ok(Self { rows, levels: levels.to_vec(), packing, words })
    }

    fn put(&mut self, row: usize, column: usize, code: u16) -> Result<(), CodeError> {
        let levels = self.levels[column];
        if u32::from(code) >= levels {
            return Err(CodeError::Code { row, column, code, levels });
        }
        let width = self.packing.words();
        self.packing.put(&mut self.words[row * width..][..width], column, code);
        Ok(())
    }

    /// Rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Columns.
    pub fn columns(&self) -> usize {
        self.levels.len()
    }

    /// Levels of each column.
    pub fn levels(&self) -> &[u32] {
        &self.levels
    }

    /// The code of a row in a column.
    ///
    /// # Panics
    /// If there is no such row or column.
    pub fn code(&self, row: u32, column: usize) -> u16 {
        self.packing.get(self.packed(row), column)
    }

    /// Columns in which two rows differ: their Hamming distance.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn distance(&self, a: u32, b: u32) -> u32 {
        self.packing.distance(self.packed(a), self.packed(b))
    }

    /// The columns in which two rows differ, ascending.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn changed(&self, a: u32, b: u32) -> Vec<usize> {
        let differs = |&column: &usize| self.code(a, column) != self.code(b, column);
        (0..self.columns()).filter(differs).collect()
    }

    /// The words of a row.
    pub(super) fn packed(&self, row: u32) -> &[u64] {
        let width = self.packing.words();
        &self.words[row as usize * width..][..width]
    }

    pub(super) fn packing(&self) -> &Packing {
        &self.packing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_and_rows_give_the_same_table() {
        let columns = CodeTable::from_columns(&[3, 70], &[vec![0, 2], vec![69, 1]]).unwrap();
        let rows = CodeTable::from_rows(&[3, 70], &[[0, 69], [2, 1]]).unwrap();
        assert_eq!(columns, rows);
        assert_eq!((rows.code(0, 1), rows.code(1, 0)), (69, 2));
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let rows =
            |levels: &[u32], rows: &[&[u16]]| CodeTable::from_rows(levels, rows).unwrap_err();
        assert_eq!(rows(&[], &[]), CodeError::NoColumns);
        assert_eq!(rows(&[2, 0], &[]), CodeError::Levels { column: 1, levels: 0 });
        assert_eq!(rows(&[2, 2], &[&[0]]), CodeError::Width { row: 0, expected: 2, found: 1 });
        let code = CodeError::Code { row: 1, column: 0, code: 2, levels: 2 };
        assert_eq!(rows(&[2], &[&[0], &[2]]), code);
        let ragged = CodeTable::from_columns(&[2, 2], &[vec![0, 1], vec![0]]).unwrap_err();
        assert_eq!(ragged, CodeError::Rows { column: 1, expected: 2, found: 1 });
        let missing = CodeTable::from_columns(&[2, 2], &[vec![0, 1]]).unwrap_err();
        assert_eq!(missing, CodeError::Columns { expected: 2, found: 1 });
    }
}
