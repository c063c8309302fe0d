//! The cases of a run under filters, with the figures of what is selected.

use super::{Page, Refused};
use crate::case::verdict;
use crate::figure::{Axis, Shown};
use crate::notice::notices;
use crate::panel::Facts;
use crate::query::{Effect, Query, Sort, segment};
use crate::run_data::RunData;
use crate::selected::Selected;
use crate::server::Viewer;
use crate::state::State;
use foretell_core::{count, counted};
use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;

/// Cases on a page.
pub(super) const ON_A_PAGE: usize = 50;

/// Letters of a question that stand in a list.
const EXCERPT: usize = 160;

/// One case in a list.
#[derive(Serialize)]
struct Line {
    href: String,
    pair: String,
    reference: String,
    repeat: u32,
    dataset: String,
    excerpt: String,
    changed: Vec<String>,
    original_answer: Option<String>,
    target: Option<String>,
    outcome: String,
    switched: bool,
    verdict: String,
    helped: u16,
    misled: u16,
    same: u16,
    scored: u16,
    egregious: bool,
}

/// One choice of a filter.
#[derive(Serialize)]
struct Choice {
    value: String,
    says: String,
    chosen: bool,
}

/// One filter: a name, its label and its choices.
#[derive(Serialize)]
struct Field {
    name: &'static str,
    label: &'static str,
    choices: Vec<Choice>,
}

/// A condition that narrows what is shown, with the number of cases it leaves.
#[derive(Serialize)]
struct Chip {
    says: String,
    count: String,
    /// None where it leaves nothing: only one that is on can then be chosen, to turn it off.
    href: Option<String>,
    chosen: bool,
}

impl Chip {
    fn new(says: &str, cases: usize, chosen: bool, href: String) -> Self {
        let href = (cases > 0 || chosen).then_some(href);
        Self { says: says.to_owned(), count: count(cases as u64), href, chosen }
    }
}

/// The page of a run's cases.
pub(crate) fn cases(viewer: &Viewer, id: &str, asked: &str) -> Result<Page, Refused> {
    let read = super::read_soon(viewer, id)?;
    let run = &read.data;
    let mut query = Query::read(asked);
    let selected = Selected::of(run, &query)?;
    let pages = selected.subjects.len().div_ceil(ON_A_PAGE).max(1);
    query.page = query.page.min(pages);
    let path = format!("/run/{}", segment(id));
    let first = (query.page - 1) * ON_A_PAGE;
    let shown = selected.subjects.iter().skip(first).take(ON_A_PAGE);
    let lines: Vec<Line> =
        shown.map(|subject| line(run, &path, &query, &selected, *subject)).collect();
    let turned = |page: usize| Query { page, ..query.clone() }.address(&path, &[]);
    let shown = [&selected.by_reference, &selected.by_predictor];
    let shown = shown.into_iter().flatten().map(|(_, figures)| figures);
    let axis = Axis::of(shown.chain([&selected.all]));
    let figures = Shown::of("all", &selected.all, axis);
    let parts = |parts: &[(String, crate::selected::Figures)]| -> Vec<Shown> {
        parts.iter().map(|(name, figures)| Shown::of(name, figures, axis)).collect()
    };
    let others = viewer.runs.list()?;
    let others: Vec<_> = others.iter().filter(|other| other.id != id).collect();
    let manifest = run.manifest();
    let slot = viewer.slot(id)?;
    let state = manifest.as_ref().map(|manifest| State::of(&slot.folder, manifest));
    let state = state.filter(|state| !matches!(state, State::Complete | State::Imported));
    let page = viewer.render(
        "cases",
        context! {
            run => id,
            path => &path,
            state => Serde(state.map(State::told)),
            name => manifest.map_or(id.to_owned(), |manifest| manifest.study.name),
            version => slot.version_of(read.stamp),
            poll => format!("{path}/version"),
            fields => Serde(fields(run, &query)),
            text => &query.text,
            sort => query.sort.as_str(),
            notices => notices(run, asked, &query),
            chips => Serde(chips(&path, &query, &selected)),
            conditions => query.conditions(),
            conditional => query.effect.is_some() || !query.outcome.is_empty(),
            clear => query.contrast_only().address(&path, &[]),
            found => counted(selected.subjects.len() as u64, "case"),
            all => count(run.guesses.subjects.len() as u64),
            arm => &query.contrast.arm,
            against => &query.contrast.against,
            figures => Serde(figures),
            by_reference => Serde(parts(&selected.by_reference)),
            by_predictor => Serde(parts(&selected.by_predictor)),
            lines => Serde(lines),
            first => first + 1,
            last => (first + ON_A_PAGE).min(selected.subjects.len()),
            page => query.page,
            pages => pages,
            previous => (query.page > 1).then(|| turned(query.page - 1)),
            next => (query.page < pages).then(|| turned(query.page + 1)),
            others => others.iter().map(|other| context! {
                id => &other.id,
                href => crate::query::address("/compare", [("left", id), ("right", &*other.id)]),
            }).collect::<Vec<_>>(),
        },
    )?;
    Ok(Page::html(page))
}

