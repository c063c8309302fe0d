//! The figures that analyses of arms, efforts, orders and sizes have in common: those of one group,
//! and those of two groups on what they share.

use crate::analyses::gain_sheet::SE_RATIO;
use crate::inference::{Inference, Inferred, Paired, UnitSums, holm_adjusted};
use crate::observation::{Observation, Observations};
use crate::prepared::Prepared;
use crate::request::Request;
use crate::sheet::{Basis, Cell, Column, Kind, Sheet, basis_warnings};
use crate::unit::Unit;
use foretell_stats::Undefined;

/// What to say where errors are dyad-robust.
const DYADIC: &str = "pairs of different originals share texts: errors and intervals allow for it \
                      (dyad-robust)";

/// A row of figures, before p values are adjusted for their number.
#[derive(Debug, Clone)]
pub(crate) struct Figures {
    /// Cells of [`group_columns`] or [`difference_columns`].
    pub(crate) cells: Vec<Cell>,
    /// Of no effect, or of no difference.
    pub(crate) p: Result<f64, Undefined>,
    pub(crate) basis: Basis,
    /// Whether errors are dyad-robust.
    pub(crate) is_dyadic: bool,
    /// The NSG of the group, or the difference.
    pub(crate) value: Result<f64, String>,
}

/// Columns of the figures of one group.
pub(crate) fn group_columns() -> Vec<Column> {
    let mut columns = vec![
        Column::count("clusters", "distinct original texts").wide(),
        Column::count("observations", "scored observations"),
        Column::fraction("a_with", "accuracy of the treated arm").headed("treated"),
        Column::fraction("a_without", "accuracy of the baseline arm").headed("baseline"),
    ];
    columns.extend(Column::estimate("nsg", Kind::Signed, "NSG").map(|c| c.headed("NSG")));
    columns.push(Column::new("se_ratio", Kind::Ratio, SE_RATIO).headed("SE ratio").wide());
    columns
}

/// The figures of some observations.
pub(crate) fn of_group(
    observations: &Observations,
    list: &[Observation],
    request: &Request,
    name: String,
) -> Figures {
    let sums = UnitSums::of(&observations.units(list, request.weights));
    let scored = list.iter().filter(|o| o.is_scored()).count();
    of_sums(&sums, scored, request, name)
}

/// The same of observations that are added up; `scored` is their number.
pub(crate) fn of_sums(sums: &UnitSums, scored: usize, request: &Request, name: String) -> Figures {
    let inference = Inference::of(&sums.texts, request.level);
    let Inferred { estimate, se_ratio, p } = inference.infer(&sums.nsg());
    let [with, without] = sums.accuracies().map(|a| Cell::from(a.map(|figure| figure.value())));
    let mut cells = vec![sums.clusters().into(), scored.into(), with, without];
    cells.extend(estimate.cells());
    cells.push(se_ratio.into());
    Figures {
        cells,
        p,
        basis: Basis { name, clusters: sums.clusters(), baseline_errors: sums.baseline_errors() },
        is_dyadic: inference.is_dyadic(),
        value: estimate.value,
    }
}

/// Columns of a comparison of two groups, the p values last.
pub(crate) fn difference_columns() -> Vec<Column> {
    let signed = |name: &'static str, says: &'static str| Column::new(name, Kind::Signed, says);
    let mut columns = vec![
        Column::count("clusters", "distinct original texts in common").wide(),
        Column::count("observations", "scored observations that both have, one to one"),
        Column::count("dropped_one", "scored observations that the first alone has").wide(),
        Column::count("dropped_other", "scored observations that the second alone has").wide(),
        signed("nsg_one", "NSG of the first on what both have").headed("NSG one"),
        signed("nsg_other", "NSG of the second on what both have").headed("NSG other"),
    ];
    columns.extend(Column::estimate("difference", Kind::Difference, "nsg_one - nsg_other, paired"));
    columns.push(Column::new("se_ratio", Kind::Ratio, SE_RATIO).headed("SE ratio").wide());
    columns.extend(p_columns("no difference"));
    columns
}

/// A p value and the same adjusted.
pub(crate) fn p_columns(of: &str) -> [Column; 2] {
    [
        Column::new("p", Kind::PValue, format!("two-sided p value of {of}")).wide(),
        Column::new("p_holm", Kind::PValue, "p adjusted by Holm's method for its rows")
            .headed("p (Holm)"),
    ]
}

/// The comparison of the units of two groups that were matched one to one; `observations` of either
/// have a counterpart.
pub(crate) fn of_two(
    units: [&[Unit]; 2],
    observations: u64,
    dropped: [u64; 2],
    request: &Request,
    name: String,
) -> Figures {
    let [one, other] = units.map(UnitSums::of);
    let paired = Paired::of(&one.texts, &other.texts, request.level);
    let (nsg_one, nsg_other) = (one.nsg(), other.nsg());
    let difference = paired.difference(&nsg_one, &nsg_other);
    let Inferred { estimate, se_ratio, p } = paired.inference.infer(&difference);
    let clusters = one.clusters();
    let mut cells =
        vec![clusters.into(), observations.into(), dropped[0].into(), dropped[1].into()];
    let values = [&nsg_one, &nsg_other];
    cells.extend(values.map(|nsg| Cell::from(nsg.as_ref().map(|figure| figure.value()))));
    cells.extend(estimate.cells());
    cells.push(se_ratio.into());
    let baseline_errors = one.baseline_errors().min(other.baseline_errors());
    Figures {
        cells,
        p,
        basis: Basis { name, clusters, baseline_errors },
        is_dyadic: paired.inference.is_dyadic(),
        value: estimate.value,
    }
}

/// p values of rows, each with the one that is adjusted for their number.
pub(crate) fn p_cells<'a>(rows: impl Iterator<Item = &'a Figures>) -> Vec<[Cell; 2]> {
    let p_values: Vec<Result<f64, Undefined>> = rows.map(|row| row.p).collect();
    let adjusted = holm_adjusted(&p_values);
    p_values.into_iter().map(Cell::from).zip(adjusted).map(|(p, holm)| [p, holm]).collect()
}

/// Says under a sheet what its figures rest on.
pub(crate) fn about_figures<'a>(
    mut sheet: Sheet,
    prepared: &Prepared,
    observations: &Observations,
    request: &Request,
    rows: impl Iterator<Item = &'a Figures>,
) -> Sheet {
    let (mut basis, mut is_dyadic) = (Vec::new(), false);
    for row in rows {
        is_dyadic |= row.is_dyadic;
        basis.push(row.basis.clone());
    }
    sheet.settings.push(("level", request.level.into()));
    sheet.settings.push(("weights", request.weights.as_str().into()));
    sheet.notes.extend(is_dyadic.then(|| DYADIC.to_owned()));
    sheet.warnings.extend(prepared.notices.iter().cloned());
    sheet.warnings.extend(basis_warnings(&basis));
    sheet.about(observations, &request.contrast)
}
