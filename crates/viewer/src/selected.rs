//! What a query selects of a run, and the figures of that.

use crate::arena::Wanted;
use crate::error::ViewError;
use crate::panel::{Change, Facts, Panelled};
use crate::query::{Effect, Query, Sort, terms};
use crate::run_data::RunData;
use foretell_analysis::{Estimate, Guesses, Inference, Observation, UnitSums};
use foretell_core::Outcome;
use foretell_stats::ClusterErrors;
use std::sync::Arc;

/// Level of the intervals, that of `foretell analyze` unasked.
pub(crate) const LEVEL: f64 = 0.95;

/// The figures of some observations.
#[derive(Debug)]
pub(crate) struct Figures {
    /// Distinct pairs with a scored observation.
    pub(crate) pairs: u64,
    /// Scored observations.
    pub(crate) observations: u64,
    /// Guesses that are missing although there is a target.
    pub(crate) left_out: u64,
    /// Distinct original texts among the pairs.
    pub(crate) clusters: u64,
    pub(crate) a_with: Option<f64>,
    pub(crate) a_without: Option<f64>,
    pub(crate) gain: Option<f64>,
    pub(crate) nsg: Estimate,
}

/// What a query selects.
pub(crate) struct Selected {
    pub(crate) panelled: Arc<Panelled>,
    /// The cases, in the order asked for.
    pub(crate) subjects: Vec<u32>,
    pub(crate) all: Figures,
    /// By the name of a reference.
    pub(crate) by_reference: Vec<(String, Figures)>,
    /// By the name of a predictor.
    pub(crate) by_predictor: Vec<(String, Figures)>,
    /// Cases that would be left by the other conditions and each effect.
    pub(crate) effects: [usize; Effect::ALL.len()],
    /// Cases whose reference switched, likewise.
    pub(crate) switched: usize,
}

/// Observations and errors, added up by pair.
#[derive(Clone)]
struct Sums {
    pairs: Vec<ClusterErrors>,
    left_out: u64,
}

impl Sums {
    fn new(guesses: &Guesses) -> Self {
        Self { pairs: vec![ClusterErrors::default(); guesses.pairs.len()], left_out: 0 }
    }

    fn add(&mut self, guesses: &Guesses, observation: &Observation, left_out: u64) {
        self.left_out += left_out;
        if !observation.is_scored() {
            return;
        }
        let pair = guesses.subjects[observation.subject as usize].pair as usize;
        let sums = &mut self.pairs[pair];
        sums.observations += 1.0;
        sums.treated += observation.treated_error();
        sums.baseline += observation.baseline_error();
    }

    /// The figures of `foretell analyze gain`, by its own formulas.
    fn figures(&self, guesses: &Guesses) -> Figures {
        let scored = || self.pairs.iter().enumerate().filter(|(_, sums)| sums.observations > 0.0);
        let sums = UnitSums::of_parts(scored().map(|(at, errors)| {
            let pair = &guesses.pairs[at];
            ([pair.original, pair.counterfactual], *errors)
        }));
        let inference = Inference::of(&sums.texts, LEVEL);
        let [a_with, a_without] = sums.accuracies().map(|figure| figure.map(|f| f.value()).ok());
        Figures {
            pairs: scored().count() as u64,
            observations: scored().map(|(_, sums)| sums.observations).sum::<f64>() as u64,
            left_out: self.left_out,
            clusters: sums.clusters(),
            a_with,
            a_without,
            gain: sums.gain().map(|figure| figure.value()).ok(),
            nsg: inference.estimate(&sums.nsg()),
        }
    }
}

/// Conditions on subjects, looked up once by number.
struct Conditions<'a> {
    guesses: &'a Guesses,
    query: &'a Query,
    pairs: Vec<bool>,
    reference: Option<u32>,
    predictor: Option<u32>,
    found: Vec<Found>,
}

/// Where one word or phrase stands.
struct Found {
    /// Subjects whose explanation holds it.
    explained: Vec<bool>,
    /// Pairs whose questions or name hold it.
    asked: Vec<bool>,
}

impl Found {
    /// Where each of the words and phrases of a search stands.
    fn all(run: &RunData, text: &str) -> Result<Vec<Self>, ViewError> {
        let terms = terms(text);
        if terms.is_empty() {
            return Ok(Vec::new());
        }
        let wanted: Vec<Wanted> = terms.iter().map(|term| Wanted::new(term)).collect();
        let explained = run.explanations()?.holding(&wanted)?;
        let found = terms.iter().zip(&wanted).zip(explained);
        Ok(found
            .map(|((term, wanted), explained)| Self::of(run, term, wanted, explained))
            .collect())
    }

