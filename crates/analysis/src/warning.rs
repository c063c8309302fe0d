//! What a reader has to know about the figures of gains.

use crate::gain::GainRow;
use crate::sheet::{Basis, about, basis_warnings};
use std::collections::BTreeSet;

/// A larger share than this of observations that are not scored deserves a look.
const MUCH_UNSCORED: f64 = 0.05;

/// What to say where pairs of different originals share texts.
pub(crate) fn shared_texts(shared: u64) -> Option<String> {
    let texts = if shared == 1 { "text is" } else { "texts are" };
    (shared > 0).then(|| {
        format!(
            "{} {texts} shared by pairs of different originals: errors and intervals allow for it \
             (dyad-robust), bootstrap limits do not",
            foretell_core::count(shared)
        )
    })
}

pub(crate) fn warnings(notices: &BTreeSet<String>, shared: u64, rows: &[GainRow]) -> Vec<String> {
    let mut warnings: Vec<String> = notices.iter().cloned().collect();
    warnings.extend(shared_texts(shared));
    let names: Vec<String> = rows.iter().map(|row| row.group.join(" / ")).collect();
    let basis: Vec<Basis> = (rows.iter().zip(&names))
        .map(|(row, name)| Basis {
            name: name.clone(),
            clusters: row.clusters,
            baseline_errors: row.baseline_errors(),
        })
        .collect();
    warnings.extend(basis_warnings(&basis));
    let unscored = rows.iter().zip(&names).filter(|(row, _)| row.unscored > MUCH_UNSCORED);
    warnings.extend(about(
        "more than 5 % of the observations are not scored",
        unscored.map(|(row, name)| (name.as_str(), format!("{:.1} %", 100.0 * row.unscored))),
    ));
    warnings
}
