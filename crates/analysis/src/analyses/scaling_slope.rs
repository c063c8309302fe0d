//! Slopes of figures against size: over all references, within families, in each family.

use crate::sheet::{Cell, Column, Estimate, Kind};
use foretell_stats::{Dependence, Slope, Undefined, slope};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A reference of known size and figure.
#[derive(Debug, Clone)]
pub(crate) struct Point {
    /// Logarithm of the parameters, base 10.
    pub(crate) x: f64,
    /// The figure.
    pub(crate) y: f64,
    pub(crate) family: Option<Arc<str>>,
}

pub(crate) fn slope_columns() -> Vec<Column> {
    let mut columns = vec![
        Column::text("figure", "what is set against size"),
        Column::text("among", "all references, all within their families, or one family"),
        Column::count("models", "references of known size that have the figure"),
        Column::count("families", "families among them, those of unknown family one each").wide(),
    ];
    let says = "change of the figure for ten times the parameters, robust error";
    columns.extend(Column::estimate("slope", Kind::Difference, says));
    columns.push(Column::new("p", Kind::PValue, "two-sided p value of no slope"));
    columns
}

/// Labels of families; references of unknown family belong to none but their own.
fn labels(points: &[Point]) -> Vec<u32> {
    let mut known: BTreeMap<&str, u32> = BTreeMap::new();
    let mut found: Vec<u32> = (0..points.len() as u32).collect();
    for (place, point) in found.iter_mut().zip(points) {
        if let Some(family) = &point.family {
            *place = *known.entry(family).or_insert(*place);
        }
    }
    found
}

/// The rows of one figure.
pub(crate) fn slope_cells(figure: &str, points: &[Point], level: f64) -> Vec<Vec<Cell>> {
    let all = labels(points);
    let mut rows = vec![row(figure, "all", &line(points, &all, level), points.len(), &all)];
    let (centred, families) = centred(points, &all);
    let within = line(&centred, &families, level);
    rows.push(row(figure, "within families", &within, centred.len(), &families));
    let mut by_family: BTreeMap<&str, Vec<Point>> = BTreeMap::new();
    for point in points {
        if let Some(family) = &point.family {
            by_family.entry(family).or_default().push(point.clone());
        }
    }
    for (family, points) in by_family.into_iter().filter(|(_, points)| points.len() > 1) {
        let labels = labels(&points);
        rows.push(row(figure, family, &line(&points, &labels, level), points.len(), &labels));
    }
    rows
}

/// A line through points, those of a family depending on each other; of one family alone each is
/// drawn by itself.
fn line(points: &[Point], families: &[u32], level: f64) -> Result<Slope, Undefined> {
    let [x, y] = [|p: &Point| p.x, |p: &Point| p.y]
        .map(|of: fn(&Point) -> f64| points.iter().map(of).collect::<Vec<f64>>());
    let dependence = match count(families) {
        0 | 1 => Dependence::independent(points.len()),
        _ => Dependence::clustered(families),
    };
    slope(&x, &y, &vec![1.0; points.len()], &dependence, level)
}

/// Points less the mean of their family; families of one point say nothing about a slope within.
fn centred(points: &[Point], families: &[u32]) -> (Vec<Point>, Vec<u32>) {
    let mut sums: BTreeMap<u32, (f64, f64, f64)> = BTreeMap::new();
    for (point, family) in points.iter().zip(families) {
        let sum = sums.entry(*family).or_default();
        *sum = (sum.0 + point.x, sum.1 + point.y, sum.2 + 1.0);
    }
    let mut found = (Vec::new(), Vec::new());
    for (point, family) in points.iter().zip(families) {
        let (x, y, n) = sums[family];
        if n > 1.0 {
            found.0.push(Point { x: point.x - x / n, y: point.y - y / n, ..point.clone() });
            found.1.push(*family);
        }
    }
    found
}

fn count(families: &[u32]) -> usize {
    let distinct: std::collections::BTreeSet<&u32> = families.iter().collect();
    distinct.len()
}

fn row(
    figure: &str,
    among: &str,
    line: &Result<Slope, Undefined>,
    models: usize,
    families: &[u32],
) -> Vec<Cell> {
    let estimate = match line {
        Ok(line) => Estimate::new::<Undefined>(Ok(line.slope), Ok(line.se), Ok(line.interval)),
        Err(reason) => Estimate::undefined(reason),
    };
    let mut cells = vec![figure.into(), among.into(), models.into(), Cell::from(count(families))];
    cells.extend(estimate.cells());
    cells.push(line.as_ref().map(|line| line.p_value).into());
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(x: f64, y: f64, family: &str) -> Point {
        Point { x, y, family: Some(family.into()) }
    }

    #[test]
    fn the_slope_within_families_is_blind_to_their_levels() {
        // Within each family 0.1 a step; between them the larger family stands lower.
        let points = [
            point(9.0, 0.5, "a"),
            point(10.0, 0.6, "a"),
            point(11.0, 0.1, "b"),
            point(12.0, 0.2, "b"),
            point(13.0, 0.31, "b"),
        ];
        let rows = slope_cells("NSG", &points, 0.95);
        let slope = |row: usize| rows[row][4].number().unwrap();
        assert!(slope(0) < 0.0);
        // a: 0.5 * 0.1; b: 0.11 + 0.1 over 2.
        let within = (0.05 + 0.21) / (0.5 + 2.0);
        assert!((slope(1) - within).abs() < 1e-12);
        assert_eq!((rows.len(), rows[1][2].number()), (4, Some(5.0)));
        assert!(rows[2][4].reason().is_some(), "two points leave no scatter to judge");
    }

    #[test]
    fn references_of_unknown_family_stand_alone() {
        let unknown = |x| Point { x, y: x * x, family: None };
        assert_eq!(count(&labels(&[unknown(1.0), unknown(2.0), point(3.0, 1.0, "a")])), 3);
        assert!(slope_cells("NSG", &[], 0.95).iter().all(|row| row[4].reason().is_some()));
    }
}
