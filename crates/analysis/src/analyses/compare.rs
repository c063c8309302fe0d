//! The analysis `compare`: two runs, or the references of one run, on what they have in common.

use crate::analyses::Analysis;
use crate::error::AnalysisError;
use crate::figures::{Figures, about_figures, difference_columns, of_two, p_cells};
use crate::group::GroupKey;
use crate::grouping::Group;
use crate::matched::{Keyed, matched};
use crate::observation::{Observation, Observations};
use crate::prepared::Prepared;
use crate::renumbered::Renumbered;
use crate::request::{Flag, Request};
use crate::sheet::{Cell, Column, Sheet};
use foretell_core::AnswerOrder;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The analysis `compare`.
pub(crate) const ANALYSIS: Analysis = Analysis {
    name: "compare",
    says: "Two runs, or every two references of one, on common pairs and predictors: paired \
           differences of NSG.",
    keys: &GroupKey::ALL,
    by: &[],
    honours: Flag::ESTIMATES,
    columns,
    run,
};

/// References of one run that are compared with each other: their pairs grow with the square.
const MOST_REFERENCES: usize = 50;

fn columns() -> Vec<Column> {
    let mut columns = vec![
        Column::text("one", "the first run or reference"),
        Column::text("other", "the one it is compared with").headed("than"),
    ];
    columns.extend(difference_columns());
    columns
}

fn run(prepared: &Prepared, request: &Request) -> Result<Vec<Sheet>, AnalysisError> {
    let sheet = match prepared.other.as_deref() {
        Some(other) => runs(prepared, other, request),
        None => references(prepared, request),
    };
    Ok(vec![sheet])
}

/// A comparison with the values of its group.
type Row = (Vec<Arc<str>>, Figures);

fn finished(
    mut sheet: Sheet,
    prepared: &Prepared,
    observations: &Observations,
    request: &Request,
    rows: &[Row],
) -> Sheet {
    let p = p_cells(rows.iter().map(|(_, row)| row));
    for ((values, row), p) in rows.iter().zip(p) {
        sheet.push(values.iter().map(Cell::from).chain(row.cells.clone()).chain(p));
    }
    about_figures(sheet, prepared, observations, request, rows.iter().map(|(_, row)| row))
}

/// What an observation is about, whatever the reference: texts, order, whose explanation where it is
/// not the reference's own, repeat of the answer, predictor, arm.
type About = ([u32; 2], AnswerOrder, Option<u32>, u32, u32, u16);

fn about(observations: &Observations, observation: &Observation) -> About {
    let guesses = &observations.guesses;
    let subject = &guesses.subjects[observation.subject as usize];
    let order = guesses.pairs[subject.pair as usize].answer_order;
    let explainer = (subject.explainer != subject.reference).then_some(subject.explainer);
    let texts = observations.texts(observation);
    (texts, order, explainer, subject.answer_repeat, observation.predictor, observation.arm)
}

/// Every two references of one run.
fn references(prepared: &Prepared, request: &Request) -> Sheet {
    let by = request.by_or(&[]);
    let observations = prepared.observations(request, &by);
    let columns = [Column::groups(&by), columns()].concat();
    let says =
        "References against each other on common pairs and predictors; p adjusted for all rows.";
    let mut sheet = Sheet::new(ANALYSIS.name, "References compared", says, columns);
    let groups = observations.groups(&by);
    let mut rows: Vec<Row> = Vec::new();
    for group in &groups {
        let lists = by_reference(&observations, group);
        if lists.len() > MOST_REFERENCES {
            sheet.notes.push(format!(
                "{} references are too many to compare each with each: choose some, such as \
                 `--where \"reference in a|b\"`",
                lists.len()
            ));
            continue;
        }
        let pairs: Vec<(usize, usize)> =
            (0..lists.len()).flat_map(|a| (a + 1..lists.len()).map(move |b| (a, b))).collect();
        // Once a reference, not once a comparison.
        let keyed = lists
            .par_iter()
            .map(|(_, list)| Keyed::of(list, &|o: &Observation| Some(about(&observations, o))));
        let keyed: Vec<Keyed<'_, About>> = keyed.collect();
        let compared = pairs.par_iter().map(|&(a, b)| {
            let (one, other) = (&lists[a], &lists[b]);
            let found = keyed[a].matched(&keyed[b]);
            let units =
                [&found.one, &found.other].map(|list| observations.units(list, request.weights));
            let mut name = group.values.clone();
            name.push(format!("{} - {}", one.0, other.0).into());
            let (units, common) = ([&units[0][..], &units[1]], found.one.len() as u64);
            let mut figures = of_two(units, common, found.dropped, request, name.join(" / "));
            figures.cells.splice(0..0, [Cell::from(&one.0), Cell::from(&other.0)]);
            (group.values.clone(), figures)
        });
        rows.extend(compared.collect::<Vec<Row>>());
    }
    if rows.is_empty() && sheet.notes.is_empty() {
        let none = "no group has two references; two runs are compared by `compare RUN_A RUN_B`";
        sheet.notes.push(none.to_owned());
    }
    finished(sheet, prepared, &observations, request, &rows)
}