impl Query {
    fn contrast_only(&self) -> Self {
        Self { contrast: self.contrast.clone(), ..Self::default() }
    }
}

/// The address of a case within what is selected.
pub(super) fn case_address(run: &RunData, path: &str, query: &Query, subject: u32) -> String {
    let guesses = &run.guesses;
    let about = &guesses.subjects[subject as usize];
    let repeat = about.answer_repeat.to_string();
    let mut more =
        vec![("pair", &**guesses.pair_id(about.pair)), ("of", run.model(about.reference))];
    if let Some(explainer) = run.other_explainer(subject) {
        more.push(("explainer", explainer));
    }
    if about.answer_repeat > 0 {
        more.push(("repeat", &repeat));
    }
    Query { page: 1, ..query.clone() }.address(&format!("{path}/case"), &more)
}

fn line(run: &RunData, path: &str, query: &Query, selected: &Selected, subject: u32) -> Line {
    let guesses = &run.guesses;
    let about = &guesses.subjects[subject as usize];
    let pair = &guesses.pairs[about.pair as usize];
    let facts: Facts = selected.panelled.facts(subject);
    let text = |name| guesses.text(name).to_string();
    let changed = pair.changed.iter().map(|feature| {
        let feature = guesses.text(*feature);
        let value = |text| run.questions.value(text, feature);
        match (value(pair.original), value(pair.counterfactual)) {
            (Some(before), Some(after)) => format!("{feature}: {before} → {after}"),
            _ => feature.to_string(),
        }
    });
    Line {
        href: case_address(run, path, query, subject),
        pair: text(pair.id),
        reference: run.model(about.reference).to_owned(),
        repeat: about.answer_repeat,
        dataset: text(pair.dataset),
        excerpt: excerpt(&run.questions.get(pair.counterfactual).text),
        changed: changed.collect(),
        original_answer: about.original_answer.map(text),
        target: about.target.map(text),
        outcome: crate::case::outcome_in_words(about.target_outcome),
        switched: about.switched() == Some(true),
        verdict: verdict(facts),
        helped: facts.helped,
        misled: facts.misled,
        same: facts.scored - facts.helped - facts.misled,
        scored: facts.scored,
        egregious: facts.egregious,
    }
}

/// The beginning of a text on one line.
fn excerpt(text: &str) -> String {
    let mut words = text.split_whitespace().fold(String::new(), |mut line, word| {
        if line.len() < 4 * EXCERPT {
            line.push_str(word);
            line.push(' ');
        }
        line
    });
    if let Some((at, _)) = words.char_indices().nth(EXCERPT) {
        words.truncate(at);
        words.push('…');
    }
    words.trim_end().to_owned()
}

