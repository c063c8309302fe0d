//! From drafts to questions and pairs: labels, ground truths, ids, and what is there already.

use super::draft::{Draft, Side};
use super::fault::{FaultKind, RowFault, excerpt};
use super::shared_labels::shared_labels;
use super::truth::label_of;
use crate::cards::Cards;
use crate::error::DataError;
use foretell_core::{AnswerOrder, Labels, Pair, PairId, Question, QuestionId, TextId};
use std::collections::{BTreeMap, HashMap, HashSet};

/// What drafts become.
#[derive(Debug, Default)]
pub(super) struct Assembled {
    pub(super) questions: Vec<Question>,
    pub(super) pairs: Vec<Pair>,
    /// The row of each of `pairs`.
    pub(super) rows: Vec<u64>,
    pub(super) notes: Vec<String>,
}

/// What holds for all drafts.
pub(super) struct Setting<'a> {
    pub(super) cards: &'a Cards,
    pub(super) digest: &'a [u8],
    pub(super) source_name: &'a str,
    /// Where positions of ground truths begin.
    pub(super) answers_from: usize,
    /// Whether questions without labels are an error.
    pub(super) needs_labels: bool,
}

/// Makes drafts into questions and pairs, and adds the rows that become neither to `faults`.
///
/// # Errors
/// [`DataError::LabelsOfCard`], [`DataError::BadLabels`] and [`DataError::NoLabels`].
pub(super) fn assemble(
    drafts: Vec<Draft>,
    setting: &Setting<'_>,
    faults: &mut Vec<RowFault>,
) -> Result<Assembled, DataError> {
    let (shared, notes) = shared_labels(&drafts, setting)?;
    let mut maker = Maker {
        setting,
        shared,
        names: Names::default(),
        sources: BTreeMap::new(),
        places: HashMap::new(),
        known: HashSet::new(),
        made: Assembled { notes, ..Assembled::default() },
    };
    for draft in drafts {
        if let Err(fault) = maker.add(draft, faults) {
            faults.push(fault);
        }
    }
    let mut made = maker.made;
    if maker.names.split_clusters > 0 {
        made.notes.push(format!(
            "clusters of the file with several original texts: {} (a cluster of the analysis has one)",
            maker.names.split_clusters
        ));
    }
    if maker.names.split_texts > 0 {
        made.notes.push(format!(
            "texts under several ids, as their ground truths or labels differ: {}",
            maker.names.split_texts
        ));
    }
    Ok(made)
}

/// Names for the questions that have none: of a dataset, of a cluster, or of an original's
/// counterfactuals.
#[derive(Default)]
struct Names {
    groups: HashMap<(String, Group), Places>,
    /// Clusters with several original texts.
    split_clusters: usize,
    /// Texts of which two questions differ in ground truth or labels.
    split_texts: usize,
}

/// What names are given within.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Group {
    Dataset,
    Cluster(String),
    /// The counterfactuals of the original of that index.
    Original(String),
}

/// The names of one group, by number.
#[derive(Default)]
struct Places {
    next: usize,
    of_text: HashMap<TextId, Vec<usize>>,
}

impl Group {
    fn index(&self, place: usize) -> String {
        match self {
            Self::Dataset => place.to_string(),
            Self::Cluster(cluster) if place == 0 => cluster.clone(),
            Self::Cluster(cluster) => format!("{cluster}-{}", place + 1),
            Self::Original(original) => format!("{original}.{}", place + 1),
        }
    }
}

impl Names {
    /// The numbers that questions of that text have in a group.
    fn places(&self, key: &(String, Group), text_id: &TextId) -> Vec<usize> {
        let places = self.groups.get(key).and_then(|places| places.of_text.get(text_id));
        places.cloned().unwrap_or_default()
    }