fn by_reference(observations: &Observations, group: &Group) -> Vec<(Arc<str>, Vec<Observation>)> {
    let guesses = &observations.guesses;
    let mut lists: BTreeMap<Arc<str>, Vec<Observation>> = BTreeMap::new();
    for observation in &group.members {
        let reference = guesses.subjects[observation.subject as usize].reference;
        let name = Arc::clone(&guesses.models[reference as usize].name);
        lists.entry(name).or_default().push(*observation);
    }
    lists.into_iter().collect()
}

/// The references that observations are about.
fn names(observations: &Observations) -> BTreeSet<Arc<str>> {
    let guesses = &observations.guesses;
    let of = |o: &Observation| guesses.subjects[o.subject as usize].reference;
    let numbers: BTreeSet<u32> = observations.list.iter().map(of).collect();
    numbers.iter().map(|&number| Arc::clone(&guesses.models[number as usize].name)).collect()
}

/// The name of a run: that of its folder.
fn run_name(prepared: &Prepared) -> String {
    let folder = prepared.tables.runs().first();
    let name = folder.and_then(|folder| folder.file_name());
    name.map_or_else(|| "run".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// One run against another.
fn runs(prepared: &Prepared, other: &Prepared, request: &Request) -> Sheet {
    let mut by = request.by_or(&[GroupKey::Reference]);
    let (ours, theirs) = (prepared.observations(request, &by), other.observations(request, &by));
    let references = [names(&ours), names(&theirs)];
    // One reference in each run: these are compared, whatever their names.
    let alone = references.iter().all(|names| names.len() == 1) && references[0] != references[1];
    let mut labels = [run_name(prepared), run_name(other)];
    if labels[0] == labels[1] {
        labels
            .iter_mut()
            .zip(["first", "second"])
            .for_each(|(l, which)| *l = format!("{l} ({which})"));
    }
    if alone {
        let of_reference =
            [GroupKey::Reference, GroupKey::Model, GroupKey::Family, GroupKey::Effort];
        by.retain(|key| !of_reference.contains(key));
        for (label, names) in labels.iter_mut().zip(&references) {
            names.iter().for_each(|name| *label = format!("{label}: {name}"));
        }
    }
    let columns = [Column::groups(&by), columns()].concat();
    let says = "Two runs on common pairs, models and predictors; p adjusted for all rows.";
    let mut sheet = Sheet::new(ANALYSIS.name, "Runs compared", says, columns);
    let numbers = Renumbered::of(&ours.guesses, &theirs.guesses);
    let own = |o: &Observation| {
        let reference = ours.guesses.subjects[o.subject as usize].reference;
        Some((about(&ours, o), (!alone).then_some(reference)))
    };
    let foreign = |o: &Observation| {
        let (texts, order, explainer, repeat, predictor, arm) = about(&theirs, o);
        let explainer = match explainer {
            Some(explainer) => Some(numbers.model(explainer)?),
            None => None,
        };
        let (predictor, arm) = (numbers.model(predictor)?, numbers.arm(arm)?);
        let reference = match alone {
            true => None,
            false => Some(numbers.model(theirs.guesses.subjects[o.subject as usize].reference)?),
        };
        Some(((numbers.texts(texts)?, order, explainer, repeat, predictor, arm), reference))
    };
    let [groups, other_groups] = [&ours, &theirs].map(|of| of.groups(&by));
    let mut waiting: BTreeMap<Vec<Arc<str>>, Group> =
        other_groups.into_iter().map(|group| (group.values.clone(), group)).collect();
    let (mut together, mut only) = (Vec::new(), [Vec::new(), Vec::new()]);
    for group in groups {
        match waiting.remove(&group.values) {
            Some(counterpart) => together.push((group, counterpart)),
            None => only[0].push(group.name()),
        }
    }
    only[1].extend(waiting.values().map(Group::name));
    let rows: Vec<Row> = together
        .par_iter()
        .map(|(group, counterpart)| {
            let found = matched(&group.members, &counterpart.members, [&own, &foreign]);
            let one = ours.units(&found.one, request.weights);
            let mut second = theirs.units(&found.other, request.weights);
            for unit in &mut second {
                unit.texts = numbers.texts(unit.texts).expect("what is matched has a number");
                unit.cluster = unit.texts[0];
            }
            let (units, common) = ([&one[..], &second], found.one.len() as u64);
            let mut figures = of_two(units, common, found.dropped, request, group.name());
            figures.cells.splice(0..0, labels.iter().map(|label| Cell::from(label.as_str())));
            (group.values.clone(), figures)
        })
        .collect();
    sheet.notes.extend(dropped("groups", &labels, only));
    let panels = [&ours, &theirs].map(|of| of.panel().predictors);
    let missing = |of: usize| {
        let other = &panels[1 - of];
        panels[of].iter().filter(|name| !other.contains(name)).cloned().collect::<Vec<_>>()
    };
    sheet.notes.extend(dropped("predictors", &labels, [missing(0), missing(1)]));
    let notices = other.notices.iter().cloned();
    sheet.warnings.extend(notices);
    finished(sheet, prepared, &ours, request, &rows)
}

/// Names listed in a note before the rest is only counted.
const NAMED: usize = 5;

/// What one of the runs has alone, in words.
fn dropped(what: &str, labels: &[String; 2], only: [Vec<String>; 2]) -> Vec<String> {
    let note = |(label, only): (&String, Vec<String>)| {
        let named = only.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
        let more = match only.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        (!only.is_empty()).then(|| format!("{what} of {label} alone, left out: {named}{more}"))
    };
    labels.iter().zip(only).filter_map(note).collect()
}