fn fields(run: &RunData, query: &Query) -> Vec<Field> {
    let choices = &run.choices;
    let field = |name, label, any: &str, values: &[String], chosen: &str| {
        let mut list = vec![Choice { value: String::new(), says: any.to_owned(), chosen: false }];
        let unknown = !chosen.is_empty() && !values.iter().any(|value| value == chosen);
        let chosen_alone = unknown.then(|| chosen.to_owned());
        list.extend(values.iter().cloned().chain(chosen_alone).map(|value| Choice {
            chosen: value == chosen,
            says: value.replace('_', if name == "outcome" { " " } else { "_" }),
            value,
        }));
        Field { name, label, choices: list }
    };
    let arm = |name, label, chosen: &str| {
        let list = choices.arms.iter().map(|arm| Choice {
            value: arm.clone(),
            says: arm.clone(),
            chosen: arm == chosen,
        });
        Field { name, label, choices: list.collect() }
    };
    let switched = [("yes", "it switched"), ("no", "it did not")];
    let mut list = vec![
        field("dataset", "Dataset", "every dataset", &choices.datasets, &query.dataset),
        field("reference", "Reference", "every reference", &choices.references, &query.reference),
        field("predictor", "Predictor", "every predictor", &choices.predictors, &query.predictor),
        field("changed", "Changed feature", "any feature", &choices.changed, &query.changed),
        field("outcome", "Outcome of the guess", "any outcome", &choices.outcomes, &query.outcome),
        Field {
            name: "effect",
            label: "The explanation",
            choices: any("did anything")
                .chain(Effect::ALL.into_iter().map(|effect| Choice {
                    value: effect.as_str().to_owned(),
                    says: effect.says().to_owned(),
                    chosen: query.effect == Some(effect),
                }))
                .collect(),
        },
        Field {
            name: "switched",
            label: "The reference's answer",
            choices: any("switched or not")
                .chain(switched.iter().map(|(value, says)| Choice {
                    value: (*value).to_owned(),
                    says: (*says).to_owned(),
                    chosen: query.switched == Some(*value == "yes"),
                }))
                .collect(),
        },
        arm("arm", "Arm", &query.contrast.arm),
        arm("against", "Against", &query.contrast.against),
        Field {
            name: "sort",
            label: "Order",
            choices: Sort::ALL
                .into_iter()
                .map(|sort| Choice {
                    value: sort.as_str().to_owned(),
                    says: sort.says().to_owned(),
                    chosen: query.sort == sort,
                })
                .collect(),
        },
    ];
    // A filter with one choice filters nothing.
    list.retain(|field| {
        field.choices.len() > 1
            && !(field.name != "sort"
                && field.choices.len() == 2
                && field.choices[0].value.is_empty()
                && !field.choices[1].chosen)
    });
    list
}

fn any(says: &str) -> impl Iterator<Item = Choice> {
    std::iter::once(Choice { value: String::new(), says: says.to_owned(), chosen: false })
}

fn chips(path: &str, query: &Query, selected: &Selected) -> Vec<Chip> {
    let shortcuts =
        [Effect::MisledAll, Effect::HelpedAll, Effect::Egregious, Effect::Misled, Effect::Helped];
    let effects = shortcuts.into_iter().map(|effect| {
        let chosen = query.effect == Some(effect);
        let other = Query { effect: (!chosen).then_some(effect), page: 1, ..query.clone() };
        let place = Effect::ALL.iter().position(|known| *known == effect);
        let cases = selected.effects[place.expect("all effects are listed")];
        Chip::new(effect.says(), cases, chosen, other.address(path, &[]))
    });
    let chosen = query.switched == Some(true);
    let other = Query { switched: (!chosen).then_some(true), page: 1, ..query.clone() };
    let href = other.address(path, &[]);
    let switched = Chip::new("the reference switched", selected.switched, chosen, href);
    effects.chain([switched]).collect()
}
