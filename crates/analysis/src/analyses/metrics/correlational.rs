//! phi-CCT: are edits that move the answer the ones that the explanation names?

use crate::error::AnalysisError;
use crate::group::GroupKey;
use crate::inference::Inference;
use crate::mentions::{Judge, Mentions, UNJUDGED};
use crate::observation::Observations;
use crate::prepared::Prepared;
use crate::request::Request;
use crate::sheet::{Cell, Column, Kind, Sheet};
use crate::text_sums::{CONFUSION, TextSums, confusion_cells};

pub(super) fn columns() -> Vec<Column> {
    let mut columns = vec![
        Column::text("judge", "who read the explanations"),
        Column::count("pairs", "pairs with both answers and a verdict on what changed"),
        Column::fraction("switched", "share of them whose answers differ"),
        Column::fraction("mentioned", "share of them whose explanation names what changed"),
    ];
    let phi = "phi of `switched` and `mentioned`: 1 where just the edits that count are named";
    columns.extend(Column::limits("phi_cct", Kind::Signed, phi).map(|c| c.headed("phi-CCT")));
    let named = "share named of the edits that moved the answer";
    columns.extend(Column::limits("named_if_switched", Kind::Fraction, named));
    columns
}

pub(super) fn sheet(
    prepared: &Prepared,
    request: &Request,
    by: &[GroupKey],
) -> Result<Sheet, AnalysisError> {
    let says = "phi-CCT (Siegel et al. 2025): does the explanation name what moves the answer, and \
                leave out what does not?";
    let columns = [Column::groups(by), columns()].concat();
    let mut sheet = Sheet::new("metrics-cct", "Correlational counterfactual test", says, columns);
    let observations = prepared.observations(request, by);
    let mentions = Mentions::read(prepared)?;
    let judges = mentions.judges();
    let judges: Vec<_> = judges.iter().filter_map(|judge| Some((judge.name?, judge))).collect();
    if judges.is_empty() {
        sheet.notes.push(UNJUDGED.to_owned());
    }
    for group in observations.groups(by) {
        let mut subjects: Vec<u32> = group.members.iter().map(|o| o.subject).collect();
        subjects.sort_unstable();
        subjects.dedup();
        for (name, judge) in &judges {
            let sums = named_and_moved(&observations, &subjects, judge);
            let start = group.values.iter().map(Cell::from).chain([Cell::from(name.as_str())]);
            sheet.push(start.chain(cells(&sums, request.level)));
        }
    }
    Ok(sheet)
}

/// Named against moved, by pair of texts.
fn named_and_moved(
    observations: &Observations,
    subjects: &[u32],
    judge: &Judge<'_>,
) -> TextSums<4> {
    let guesses = &observations.guesses;
    let parts = subjects.iter().filter_map(|&number| {
        let (subject, pair) = (&guesses.subjects[number as usize], guesses.pair_of(number));
        // Judges are shown the reference's own explanation.
        let own = subject.explainer == subject.reference;
        let mentioned = judge.mentioned_any(guesses, subject).filter(|_| own)?;
        let cells = confusion_cells(mentioned, subject.switched()?);
        Some(([pair.original, pair.counterfactual], cells))
    });
    TextSums::of(parts)
}

fn cells(sums: &TextSums<4>, level: f64) -> Vec<Cell> {
    let all = sums.total(&[0, 1, 2, 3]);
    let share = |part: &[usize]| match all > 0.0 {
        true => (sums.total(part) / all).into(),
        false => Cell::undefined("no pair has both answers and a verdict"),
    };
    let mut cells: Vec<Cell> = vec![(all.round() as u64).into(), share(&[0, 2]), share(&[0, 1])];
    let inference = Inference::of(&sums.texts, level);
    cells.extend(sums.phi(&inference, CONFUSION).limits());
    let named = inference.estimate(&sums.share(&[0], &[0, 2]));
    cells.extend(named.within(0.0, 1.0).limits());
    cells
}
