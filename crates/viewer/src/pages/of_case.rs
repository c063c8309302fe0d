//! One case, as a page and as JSON.

use super::cases::{ON_A_PAGE, case_address};
use super::{Page, Refused};
use crate::case::{Case, verdict};
use crate::query::{Query, field, segment};
use crate::run_data::RunData;
use crate::selected::Selected;
use crate::server::Viewer;
use foretell_core::count;
use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;

/// The same pair with another reference.
#[derive(Serialize)]
struct Other {
    reference: String,
    href: String,
    answers: String,
    verdict: String,
    current: bool,
}

/// The number of the case that an address names.
pub(super) fn subject(run: &RunData, asked: &str) -> Result<u32, Refused> {
    let named = |name| field(asked, name).unwrap_or_default();
    let (pair, reference) = (named("pair"), named("of"));
    let repeat = named("repeat").parse().unwrap_or(0);
    let explainer = field(asked, "explainer");
    let found = run.subject(&pair, &reference, explainer.as_deref(), repeat);
    found.ok_or_else(|| {
        Refused::missing(format!("this run has no pair {pair} with the reference {reference}"))
    })
}

/// The page of a case, with its place among those selected.
pub(crate) fn case(viewer: &Viewer, id: &str, asked: &str) -> Result<Page, Refused> {
    let read = super::read(viewer, id)?;
    let run = &read.data;
    let subject = subject(run, asked)?;
    let query = Query::read(asked);
    let case = Case::read(run, id, subject, &query.contrast)?;
    let path = format!("/run/{}", segment(id));
    let selected = Selected::of(run, &query)?.subjects;
    let place = selected.iter().position(|other| *other == subject);
    let beside = |step: isize| {
        let at = place?.checked_add_signed(step)?;
        selected.get(at).map(|other| case_address(run, &path, &query, *other))
    };
    let own = case_address(run, &path, &query, subject);
    let (_, fields) = own.split_once('?').unwrap_or_default();
    let back = Query { page: place.map_or(1, |at| at / ON_A_PAGE + 1), ..query.clone() };
    let page = viewer.render(
        "case",
        context! {
            run => id,
            run_href => &path,
            case => Serde(&case),
            pieces => Serde([&case.original.pieces, &case.counterfactual.pieces]),
            json => format!("{path}/case.json?{fields}"),
            raw => format!("{path}/raw?{fields}&"),
            others => Serde(others(run, &path, &query, subject)),
            up => back.address(&path, &[]),
            previous => beside(-1),
            next => beside(1),
            place => place.map(|at| count(at as u64 + 1)),
            of => count(selected.len() as u64),
            version => viewer.slot(id)?.version_of(read.stamp),
            poll => format!("{path}/version"),
        },
    )?;
    Ok(Page::html(page))
}

/// A case as JSON.
pub(crate) fn case_json(viewer: &Viewer, id: &str, asked: &str) -> Result<Page, Refused> {
    let read = super::read(viewer, id)?;
    let subject = subject(&read.data, asked)?;
    let case = Case::read(&read.data, id, subject, &Query::read(asked).contrast)?;
    Ok(Page::json(serde_json::to_string_pretty(&case).expect("a case is always JSON")))
}

/// All references that were asked about the same pair.
fn others(run: &RunData, path: &str, query: &Query, subject: u32) -> Vec<Other> {
    let guesses = &run.guesses;
    let pair = guesses.subjects[subject as usize].pair;
    let panelled = run.panelled(&query.contrast);
    let all = guesses.subjects.iter().enumerate().filter(|(_, other)| other.pair == pair);
    let mut others: Vec<Other> = all
        .map(|(at, other)| {
            let said = |name: Option<_>| name.map_or("none", |name| &**guesses.text(name));
            let name = run.model(other.reference);
            let explained = run.other_explainer(at as u32);
            let explained = explained.map_or_else(String::new, |by| format!(", explained by {by}"));
            Other {
                reference: match other.answer_repeat {
                    0 => format!("{name}{explained}"),
                    repeat => format!("{name}{explained}, repeat {repeat}"),
                },
                href: case_address(run, path, query, at as u32),
                answers: format!("{} → {}", said(other.original_answer), said(other.target)),
                verdict: verdict(panelled.facts(at as u32)),
                current: at as u32 == subject,
            }
        })
        .collect();
    others.sort_by(|one, other| one.reference.cmp(&other.reference));
    if others.len() > 1 { others } else { Vec::new() }
}
