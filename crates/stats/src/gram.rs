//! Small symmetric systems: which columns are dependent, and solutions by Cholesky.

/// Share of a column's square that must be left once the columns before it are taken out. Features
/// are small whole numbers, so what is dependent leaves rounding only.
const INDEPENDENT: f64 = 1e-10;

/// A symmetric matrix, row by row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Symmetric {
    size: usize,
    cells: Vec<f64>,
}

impl Symmetric {
    pub(crate) fn zero(size: usize) -> Self {
        Self { size, cells: vec![0.0; size * size] }
    }

    pub(crate) fn at(&self, row: usize, column: usize) -> f64 {
        self.cells[row * self.size + column]
    }

    /// Adds `weight * vector * vector'` to the lower triangle; [`Symmetric::mirror`] completes it.
    pub(crate) fn add_square(&mut self, vector: &[f64], weight: f64) {
        for (i, a) in vector.iter().enumerate() {
            // Most features of a row did not change.
            if *a == 0.0 {
                continue;
            }
            let row = &mut self.cells[i * self.size..=i * self.size + i];
            for (cell, b) in row.iter_mut().zip(vector) {
                *cell += weight * a * b;
            }
        }
    }

    /// Copies the lower triangle to the upper.
    pub(crate) fn mirror(&mut self) {
        for i in 0..self.size {
            for j in i + 1..self.size {
                self.cells[i * self.size + j] = self.cells[j * self.size + i];
            }
        }
    }

    /// Which columns exact dependences involve, and a largest set of columns without one.
    pub(crate) fn redundancy(&self) -> Redundancy {
        let mut kept: Vec<usize> = Vec::new();
        let mut involved = vec![false; self.size];
        for column in 0..self.size {
            let square = self.at(column, column);
            if square == 0.0 {
                involved[column] = true;
                continue;
            }
            let inner = self.restricted(&kept);
            let target: Vec<f64> = kept.iter().map(|&k| self.at(k, column)).collect();
            // The kept columns are independent, so only rounding could refuse them.
            let Some(factor) = Cholesky::of(&inner) else { continue };
            let shares = factor.solve(&target);
            let explained: f64 = shares.iter().zip(&target).map(|(a, b)| a * b).sum();
            if square - explained > INDEPENDENT * square {
                kept.push(column);
                continue;
            }
            involved[column] = true;
            for (share, &k) in shares.iter().zip(&kept) {
                // In units of the two columns, so that the scale of a feature does not matter.
                involved[k] |= share.abs() * (self.at(k, k) / square).sqrt() > 1e-6;
            }
        }
        let independent = (0..self.size).map(|column| kept.contains(&column)).collect();
        Redundancy { involved, independent }
    }

    /// Rows and columns of `kept` alone.
    pub(crate) fn restricted(&self, kept: &[usize]) -> Self {
        let cells = kept.iter().flat_map(|&i| kept.iter().map(move |&j| self.at(i, j))).collect();
        Self { size: kept.len(), cells }
    }
}

/// Exact dependences between columns.
pub(crate) struct Redundancy {
    /// Their coefficients are not identified, those of the others are, whatever the order.
    pub(crate) involved: Vec<bool>,
    /// Enough of them to fit: of a dependence, all but the last.
    pub(crate) independent: Vec<bool>,
}

/// Lower factor L of a positive definite matrix L L'.
#[derive(Debug, Clone)]
pub(crate) struct Cholesky {
    size: usize,
    lower: Vec<f64>,
}

impl Cholesky {
    /// The factor, unless the matrix is singular to rounding.
    pub(crate) fn of(matrix: &Symmetric) -> Option<Self> {
        let size = matrix.size;
        let mut lower = vec![0.0; size * size];
        for i in 0..size {
            for j in 0..=i {
                let known: f64 = (0..j).map(|k| lower[i * size + k] * lower[j * size + k]).sum();
                let left = matrix.at(i, j) - known;
                if i != j {
                    lower[i * size + j] = left / lower[j * size + j];
                } else if left > 1e-13 * matrix.at(i, i) {
                    lower[i * size + i] = left.sqrt();
                } else {
                    return None;
                }
            }
        }
        Some(Self { size, lower })
    }

    /// Solution x of `matrix * x = right`.
    pub(crate) fn solve(&self, right: &[f64]) -> Vec<f64> {
        let at = |i: usize, j: usize| self.lower[i * self.size + j];
        let mut x = right.to_vec();
        for i in 0..self.size {
            let known: f64 = (0..i).map(|k| at(i, k) * x[k]).sum();
            x[i] = (x[i] - known) / at(i, i);
        }
        for i in (0..self.size).rev() {
            let known: f64 = (i + 1..self.size).map(|k| at(k, i) * x[k]).sum();
            x[i] = (x[i] - known) / at(i, i);
        }
        x
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gram(rows: &[&[f64]]) -> Symmetric {
        let mut gram = Symmetric::zero(rows[0].len());
        rows.iter().for_each(|row| gram.add_square(row, 1.0));
        gram.mirror();
        gram
    }

    #[test]
    fn a_solution_solves_the_system() {
        let matrix =
            gram(&[&[1.0, 2.0, 0.0], &[0.0, 1.0, 3.0], &[1.0, 0.0, 1.0], &[2.0, 1.0, 1.0]]);
        let x = Cholesky::of(&matrix).unwrap().solve(&[1.0, -2.0, 5.0]);
        for (i, right) in [1.0, -2.0, 5.0].iter().enumerate() {
            let left: f64 = (0..3).map(|j| matrix.at(i, j) * x[j]).sum();
            assert!((left - right).abs() < 1e-12, "{left} against {right}");
        }
    }

    #[test]
    fn every_column_of_a_dependence_is_named_and_no_other() {
        // Third is the sum of the first two; the fourth stands alone.
        let rows: [&[f64]; 4] = [
            &[1.0, 0.0, 1.0, 1.0],
            &[0.0, 1.0, 1.0, 0.0],
            &[1.0, 1.0, 2.0, 1.0],
            &[1.0, 0.0, 1.0, 5.0],
        ];
        assert_eq!(gram(&rows).redundancy().involved, [true, true, true, false]);
        let reversed: Vec<Vec<f64>> =
            rows.iter().map(|row| row.iter().rev().copied().collect()).collect();
        let reversed: Vec<&[f64]> = reversed.iter().map(Vec::as_slice).collect();
        assert_eq!(gram(&reversed).redundancy().involved, [false, true, true, true]);
    }

    #[test]
    fn a_column_of_zeros_is_dependent() {
        assert_eq!(gram(&[&[1.0, 0.0], &[2.0, 0.0]]).redundancy().involved, [false, true]);
    }
}
