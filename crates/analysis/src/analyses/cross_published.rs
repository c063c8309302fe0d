//! The analysis `cross` by the published rules.

use crate::analyses::cross_units::{CrossRule, CrossUnit, numbered, published_units};
use crate::gain_published::panel;
use crate::group::GroupKey;
use crate::grouping::grouped;
use crate::observation::Observation;
use crate::prepared::Prepared;
use crate::published;
use crate::request::Request;
use crate::sheet::{Cell, Column, Kind, Sheet};
use foretell_stats::Undefined;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

fn columns() -> Vec<Column> {
    let nsg = |name, says| Column::new(name, Kind::Signed, says);
    vec![
        Column::count("units_self", "scored observations of predictors of other families"),
        Column::count("units_cross", "answers and predictors with an explainer"),
        Column::fraction("a_self", "accuracy with the reference's own explanation"),
        Column::fraction("a_cross", "accuracy with explanations of others for the same answer"),
        Column::fraction("a_without", "accuracy of the baseline"),
        nsg("nsg_self", "NSG of a_self; 0 where the baseline makes no error").headed("NSG self"),
        nsg("nsg_cross", "NSG of a_cross; 0 where the baseline makes no error").headed("NSG cross"),
        Column::new("difference", Kind::Signed, "nsg_self - nsg_cross"),
    ]
}

/// What stands on either side in one group.
#[derive(Default)]
struct Sides {
    selves: Vec<Observation>,
    crosses: Vec<CrossUnit>,
}

/// The one sheet of the analysis.
pub(crate) fn sheet(prepared: &Prepared, request: &Request, by: &[GroupKey]) -> Sheet {
    let kept = published::observations(prepared, request);
    let observations = &kept.observations;
    let guesses = &observations.guesses;
    let names = published::families(guesses);
    let predictors: BTreeSet<u32> = kept.list.iter().map(|o| o.predictor).collect();
    let rule = CrossRule {
        arm: guesses.arm(&request.contrast.arm),
        families: numbered(names.iter()),
        missing_is_wrong: Some(predictors.into_iter().collect()),
    };
    let is_own = |subject: u32| {
        let subject = &guesses.subjects[subject as usize];
        subject.explainer == subject.reference
    };
    let subjects: BTreeSet<u32> =
        kept.list.iter().map(|o| o.subject).filter(|subject| is_own(*subject)).collect();
    let crosses = published_units(guesses, &subjects.into_iter().collect::<Vec<_>>(), &rule);
    let selves: Vec<Observation> = (kept.list.iter())
        .filter(|o| {
            let reference = guesses.subjects[o.subject as usize].reference;
            o.is_scored()
                && is_own(o.subject)
                && names[o.predictor as usize] != names[reference as usize]
        })
        .copied()
        .collect();
    let mut groups: BTreeMap<Vec<Arc<str>>, Sides> = BTreeMap::new();
    for group in grouped(guesses, by, &selves) {
        groups.entry(group.values).or_default().selves = group.members;
    }
    for group in grouped(guesses, by, &crosses) {
        groups.entry(group.values).or_default().crosses = group.members;
    }
    let says =
        "NSG with own and with others' explanations for the same answer, by the published rules.";
    let columns = Column::groups(by).into_iter().chain(columns()).collect();
    let mut sheet = Sheet::new("cross", "Cross-model gain, published rules", says, columns);
    for (values, Sides { selves, crosses }) in &groups {
        sheet.push(values.iter().map(Cell::from).chain(cells(selves, crosses)));
    }
    sheet.notes = kept.differences;
    sheet.notes.extend(
        [
            "predictors of the reference's family are left out of the own arm, those of the \
             explainer's family out of the other, so that the panels differ; ours is one panel \
             outside both families on both sides, on the same pairs",
            "a guess that is missing counts as wrong with others' explanations; ours leaves it out",
            "NSG is 0 where the baseline makes no error; ours is undefined",
            "families are substrings of names, and all others are one family; ours tells those apart",
        ]
        .map(str::to_owned),
    );
    sheet.contrast = Some(request.contrast.clone());
    sheet.panel = Some(panel(observations, &kept.list));
    sheet.excluded = kept.excluded;
    sheet.conditional = prepared.selection(request).conditional();
    sheet.warnings.extend(prepared.notices.iter().cloned());
    sheet
}

fn cells(selves: &[Observation], crosses: &[CrossUnit]) -> [Cell; 8] {
    let mean = |sum: f64, count: usize| match count {
        0 => Err(Undefined::NoObservations),
        count => Ok(sum / count as f64),
    };
    let right = |error: fn(&Observation) -> f64| {
        mean(selves.iter().map(|o| 1.0 - error(o)).sum(), selves.len())
    };
    let [own, base] = [right(Observation::treated_error), right(Observation::baseline_error)];
    let shares = crosses.iter().filter_map(|unit| unit.shares[0]).map(|(share, _)| share);
    let cross = mean(shares.sum(), crosses.len());
    let nsg = |accuracy: Result<f64, Undefined>| {
        let (accuracy, base) = (accuracy?, base?);
        Ok(if base == 1.0 { 0.0 } else { (accuracy - base) / (1.0 - base) })
    };
    let [nsg_own, nsg_cross]: [Result<f64, Undefined>; 2] = [nsg(own), nsg(cross)];
    let difference = nsg_own.and_then(|own| Ok(own - nsg_cross?));
    [
        selves.len().into(),
        crosses.len().into(),
        own.into(),
        cross.into(),
        base.into(),
        nsg_own.into(),
        nsg_cross.into(),
        difference.into(),
    ]
}
