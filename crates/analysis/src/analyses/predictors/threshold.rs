//! Testability of explanations: how it is spread, and the NSG of what reaches a grade.

use crate::error::AnalysisError;
use crate::group::GroupKey;
use crate::inference::{Inference, UnitSums};
use crate::observation::Observation;
use crate::prepared::Prepared;
use crate::request::Request;
use crate::sheet::{Basis, Cell, Column, Kind, Sheet, basis_warnings};
use crate::testability::{NO_GRADES, grades};
use crate::unit::Weights;
use rayon::prelude::*;
use std::collections::BTreeSet;

pub(super) fn columns() -> Vec<Column> {
    let mut columns = vec![
        Column::count("grade", "testability, 0 to 10: from this grade up to the next"),
        Column::count("subjects", "answers of references whose explanation has this grade"),
        Column::fraction("share", "their share of those with any grade"),
        Column::count("at_least", "those with this grade or a better one"),
        Column::count("clusters", "distinct originals among these with a scored observation"),
        Column::count("observations", "their scored observations").wide(),
    ];
    let nsg = "NSG of what has this grade or a better one: conditional on the judge's verdict";
    columns.extend(Column::estimate("nsg", Kind::Signed, nsg).map(|c| c.headed("NSG at least")));
    columns
}

pub(super) fn sheets(
    prepared: &Prepared,
    request: &Request,
    by: &[GroupKey],
) -> Result<Vec<Sheet>, AnalysisError> {
    let says = "How testable explanations are, and the NSG of those that are at least so testable.";
    let columns = [Column::groups(by), columns()].concat();
    let mut sheet = Sheet::new("predictors-testability", "Testability", says, columns);
    let grades = grades(prepared)?;
    let observations = prepared.observations(request, by);
    let mut sheet_basis = Vec::new();
    if grades.iter().all(Option::is_none) {
        sheet.notes.push(NO_GRADES.to_owned());
    } else {
        for group in observations.groups(by) {
            let graded: Vec<(Observation, f64)> = (group.members.iter())
                .filter_map(|o| Some((*o, grades[o.subject as usize]?)))
                .collect();
            let subjects: BTreeSet<(u32, u8)> =
                graded.iter().map(|(o, grade)| (o.subject, grade.floor() as u8)).collect();
            let rows: Vec<(Vec<Cell>, Basis)> = (0..=10_u8)
                .into_par_iter()
                .map(|grade| {
                    let kept = graded.iter().filter(|(_, of)| *of >= f64::from(grade));
                    let kept: Vec<Observation> = kept.map(|(o, _)| *o).collect();
                    let sums = UnitSums::of(&observations.units(&kept, Weights::Observation));
                    let here = subjects.iter().filter(|subject| subject.1 == grade).count();
                    let at_least = subjects.iter().filter(|subject| subject.1 >= grade).count();
                    let share = match subjects.len() {
                        0 => Cell::undefined("no explanation was graded"),
                        all => (here as f64 / all as f64).into(),
                    };
                    let seen = sums.observations.iter().sum::<f64>().round() as u64;
                    let cells: [Cell; 6] = [
                        u64::from(grade).into(),
                        here.into(),
                        share,
                        at_least.into(),
                        sums.clusters().into(),
                        seen.into(),
                    ];
                    let inference = Inference::of(&sums.texts, request.level);
                    let nsg = inference.estimate(&sums.nsg()).cells();
                    let name = format!("{} {grade}", group.name()).trim().to_owned();
                    let basis = Basis {
                        name,
                        clusters: sums.clusters(),
                        baseline_errors: sums.baseline_errors(),
                    };
                    let groups = group.values.iter().map(Cell::from);
                    (groups.chain(cells).chain(nsg).collect(), basis)
                })
                .collect();
            for (row, basis) in rows {
                sheet.push(row);
                sheet_basis.push(basis);
            }
        }
    }
    let mut sheet = sheet.about(&observations, &request.contrast);
    sheet.warnings.extend(basis_warnings(&sheet_basis));
    sheet.conditional.push("testability of at least the grade of the row".to_owned());
    sheet.settings.push(("level", request.level.into()));
    Ok(vec![sheet])
}