    /// A new number for a question of that text.
    fn next(&mut self, key: (String, Group), text_id: TextId) -> usize {
        let is_cluster = matches!(key.1, Group::Cluster(_));
        let places = self.groups.entry(key).or_default();
        let place = places.next;
        places.next += 1;
        let of_text = places.of_text.entry(text_id).or_default();
        of_text.push(place);
        self.split_texts += usize::from(of_text.len() == 2);
        let first = of_text.len() == 1;
        self.split_clusters += usize::from(is_cluster && first && places.of_text.len() == 2);
        place
    }
}

struct Maker<'a> {
    setting: &'a Setting<'a>,
    shared: BTreeMap<String, Vec<String>>,
    names: Names,
    sources: BTreeMap<String, String>,
    places: HashMap<QuestionId, usize>,
    known: HashSet<PairId>,
    made: Assembled,
}

impl Maker<'_> {
    fn add(&mut self, draft: Draft, faults: &mut Vec<RowFault>) -> Result<(), RowFault> {
        let source = self.source(&draft.dataset);
        let mut original = self.question(&draft, &draft.original, &source)?;
        let own = draft.original.id.as_deref();
        let group = draft.cluster.clone().map_or(Group::Dataset, Group::Cluster);
        let Some(side) = &draft.counterfactual else {
            self.name(&draft, &mut original, own, group);
            return self.add_question(&draft, original);
        };
        let mut counterfactual = self.question(&draft, side, &source)?;
        // Before names are given: a row that is left out takes none.
        if original.text_id == counterfactual.text_id {
            let reason = "original and counterfactual are the same text".to_owned();
            return Err(fault(&draft, FaultKind::SameText, &original.text, reason));
        }
        let index = self.name(&draft, &mut original, own, group);
        let group = if own.is_none() && draft.cluster.is_none() {
            Group::Dataset
        } else {
            Group::Original(index)
        };
        let other = self.name(&draft, &mut counterfactual, side.id.as_deref(), group);
        for question in [&original, &counterfactual] {
            self.check(&draft, question)?;
        }
        if original.question_id == counterfactual.question_id {
            let reason = format!("`{}` is the id of both questions", original.question_id);
            return Err(fault(&draft, FaultKind::IdConflict, &other, reason));
        }
        for &order in &draft.orders {
            let pair = pair(&draft, &original, &counterfactual, &other, order);
            if !self.known.insert(pair.pair_id.clone()) {
                let reason = format!("`{}` stands there already", pair.pair_id);
                faults.push(fault(&draft, FaultKind::Repeated, pair.pair_id.as_str(), reason));
                continue;
            }
            self.made.pairs.push(pair);
            self.made.rows.push(draft.row);
        }
        self.keep(original);
        self.keep(counterfactual);
        Ok(())
    }

    /// Gives a question its id: that of the file; else that of the same question in its group, which
    /// equal texts with other ground truths are not; else a new one.
    fn name(
        &mut self,
        draft: &Draft,
        question: &mut Question,
        own: Option<&str>,
        group: Group,
    ) -> String {
        if let Some(own) = own {
            name(question, own);
            return own.to_owned();
        }
        let key = (draft.dataset.clone(), group);
        for place in self.names.places(&key, &question.text_id) {
            let index = key.1.index(place);
            name(question, &index);
            if self.check(draft, question).is_ok() {
                return index;
            }
        }
        let group = key.1.clone();
        let index = group.index(self.names.next(key, question.text_id.clone()));
        name(question, &index);
        index
    }

    fn add_question(&mut self, draft: &Draft, question: Question) -> Result<(), RowFault> {
        self.check(draft, &question)?;
        if self.places.contains_key(&question.question_id) {
            let reason = format!("question `{}` stands there already", question.question_id);
            return Err(fault(draft, FaultKind::Repeated, &question.text, reason));
        }
        self.keep(question);
        Ok(())
    }

    fn source(&mut self, dataset: &str) -> String {
        let make = || self.setting.cards.source(dataset, self.setting.digest);
        self.sources.entry(dataset.to_owned()).or_insert_with(make).clone()
    }

    /// A question without an id, with its labels, and its ground truth as its labels write it.
    fn question(&self, draft: &Draft, side: &Side, source: &str) -> Result<Question, RowFault> {
        let written = side.labels.as_ref().or_else(|| self.shared.get(&draft.dataset));
        let written = written.expect("checked by `shared_labels`").clone();
        let labels = match &written[..] {
            [] => None,
            some => Some(Labels::new(some.iter().cloned()).map_err(|error| {
                fault(draft, FaultKind::BadLabels, &written.join(", "), error.to_string())
            })?),
        };
        let ground_truth = match (&side.truth, &labels) {
            // A ground truth is a label.
            (None, _) | (_, None) => None,
            (Some(truth), Some(labels)) => {
                let found = label_of(truth, labels, &side.options, self.setting.answers_from);
                Some(found.ok_or_else(|| RowFault {
                    column: side.truth_column.clone(),
                    ..fault(
                        draft,
                        FaultKind::LabelNotInSet,
                        truth,
                        format!("`{}` is not one of {}", excerpt(truth), labels.listed()),
                    )
                })?)
            }
        };
        Ok(Question {
            question_id: QuestionId::from(String::new()),
            text_id: TextId::of(&draft.dataset, &side.text),
            dataset: draft.dataset.clone(),
            source: source.to_owned(),
            row: None,
            text: side.text.clone(),
            labels: written,
            options: side.options.clone(),
            ground_truth,
            features: side.features.clone(),
            prompt_first: None,
            prompt_last: None,
        })
    }

    /// Whether a question of the same id, if there is one, is the same question.
    fn check(&self, draft: &Draft, question: &Question) -> Result<(), RowFault> {
        let Some(&place) = self.places.get(&question.question_id) else { return Ok(()) };
        let known = &self.made.questions[place];
        let truths = [&known.ground_truth, &question.ground_truth];
        let differs = if known.text_id != question.text_id {
            "text"
        } else if known.labels != question.labels {
            "labels"
        } else if truths.iter().all(|truth| truth.is_some()) && truths[0] != truths[1] {
            "ground truth"
        } else {
            return Ok(());
        };
        let id = question.question_id.as_str();
        let reason = format!("an earlier row has another {differs} for question `{id}`");
        Err(fault(draft, FaultKind::IdConflict, id, reason))
    }

    fn keep(&mut self, question: Question) {
        let Some(&place) = self.places.get(&question.question_id) else {
            self.places.insert(question.question_id.clone(), self.made.questions.len());
            return self.made.questions.push(question);
        };
        let known = &mut self.made.questions[place];
        known.ground_truth = known.ground_truth.take().or(question.ground_truth);
    }
}

