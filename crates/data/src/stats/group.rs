//! The figures of a set of pairs, whole and by group.

use super::graph::Graph;
use super::summary::Summary;
use crate::pair_set::{PairSet, Reason};
use foretell_core::{
    AnswerOrder, Pair, Question, QuestionId, TextId, Vocabulary, bleu_of, jaccard_of,
};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap, HashSet};

/// What is in a set of pairs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairStats {
    /// What was read.
    pub source: String,
    /// Rows read, or scenarios drawn.
    pub rows: u64,
    /// Rows left out because original and counterfactual are the same text.
    pub identical_texts: usize,
    /// Rows left out because an earlier one has the same ids and answer order.
    pub repeated_pairs: usize,
    /// Rows left out because a text is missing.
    pub missing_texts: usize,
    /// All pairs.
    pub overall: GroupStats,
    /// The pairs of each dataset, by name.
    pub datasets: Vec<DatasetStats>,
    /// The pairs of each generator and method.
    pub methods: Vec<MethodStats>,
}

/// The pairs of one dataset.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DatasetStats {
    /// The dataset.
    pub dataset: String,
    /// Its pairs.
    pub stats: GroupStats,
}

/// The pairs of one generator and method.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MethodStats {
    /// What made the counterfactuals, where it is known.
    pub generator: Option<String>,
    /// By which method, where it is known.
    pub method: Option<String>,
    /// Its pairs.
    pub stats: GroupStats,
}

/// The figures of a group of pairs. A text is one of a dataset: equal texts of two datasets are two.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupStats {
    /// Pairs: both answer orders of one are two.
    pub pairs: usize,
    /// Different ids of questions.
    pub questions: usize,
    /// Different ids of originals.
    pub clusters_by_id: usize,
    /// Different texts of originals.
    pub clusters_by_text: usize,
    /// Different texts.
    pub texts: usize,
    /// Different texts of counterfactuals.
    pub counterfactual_texts: usize,
    /// Texts that are an original of the group and a counterfactual of it.
    pub texts_on_both_sides: usize,
    /// Pairs whose counterfactual is also an original.
    pub counterfactual_is_original: usize,
    /// Those of them whose counterfactual is an original in the same answer order.
    pub counterfactual_is_original_in_order: usize,
    /// Texts that stand in more than one cluster (an original and its counterfactuals).
    pub texts_in_several_clusters: usize,
    /// Connected components of the graph whose nodes are texts and whose edges are pairs.
    pub components: usize,
    /// Pairs of the largest of them.
    pub largest_component_pairs: usize,
    /// Pairs by number of features that differ.
    pub distances: BTreeMap<i64, usize>,
    /// Pairs without such a number.
    pub without_distance: usize,
    /// Pairs of which both true labels are known.
    pub truths_known: usize,
    /// Those of them whose true labels differ.
    pub label_flips: usize,
    /// Pairs that ask for the answer first.
    pub answer_first: usize,
    /// Pairs that ask for the answer last.
    pub answer_last: usize,
    /// Words of the original: what white space separates.
    pub words_original: Option<Summary>,
    /// Words of the counterfactual.
    pub words_counterfactual: Option<Summary>,
    /// Token Jaccard index of original and counterfactual.
    pub jaccard: Option<Summary>,
    /// Sentence BLEU of the counterfactual against the original.
    pub bleu: Option<Summary>,
}

/// What is measured of one pair.
struct Measured<'a> {
    pair: &'a Pair,
    edge: [usize; 2],
    words: [f64; 2],
    truths: [Option<&'a str>; 2],
    jaccard: Option<f64>,
    bleu: Option<f64>,
}

/// Counts and measures a set of pairs, in time linear in its text.
///
/// # Examples
/// ```
/// use foretell_data::{Cards, PairOptions, load_pairs, pair_stats};
/// let options = PairOptions { scenarios: 500, ..PairOptions::default() };
/// let set = load_pairs(&["moral_machines".to_owned()], &Cards::embedded(), &options)?;
/// let stats = pair_stats(&set);
/// assert_eq!(stats.overall.pairs, set.pairs.len());
/// assert_eq!(stats.datasets[0].dataset, "moral_machines");
/// # Ok::<(), foretell_data::DataError>(())
/// ```
///
/// # Panics
/// If a pair names a question that the set does not hold, which no reader of pairs makes.
#[must_use]
pub fn pair_stats(set: &PairSet) -> PairStats {
    let measured = measure(set);
    let mut datasets: BTreeMap<&str, Vec<&Measured<'_>>> = BTreeMap::new();
    let mut methods: BTreeMap<(Option<&str>, Option<&str>), Vec<&Measured<'_>>> = BTreeMap::new();
    for one in &measured {
        datasets.entry(&one.pair.dataset).or_default().push(one);
        let key = (one.pair.generator.as_deref(), one.pair.method.as_deref());
        methods.entry(key).or_default().push(one);
    }
    let left_out = |reason: Reason| {
        let of = set.report.left_out.iter().filter(|left| left.reason == reason);
        of.map(|left| left.rows.len()).sum()
    };
    PairStats {
        source: set.report.source.clone(),
        rows: set.report.rows,
        identical_texts: left_out(Reason::SameText),
        repeated_pairs: left_out(Reason::RepeatedPair),
        missing_texts: left_out(Reason::MissingText),
        overall: describe(&measured.iter().collect::<Vec<_>>()),
        datasets: datasets
            .into_iter()
            .map(|(dataset, part)| DatasetStats {
                dataset: dataset.to_owned(),
                stats: describe(&part),
            })
            .collect(),
        methods: methods
            .into_iter()
            .map(|((generator, method), part)| MethodStats {
                generator: generator.map(str::to_owned),
                method: method.map(str::to_owned),
                stats: describe(&part),
            })
            .collect(),
    }
}

