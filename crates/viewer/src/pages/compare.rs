//! Two runs side by side: their figures, and the cases that they have in common.

use super::cases::ON_A_PAGE;
use super::{Page, Refused};
use crate::case::{Case, verdict};
use crate::figure::{Axis, Shown};
use crate::notice::notices;
use crate::panel::Facts;
use crate::query::{Query, field, segment};
use crate::run_data::RunData;
use crate::runs::Read;
use crate::selected::{OfCases, Selected};
use crate::server::Viewer;
use foretell_core::{AnswerOrder, count, counted};
use foretell_tables::AnswerRow;
use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;
use std::collections::HashMap;
use std::sync::Arc;

/// A case that both runs have.
#[derive(Serialize)]
struct Line {
    href: String,
    pair: String,
    reference: String,
    sides: [Side; 2],
}

#[derive(Serialize)]
struct Side {
    answers: String,
    verdict: String,
}

/// The runs that an address names.
fn sides(viewer: &Viewer, asked: &str) -> Result<[(String, Arc<Read>); 2], Refused> {
    let side = |name: &str| -> Result<(String, Arc<Read>), Refused> {
        let id = field(asked, name).unwrap_or_default();
        let read = super::read(viewer, &id)?;
        Ok((id, read))
    };
    Ok([side("left")?, side("right")?])
}

/// The page of two runs.
pub(crate) fn compare(viewer: &Viewer, asked: &str) -> Result<Page, Refused> {
    let runs = sides(viewer, asked)?;
    let query = Query::read(asked);
    let [left, right] = [&runs[0].1.data, &runs[1].1.data];
    let selected = [Selected::of(left, &query)?, Selected::of(right, &query)?];
    let shared = shared([left, right], &selected);
    let pages = shared.len().div_ceil(ON_A_PAGE).max(1);
    let page = query.page.min(pages);
    let ids = [("left", runs[0].0.as_str()), ("right", runs[1].0.as_str())];
    let common = [0, 1].map(|side| {
        let subjects = shared.iter().map(|two| two[side]);
        selected[side].of_cases(&runs[side].1.data, &query, subjects)
    });
    let [of_left, of_right] = common;
    let common = [of_left?, of_right?];
    let shown = shared.iter().skip((page - 1) * ON_A_PAGE).take(ON_A_PAGE);
    let lines: Vec<Line> =
        shown.map(|two| line([left, right], &selected, &query, *two, ids)).collect();
    let turned = |page: usize| Query { page, ..query.clone() }.address("/compare", &ids);
    let axis = Axis::of(common.iter().map(|(all, _)| all));
    let figures = [0, 1].map(|side| Shown::of(&runs[side].0, &common[side].0, axis));
    let alone = [0, 1].map(|side| selected[side].subjects.len() - shared.len());
    let told = [0, 1].map(|side| notices(&runs[side].1.data, asked, &query));
    let names = [&runs[0].0, &runs[1].0];
    let list = viewer.runs.list()?;
    let choices: Vec<&str> = list.iter().map(|slot| slot.id.as_str()).collect();
    let page = viewer.render(
        "compare",
        context! {
            names => Serde(names),
            choices => Serde(choices),
            figures => Serde(figures),
            references => Serde(references(&common, axis)),
            alone => alone.map(|cases| counted(cases as u64, "case")),
            panels => Serde(panels([left, right], &query)),
            text => &query.text,
            notices => Serde(told),
            found => counted(shared.len() as u64, "common case"),
            lines => Serde(lines),
            page => page,
            pages => pages,
            previous => (page > 1).then(|| turned(page - 1)),
            next => (page < pages).then(|| turned(page + 1)),
            swap => query.address("/compare", &[("left", names[1].as_str()), ("right", names[0].as_str())]),
        },
    )?;
    Ok(Page::html(page))
}

/// The figures of each reference on both sides.
fn references(common: &[OfCases; 2], axis: Axis) -> Vec<(String, [Option<Shown>; 2])> {
    let mut names: Vec<&String> =
        common.iter().flat_map(|(_, parts)| parts.iter().map(|(name, _)| name)).collect();
    names.sort();
    names.dedup();
    let of = |(_, parts): &OfCases, name: &String| {
        let found = parts.iter().find(|(known, _)| known == name);
        found.map(|(name, figures)| Shown::of(name, figures, axis))
    };
    names
        .into_iter()
        .map(|name| (name.clone(), [0, 1].map(|side| of(&common[side], name))))
        .collect()
}

/// Who guessed in each run, where that is not the same: their NSG are then of unlike panels.
fn panels(runs: [&RunData; 2], query: &Query) -> Option<[String; 2]> {
    let [left, right] = runs.map(|run| &run.choices.predictors);
    let unlike = query.predictor.is_empty() && left != right;
    unlike.then(|| [left, right].map(|names| names.join(", ")))
}

/// What makes a case the same in two runs: both texts, the order, the reference, who explains, and the
/// reference's repeat.
type Same<'a> = (&'a str, [&'a str; 2], AnswerOrder, [&'a str; 2], u32);

fn same(run: &RunData, subject: u32) -> Same<'_> {
    let guesses = &run.guesses;
    let about = &guesses.subjects[subject as usize];
    let pair = &guesses.pairs[about.pair as usize];
    let text = |text: u32| &**guesses.text(guesses.texts[text as usize].id);
    let models = [about.reference, about.explainer].map(|model| run.model(model));
    let dataset = guesses.text(pair.dataset);
    let texts = [pair.original, pair.counterfactual].map(text);
    (dataset, texts, pair.answer_order, models, about.answer_repeat)
}