    fn of(run: &RunData, term: &str, wanted: &Wanted, explained: Vec<bool>) -> Self {
        let guesses = &run.guesses;
        let questions = run.questions.holding(wanted);
        let lower = term.to_lowercase();
        let holds = |pair: &foretell_analysis::Pair| {
            [pair.original, pair.counterfactual].iter().any(|text| questions[*text as usize])
                || guesses.text(pair.id).to_lowercase().contains(&lower)
        };
        Self { explained, asked: guesses.pairs.iter().map(holds).collect() }
    }
}

/// The number of a model that no model has: a name that is not there selects nothing.
const NOBODY: u32 = u32::MAX;

impl<'a> Conditions<'a> {
    fn of(run: &'a RunData, query: &'a Query) -> Result<Self, ViewError> {
        let guesses = &run.guesses;
        let model = |name: &str| {
            let found = guesses.models.iter().position(|model| &*model.name == name);
            (!name.is_empty()).then(|| found.map_or(NOBODY, |at| at as u32))
        };
        let dataset = guesses.names.find(&query.dataset);
        let changed = guesses.names.find(&query.changed);
        let fits = |pair: &foretell_analysis::Pair| {
            (query.dataset.is_empty() || Some(pair.dataset) == dataset)
                && (query.changed.is_empty()
                    || pair.changed.iter().any(|name| Some(*name) == changed))
        };
        Ok(Self {
            guesses,
            query,
            pairs: guesses.pairs.iter().map(fits).collect(),
            reference: model(&query.reference),
            predictor: model(&query.predictor),
            found: Found::all(run, &query.text)?,
        })
    }

    fn keeps_subject(&self, number: u32) -> bool {
        let subject = &self.guesses.subjects[number as usize];
        let pair = subject.pair as usize;
        self.pairs[pair]
            && self.reference.is_none_or(|reference| subject.reference == reference)
            && self.found.iter().all(|found| found.asked[pair] || found.explained[number as usize])
    }

    /// Whether the treated guess became what is asked for.
    fn keeps_guess(&self, panelled: &Panelled, observation: &Observation) -> bool {
        let wanted = self.query.outcome.as_str();
        self.predictor.is_none_or(|predictor| observation.predictor == predictor)
            && (wanted.is_empty()
                || panelled.observations.slots(observation).iter().any(|slot| {
                    let guess = slot.treated.map(|at| &self.guesses.guesses[at as usize]);
                    guess.is_some_and(|guess| guess.outcome.as_str() == wanted)
                }))
    }
}

/// Whether the effect on a case or on one of its guesses is the one asked for.
fn shows(effect: Effect, facts: Facts, change: Change) -> bool {
    match effect {
        Effect::Helped => change == Change::Helped,
        Effect::Misled => change == Change::Misled,
        Effect::HelpedAll => facts.scored > 0 && facts.helped == facts.scored,
        Effect::MisledAll => facts.scored > 0 && facts.misled == facts.scored,
        Effect::Egregious => facts.egregious,
        Effect::BothRight => change == Change::BothRight,
        Effect::BothWrong => change == Change::BothWrong,
    }
}

impl Selected {
    /// What a query selects of a run.
    pub(crate) fn of(run: &RunData, query: &Query) -> Result<Self, ViewError> {
        let guesses = &run.guesses;
        let panelled = run.panelled(&query.contrast);
        let conditions = Conditions::of(run, query)?;
        let mut subjects = Vec::new();
        let (mut effects, mut switched) = ([0; Effect::ALL.len()], 0);
        let mut all = Sums::new(guesses);
        let mut parts = Parts::default();
        for number in 0..guesses.subjects.len() as u32 {
            if !conditions.keeps_subject(number) {
                continue;
            }
            let facts = panelled.facts(number);
            let subject = &guesses.subjects[number as usize];
            let as_asked = query.switched.is_none_or(|asked| subject.switched() == Some(asked));
            let (mut kept, mut otherwise, mut seen) = (false, false, [false; Effect::ALL.len()]);
            for observation in panelled.panel(number) {
                if !conditions.keeps_guess(&panelled, observation) {
                    continue;
                }
                let change = Change::of(observation);
                for (effect, seen) in Effect::ALL.into_iter().zip(&mut seen) {
                    *seen |= as_asked && shows(effect, facts, change);
                }
                if query.effect.is_some_and(|effect| !shows(effect, facts, change)) {
                    continue;
                }
                otherwise = true;
                if as_asked {
                    kept = true;
                    let left_out = missing(&panelled, guesses, observation);
                    all.add(guesses, observation, left_out);
                    parts.add(guesses, observation, left_out);
                }
            }
            effects.iter_mut().zip(seen).for_each(|(count, seen)| *count += usize::from(seen));
            switched += usize::from(otherwise && subject.switched() == Some(true));
            if kept {
                subjects.push(number);
            }
        }
        order(&mut subjects, query.sort, &panelled);
        let [by_reference, by_predictor] = parts.figures(run);
        let all = all.figures(guesses);
        Ok(Self { panelled, subjects, all, by_reference, by_predictor, effects, switched })
    }
}