fn measure(set: &PairSet) -> Vec<Measured<'_>> {
    let mut vocabulary = Vocabulary::default();
    let mut numbers: HashMap<&TextId, usize> = HashMap::new();
    let mut tokens: Vec<Vec<u32>> = Vec::new();
    let mut known: HashMap<&QuestionId, (&Question, usize)> = HashMap::new();
    for question in &set.questions {
        let number = *numbers.entry(&question.text_id).or_insert_with(|| {
            tokens.push(vocabulary.tokens(&question.text));
            tokens.len() - 1
        });
        known.insert(&question.question_id, (question, number));
    }
    let of = |pair| measured(pair, &known, &tokens);
    set.pairs.iter().map(of).collect()
}

fn measured<'a>(
    pair: &'a Pair,
    known: &HashMap<&QuestionId, (&'a Question, usize)>,
    tokens: &[Vec<u32>],
) -> Measured<'a> {
    let [original, counterfactual] =
        [&pair.original_id, &pair.counterfactual_id].map(|id| known[id]);
    let edge = [original.1, counterfactual.1];
    let [a, b] = edge.map(|text| tokens[text].as_slice());
    let words = |question: &Question| question.text.split_whitespace().count() as f64;
    Measured {
        pair,
        edge,
        words: [words(original.0), words(counterfactual.0)],
        truths: [original.0, counterfactual.0].map(|question| question.ground_truth.as_deref()),
        jaccard: jaccard_of(a, b),
        bleu: bleu_of(a, b),
    }
}

fn describe(part: &[&Measured<'_>]) -> GroupStats {
    let graph = graph_of(part);
    let ids = |of: fn(&Pair) -> &QuestionId| {
        part.iter().map(|one| of(one.pair)).collect::<HashSet<&QuestionId>>()
    };
    let (originals, counterfactuals) =
        (ids(|pair| &pair.original_id), ids(|pair| &pair.counterfactual_id));
    let asked: HashSet<(usize, AnswerOrder)> =
        part.iter().map(|one| (one.edge[0], one.pair.answer_order)).collect();
    let mut distances = BTreeMap::new();
    for distance in part.iter().filter_map(|one| one.pair.distance) {
        *distances.entry(distance).or_default() += 1;
    }
    let known: Vec<[&str; 2]> =
        part.iter().filter_map(|one| Some([one.truths[0]?, one.truths[1]?])).collect();
    let first = part.iter().filter(|one| one.pair.answer_order == AnswerOrder::First).count();
    let summary = |value: &dyn Fn(&Measured<'_>) -> Option<f64>| {
        Summary::of(part.iter().filter_map(|one| value(one)).collect())
    };
    GroupStats {
        pairs: part.len(),
        questions: originals.union(&counterfactuals).count(),
        clusters_by_id: originals.len(),
        clusters_by_text: graph.originals,
        texts: graph.texts,
        counterfactual_texts: graph.counterfactuals,
        texts_on_both_sides: graph.both_sides,
        counterfactual_is_original: graph.onto_originals,
        counterfactual_is_original_in_order: part
            .iter()
            .filter(|one| asked.contains(&(one.edge[1], one.pair.answer_order)))
            .count(),
        texts_in_several_clusters: graph.in_several_clusters,
        components: graph.components,
        largest_component_pairs: graph.largest,
        without_distance: part.iter().filter(|one| one.pair.distance.is_none()).count(),
        distances,
        truths_known: known.len(),
        label_flips: known.iter().filter(|[a, b]| a != b).count(),
        answer_first: first,
        answer_last: part.len() - first,
        words_original: summary(&|one| Some(one.words[0])),
        words_counterfactual: summary(&|one| Some(one.words[1])),
        jaccard: summary(&|one| one.jaccard),
        bleu: summary(&|one| one.bleu),
    }
}

/// The graph of a group, its texts numbered anew so that a small group costs little.
fn graph_of(part: &[&Measured<'_>]) -> Graph {
    let mut numbers: HashMap<usize, usize> = HashMap::new();
    let mut edges = Vec::with_capacity(part.len());
    for one in part {
        edges.push(one.edge.map(|text| {
            let next = numbers.len();
            *numbers.entry(text).or_insert(next)
        }));
    }
    Graph::of(&edges, numbers.len())
}