/// Cases that both have, those first that differ most.
fn shared(runs: [&RunData; 2], selected: &[Selected; 2]) -> Vec<[u32; 2]> {
    let mut right: HashMap<Same<'_>, u32> =
        selected[1].subjects.iter().map(|subject| (same(runs[1], *subject), *subject)).collect();
    // Taken out, so that none stands beside two others and counts twice.
    let pairs = selected[0]
        .subjects
        .iter()
        .filter_map(|subject| Some([*subject, right.remove(&same(runs[0], *subject))?]));
    let mut pairs: Vec<[u32; 2]> = pairs.collect();
    let score = |facts: Facts| match facts.scored {
        0 => 0.0,
        scored => (f64::from(facts.helped) - f64::from(facts.misled)) / f64::from(scored),
    };
    let apart = |two: &[u32; 2]| {
        let [left, right] = [0, 1].map(|side| score(selected[side].panelled.facts(two[side])));
        (left - right).abs()
    };
    pairs.sort_by(|one, other| apart(other).total_cmp(&apart(one)));
    pairs
}

fn line(
    runs: [&RunData; 2],
    selected: &[Selected; 2],
    query: &Query,
    two: [u32; 2],
    ids: Ids<'_>,
) -> Line {
    let side = |side: usize| {
        let guesses = &runs[side].guesses;
        let about = &guesses.subjects[two[side] as usize];
        let said = |name: Option<_>| name.map_or("none", |name| &**guesses.text(name));
        Side {
            answers: format!("{} → {}", said(about.original_answer), said(about.target)),
            verdict: verdict(selected[side].panelled.facts(two[side])),
        }
    };
    let about = &runs[0].guesses.subjects[two[0] as usize];
    Line {
        href: case_address("/compare/case", runs[0], query, two[0], ids),
        sides: [side(0), side(1)],
        pair: runs[0].guesses.pair_id(about.pair).to_string(),
        reference: runs[0].model(about.reference).to_owned(),
    }
}

/// Both runs as an address names them.
type Ids<'a> = [(&'a str, &'a str); 2];

/// The address of what is about a common case, by its names in the left run.
fn case_address(path: &str, left: &RunData, query: &Query, subject: u32, ids: Ids<'_>) -> String {
    let about = &left.guesses.subjects[subject as usize];
    let (pair, repeat) = (left.guesses.pair_id(about.pair), about.answer_repeat.to_string());
    let of = [("pair", &**pair), ("of", left.model(about.reference)), ("repeat", &*repeat)];
    let explainer = left.other_explainer(subject).map(|name| ("explainer", name));
    let fields: Vec<(&str, &str)> = ids.into_iter().chain(of).chain(explainer).collect();
    Query { page: 1, ..query.clone() }.address(path, &fields)
}

/// The page of one case in two runs.
pub(crate) fn compare_case(viewer: &Viewer, asked: &str) -> Result<Page, Refused> {
    let runs = sides(viewer, asked)?;
    let query = Query::read(asked);
    let [left, right] = [&runs[0].1.data, &runs[1].1.data];
    let subject = super::of_case::subject(left, asked)?;
    let wanted = same(left, subject);
    let other =
        (0..right.guesses.subjects.len() as u32).find(|other| same(right, *other) == wanted);
    let other =
        other.ok_or_else(|| Refused::missing(format!("the run {} has no such case", runs[1].0)))?;
    let of = |side: usize, subject| {
        Case::read(&runs[side].1.data, &runs[side].0, subject, &query.contrast)
    };
    let cases = [of(0, subject)?, of(1, other)?];
    let selected = [Selected::of(left, &query)?, Selected::of(right, &query)?];
    let shared = shared([left, right], &selected);
    let place = shared.iter().position(|two| two[0] == subject);
    let names = [&runs[0].0, &runs[1].0];
    let ids = [("left", names[0].as_str()), ("right", names[1].as_str())];
    let address = |path: &str, subject| case_address(path, left, &query, subject, ids);
    let beside = |step: isize| {
        let two = shared.get(place?.checked_add_signed(step)?)?;
        Some(address("/compare/case", two[0]))
    };
    let up = Query { page: place.map_or(1, |at| at / ON_A_PAGE + 1), ..query.clone() };
    let raw = names.map(|name| address(&format!("/run/{}/raw", segment(name)), subject) + "&");
    let page = viewer.render(
        "compare_case",
        context! {
            names => Serde(names),
            case => Serde(&cases),
            pieces => Serde([&cases[0].original.pieces, &cases[0].counterfactual.pieces]),
            explained_alike => explained_alike(&cases),
            raw => raw,
            up => up.address("/compare", &ids),
            previous => beside(-1),
            next => beside(1),
            place => place.map(|at| count(at as u64 + 1)),
            of => count(shared.len() as u64),
        },
    )?;
    Ok(Page::html(page))
}

/// Whether both runs hold the same words for the same answers, which then need to stand there once.
fn explained_alike([one, other]: &[Case; 2]) -> bool {
    let alike = |one: &Option<AnswerRow>, other: &Option<AnswerRow>| match (one, other) {
        (Some(one), Some(other)) => {
            one.explanation == other.explanation
                && one.factors == other.factors
                && one.other_info == other.other_info
                && one.reasoning == other.reasoning
        }
        (None, None) => true,
        _ => false,
    };
    alike(&one.original.answer, &other.original.answer)
        && alike(&one.counterfactual.answer, &other.counterfactual.answer)
}