/// Gives a question its id, and its row where the id is a number.
fn name(question: &mut Question, index: &str) {
    question.question_id = QuestionId::new(&question.dataset, index);
    let number: Option<i64> = index.parse().ok();
    question.row = number.filter(|number| *number >= 0 && number.to_string() == index);
}

fn pair(
    draft: &Draft,
    original: &Question,
    counterfactual: &Question,
    index: &str,
    order: AnswerOrder,
) -> Pair {
    Pair {
        // All of the second index: `PairId::new` takes what follows its last `/`.
        pair_id: PairId::from(format!("{}>{index}:{order}", original.question_id)),
        dataset: draft.dataset.clone(),
        original_id: original.question_id.clone(),
        counterfactual_id: counterfactual.question_id.clone(),
        original_row: original.row,
        counterfactual_row: counterfactual.row,
        original_text_id: original.text_id.clone(),
        counterfactual_text_id: counterfactual.text_id.clone(),
        answer_order: order,
        distance: draft.distance,
        changed: draft.changed.clone(),
        generator: draft.generator.clone(),
        method: draft.method.clone(),
        generator_reply_key: None,
        cue_label: None,
    }
}

fn fault(draft: &Draft, kind: FaultKind, value: &str, reason: String) -> RowFault {
    RowFault { row: draft.row, line: draft.line, kind, column: None, value: excerpt(value), reason }
}
