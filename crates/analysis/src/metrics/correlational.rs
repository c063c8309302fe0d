//! phi-CCT: are edits that move the answer the ones that the explanation names?

use crate::error::AnalysisError;
use crate::group::GroupKey;
use crate::names::Name;
use crate::observation::Observations;
use crate::prepared::Prepared;
use crate::request::Request;
use crate::sheet::{Cell, Column, Estimate, Kind, Sheet};
use foretell_core::Outcome;
use foretell_stats::{Confusion, confusion_clustered};
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
            let clusters = clusters(&observations, &subjects, mentions);
            let start = group.values.iter().map(Cell::from).chain([Cell::from(*judge)]);
            sheet.push(start.chain(cells(&clusters, request.level)));
        }
    }
    Ok(sheet)
}

/// Named against moved, by cluster.
fn clusters(
    observations: &Observations,
    subjects: &[u32],
    mentions: &HashMap<(Name, Name, Name), Option<bool>>,
) -> Vec<Confusion> {
    let guesses = &observations.guesses;
    let mut clusters: BTreeMap<u32, Confusion> = BTreeMap::new();
    for &number in subjects {
        let (subject, pair) = (&guesses.subjects[number as usize], guesses.pair_of(number));
        // Judges are shown the reference's own explanation of its first repeat.
        if subject.answer_repeat != 0 || subject.explainer != subject.reference {
            continue;
        }
        let reference = guesses.names.find(&guesses.models[subject.reference as usize].name);
        let key = reference.map(|reference| (pair.id, pair.dataset, reference));
        let mentioned = key.and_then(|key| mentions.get(&key).copied().flatten());
        if let (Some(mentioned), Some(switched)) = (mentioned, subject.switched()) {
            let counts = clusters.entry(pair.original).or_default();
            *counts = *counts + Confusion::of(mentioned, switched, 1.0);
        }
    }
    clusters.into_values().collect()
}

fn cells(clusters: &[Confusion], level: f64) -> Vec<Cell> {
    let all = clusters.iter().fold(Confusion::default(), |sum, counts| sum + *counts);
    let share = |part: f64| match all.total() > 0.0 {
        true => (part / all.total()).into(),
        false => Cell::undefined("no pair has both answers and a verdict"),
    };
    let mut cells: Vec<Cell> = vec![
        (all.total().round() as u64).into(),
        share(all.true_positive + all.false_negative),
        share(all.true_positive + all.false_positive),
    ];
    let phi = confusion_clustered(clusters, Confusion::phi, level);
    cells.extend(Estimate::limited(phi.value, phi.interval).limits());
    let named = confusion_clustered(clusters, Confusion::recall, level);
    let named = Estimate::limited(named.value, named.interval).within(0.0, 1.0);
    cells.extend(named.limits());
    cells
}