/// Figures of some cases: of all, and by the name of a reference.
pub(crate) type OfCases = (Figures, Vec<(String, Figures)>);

impl Selected {
    /// The figures of some of the cases that `query` selects, by the same conditions on guesses.
    pub(crate) fn of_cases(
        &self,
        run: &RunData,
        query: &Query,
        subjects: impl IntoIterator<Item = u32>,
    ) -> Result<OfCases, ViewError> {
        let guesses = &run.guesses;
        // What is searched chooses cases and no guesses, and these are chosen.
        let query = Query { text: String::new(), ..query.clone() };
        let conditions = Conditions::of(run, &query)?;
        let (mut all, mut parts) = (Sums::new(guesses), Parts::default());
        for number in subjects {
            let facts = self.panelled.facts(number);
            for observation in self.panelled.panel(number) {
                let change = Change::of(observation);
                let shown = query.effect.is_none_or(|effect| shows(effect, facts, change));
                if shown && conditions.keeps_guess(&self.panelled, observation) {
                    let left_out = missing(&self.panelled, guesses, observation);
                    all.add(guesses, observation, left_out);
                    parts.add(guesses, observation, left_out);
                }
            }
        }
        let [by_reference, _] = parts.figures(run);
        Ok((all.figures(guesses), by_reference))
    }
}

/// The sums of each reference and of each predictor, by number.
#[derive(Default)]
struct Parts([Vec<Option<Sums>>; 2]);

impl Parts {
    fn add(&mut self, guesses: &Guesses, observation: &Observation, left_out: u64) {
        let reference = guesses.subjects[observation.subject as usize].reference;
        for (parts, model) in self.0.iter_mut().zip([reference, observation.predictor]) {
            if parts.is_empty() {
                parts.resize(guesses.models.len(), None);
            }
            let sums = parts[model as usize].get_or_insert_with(|| Sums::new(guesses));
            sums.add(guesses, observation, left_out);
        }
    }

    /// The figures by name.
    fn figures(self, run: &RunData) -> [Vec<(String, Figures)>; 2] {
        self.0.map(|parts| {
            let present = parts.into_iter().enumerate().filter_map(|(at, sums)| Some((at, sums?)));
            let figures = present
                .map(|(at, sums)| (run.model(at as u32).to_owned(), sums.figures(&run.guesses)));
            let mut figures: Vec<(String, Figures)> = figures.collect();
            figures.sort_by(|one, other| one.0.cmp(&other.0));
            figures
        })
    }
}

/// Guesses of an observation that are missing although there is a target.
fn missing(panelled: &Panelled, guesses: &Guesses, observation: &Observation) -> u64 {
    let subject = &guesses.subjects[observation.subject as usize];
    if subject.target_outcome != Outcome::Answered {
        return 0;
    }
    let observations = &panelled.observations;
    let sides =
        observations.slots(observation).iter().flat_map(|slot| [slot.treated, slot.baseline]);
    sides.filter(|place| observations.guess(*place).is_err()).count() as u64
}

fn order(subjects: &mut [u32], sort: Sort, panelled: &Panelled) {
    let key = |facts: Facts| match sort {
        Sort::Run => (0, false),
        Sort::Misled => (i32::from(facts.misled) - i32::from(facts.helped), facts.egregious),
        Sort::Helped => (i32::from(facts.helped) - i32::from(facts.misled), !facts.egregious),
    };
    if sort != Sort::Run {
        // Stable: what is alike stays in the order of the run.
        subjects.sort_by_key(|&subject| std::cmp::Reverse(key(panelled.facts(subject))));
    }
}
