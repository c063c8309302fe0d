//! phi-CCT: are edits that move the answer the ones that the explanation names?

use crate::error::AnalysisError;
use crate::group::GroupKey;
use crate::inference::Inference;
use crate::names::Name;
use crate::observation::Observations;
use crate::prepared::Prepared;
use crate::request::Request;
use crate::sheet::{Cell, Column, Kind, Sheet};
use crate::text_sums::{CONFUSION, TextSums, confusion_cells};
use foretell_core::Outcome;
use std::collections::{BTreeMap, HashMap};

const NO_VERDICTS: &str = "no judge was asked what explanations name: `foretell judge RUN --model MODEL --kind mention` asks one";

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

/// Whether the explanation of a pair and reference names any of what changed, by judge. Where no
/// feature is named and the verdict on one is missing, it is not known.
type Mentions<'a> = BTreeMap<&'a str, HashMap<(Name, Name, Name), Option<bool>>>;

fn mentions(prepared: &Prepared) -> Result<Mentions<'_>, AnalysisError> {
    let names = &prepared.guesses.names;
    let mut judges: Mentions<'_> = BTreeMap::new();
    for score in prepared.tables.scores()?.iter().filter(|score| score.kind == "mention") {
        let Some(reference) = &score.reference else { continue };
        let find = |text: &str| names.find(text);
        let key = (find(score.pair_id.as_str()), find(&score.dataset), find(reference));
        let (Some(pair), Some(dataset), Some(reference)) = key else { continue };
        let verdict = score.value.filter(|_| score.outcome == Outcome::Answered);
        let verdict = verdict.map(|value| value > 0.5);
        let known = judges.entry(&score.judge).or_default();
        let so_far = known.entry((pair, dataset, reference)).or_insert(Some(false));
        *so_far = match (*so_far, verdict) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (None, _) | (_, None) => None,
            (Some(false), Some(false)) => Some(false),
        };
    }
    Ok(judges)
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
    let judges = mentions(prepared)?;
    if judges.is_empty() {
        sheet.notes.push(NO_VERDICTS.to_owned());
    }
    for group in observations.groups(by) {
        let mut subjects: Vec<u32> = group.members.iter().map(|o| o.subject).collect();
        subjects.sort_unstable();
        subjects.dedup();
        for (judge, mentions) in &judges {
            let sums = named_and_moved(&observations, &subjects, mentions);
            let start = group.values.iter().map(Cell::from).chain([Cell::from(*judge)]);
            sheet.push(start.chain(cells(&sums, request.level)));
        }
    }
    Ok(sheet)
}

/// Named against moved, by pair of texts.
fn named_and_moved(
    observations: &Observations,
    subjects: &[u32],
    mentions: &HashMap<(Name, Name, Name), Option<bool>>,
) -> TextSums<4> {
    let guesses = &observations.guesses;
    let parts = subjects.iter().filter_map(|&number| {
        let (subject, pair) = (&guesses.subjects[number as usize], guesses.pair_of(number));
        // Judges are shown the reference's own explanation of its first repeat.
        if subject.answer_repeat != 0 || subject.explainer != subject.reference {
            return None;
        }
        let reference = guesses.names.find(&guesses.models[subject.reference as usize].name)?;
        let mentioned = mentions.get(&(pair.id, pair.dataset, reference)).copied().flatten()?;
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
