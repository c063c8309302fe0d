//! What a run says of one reference, as columns of the wide layout.

use super::export::RunTables;
use super::export_rows::{
    Columns, OwnGuess, OwnGuesses, OwnPair, OwnQuestion, OwnReply, PairPart, Parsed, ReplyPart,
    arm_columns, pair_columns, reply_columns,
};
use crate::error::StudyError;
use arrow_array::{ArrayRef, Int64Array, StringArray};
use arrow_schema::{DataType, Field};
use foretell_core::{AnswerOrder, Outcome, QuestionId};
use foretell_tables::{AnswerRow, ModelRow, PairRow, PredictionRow, QuestionRow, TableError, read};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// The guesses about one reference: by arm and predictor, then by pair.
#[derive(Default)]
pub(super) struct Guesses(BTreeMap<(usize, usize), HashMap<String, PredictionRow>>);

impl Guesses {
    pub(super) fn len_all(&self) -> u64 {
        self.0.values().map(|table| table.len() as u64).sum()
    }

    fn of(&self, arm: usize, predictor: usize, pair: &str) -> Option<&PredictionRow> {
        self.0.get(&(arm, predictor))?.get(pair)
    }
}

/// What one reference said, and what was guessed of it.
pub(super) struct Said {
    reference: String,
    answers: HashMap<(QuestionId, AnswerOrder), Vec<AnswerRow>>,
    pub(super) guesses: Guesses,
    pub(super) repeats: u64,
    pub(super) of_others: u64,
}

impl Said {
    pub(super) fn read(run: &RunTables<'_>, reference: &str) -> Result<Self, StudyError> {
        let mut answers: HashMap<_, Vec<AnswerRow>> = HashMap::new();
        for row in read::<AnswerRow>(&run.layout.answers(reference))? {
            answers.entry((row.question_id.clone(), row.answer_order)).or_default().push(row);
        }
        answers.values_mut().for_each(|rows| rows.sort_by_key(|row| row.repeat));
        let (mut repeats, mut of_others) = (0, 0);
        let mut guesses = Guesses::default();
        for (arm, name) in run.arms.iter().enumerate() {
            for (predictor, who) in run.predictors.iter().enumerate() {
                let path = run.layout.predictions(reference, who, name);
                if !path.exists() {
                    continue;
                }
                let mut table = HashMap::new();
                for row in read::<PredictionRow>(&path)? {
                    if row.explainer != reference {
                        of_others += 1;
                    } else if table.contains_key(row.pair_id.as_str()) {
                        repeats += 1;
                    } else {
                        table.insert(row.pair_id.to_string(), row);
                    }
                }
                guesses.0.insert((arm, predictor), table);
            }
        }
        Ok(Self { reference: reference.to_owned(), answers, guesses, repeats, of_others })
    }

    pub(super) fn has(&self, pair: &str) -> bool {
        self.guesses.0.values().any(|table| table.contains_key(pair))
    }

    /// Whether both questions of a pair were asked.
    pub(super) fn answered(&self, pair: &PairRow) -> bool {
        let key = |id: &QuestionId| (id.clone(), pair.answer_order);
        self.guesses.0.is_empty()
            && self.answers.contains_key(&key(&pair.original_id))
            && self.answers.contains_key(&key(&pair.counterfactual_id))
    }

    /// The replies to both sides of a pair: those that its guesses name, else the first.
    fn replies(&self, pair: &PairRow) -> [Option<&AnswerRow>; 2] {
        let id = pair.pair_id.as_str();
        let mut rows = self.guesses.0.values().filter_map(|table| table.get(id));
        let target = rows.clone().find_map(|row| row.target_reply.as_deref());
        let shown =
            rows.find_map(|row| row.shown_reply.as_deref().filter(|_| row.donor_id.is_none()));
        [(&pair.original_id, shown), (&pair.counterfactual_id, target)].map(|(id, key)| {
            let replies = self.answers.get(&(id.clone(), pair.answer_order))?;
            let named = replies.iter().find(|row| key.is_some() && row.reply_key.as_deref() == key);
            named.or(replies.first())
        })
    }

    pub(super) fn columns(
        &self,
        run: &RunTables<'_>,
        pairs: &[&PairRow],
    ) -> Result<Vec<Columns>, StudyError> {
        let parts: Vec<PairPart> = pairs.iter().map(|pair| self.pair_part(run, pair)).collect();
        let model = run.models.iter().find(|row| row.name == self.reference);
        let mut groups = vec![made(pair_columns(&parts))?, indices(run, pairs)];
        let replies: Vec<_> = pairs.iter().map(|pair| self.replies(pair)).collect();
        for side in 0..2 {
            let part =
                |both: &[Option<&AnswerRow>; 2]| reply_part(both[side], &self.reference, model);
            let rows: Vec<ReplyPart<OwnReply>> = replies.iter().map(part).collect();
            groups.push(made(reply_columns(&rows, side))?);
        }
        for (at, arm) in run.arms.iter().enumerate() {
            let rows: Vec<ReplyPart<OwnGuesses>> =
                pairs.iter().map(|pair| self.arm_part(run, at, pair.pair_id.as_str())).collect();
            groups.push(made(arm_columns(&rows, arm))?);
        }
        Ok(groups)
    }

    fn pair_part(&self, run: &RunTables<'_>, pair: &PairRow) -> PairPart {
        let [original, counterfactual] = sides(run, pair);
        let prompt = |row: &QuestionRow| match pair.answer_order {
            AnswerOrder::First => row.prompt_first.clone(),
            AnswerOrder::Last => row.prompt_last.clone(),
        };
        let options = |row: &QuestionRow| Some(row.options.clone()).filter(|list| !list.is_empty());
        let key = (self.reference.clone(), pair.pair_id.to_string());
        let score = run.scores.get(&key);
        PairPart {
            original_dataset: pair.dataset.clone(),
            original_question: original.text.clone(),
            original_question_prompt: prompt(original),
            original_ground_truth: original.ground_truth.clone(),
            original_answer_first: pair.answer_order == AnswerOrder::First,
            original_description: original.text.clone(),
            original_question_options: options(original),
            counterfactual_generator_model: pair.generator.clone(),
            counterfactual_generator_method: pair.method.clone(),
            counterfactual_question: counterfactual.text.clone(),
            counterfactual_question_prompt: prompt(counterfactual),
            counterfactual_ground_truth: counterfactual.ground_truth.clone(),
            counterfactual_description: counterfactual.text.clone(),
            counterfactual_hamming_distance: pair.distance.map(|distance| distance as f64),
            counterfactual_question_options: options(counterfactual),
            counterfactual_changed_features: pair.changed.clone(),
            counterfactual_predictor_counterfactual_testability_score: score.map(|score| score.0),
            counterfactual_predictor_counterfactual_testability_cot: score
                .and_then(|score| score.1.clone()),
            foretell_pair: OwnPair {
                pair_id: pair.pair_id.to_string(),
                generator_reply_key: pair.generator_reply_key.clone(),
                cue_label: pair.cue_label.clone(),
            },
            foretell_original: own_question(original),
            foretell_counterfactual: own_question(counterfactual),
            ..PairPart::default()
        }
    }

    fn arm_part(&self, run: &RunTables<'_>, arm: usize, pair: &str) -> ReplyPart<OwnGuesses> {
        let tables =
            (0..run.predictors.len()).filter(|at| self.guesses.0.contains_key(&(arm, *at)));
        let rows: Vec<(usize, Option<&PredictionRow>)> =
            tables.map(|at| (at, self.guesses.of(arm, at, pair))).collect();
        if rows.iter().all(|(_, row)| row.is_none()) {
            return ReplyPart::default();
        }
        let first = rows.first().and_then(|(at, row)| Some((&run.predictors[*at], (*row)?)));
        let model = first.and_then(|(name, _)| run.models.iter().find(|row| row.name == **name));
        let whole = first.map(|(_, row)| row);
        let label = |row: &Option<&PredictionRow>| row.and_then(|row| row.answer.clone());
        ReplyPart {
            cot: None,
            parsed_response: whole
                .filter(|row| row.outcome == Outcome::Answered || row.confidence.is_some())
                .map(|row| Parsed {
                    answer: row.answer.clone(),
                    confidence: row.confidence.clone(),
                    ..Parsed::default()
                }),
            answer: whole.and_then(|row| row.answer.clone()),
            model_info_model: first.map(|(name, _)| name.clone()),
            model_info_temperature: model.and_then(|row| row.temperature),
            model_info_max_tokens: model.and_then(|row| row.max_tokens),
            model_info_thinking: model.and_then(|row| row.effort.clone()),
            predictor_answers: Some(rows.iter().map(|(_, row)| label(row)).collect()),
            predictor_names: Some(rows.iter().map(|(at, _)| run.predictors[*at].clone()).collect()),
            input_tokens: whole.and_then(|row| row.input_tokens),
            reasoning_tokens: whole.and_then(|row| row.reasoning_tokens),
            output_tokens: whole.and_then(|row| row.output_tokens),
            foretell: Some(rows.iter().map(|(_, row)| row.map(own_guess)).collect()),
            ..ReplyPart::default()
        }
    }
}

fn sides<'a>(run: &'a RunTables<'_>, pair: &PairRow) -> [&'a QuestionRow; 2] {
    [&pair.original_id, &pair.counterfactual_id].map(|id| &run.questions[run.by_id[id]])
}

/// The numbers of questions within their dataset: integers, if all of them are.
fn indices(run: &RunTables<'_>, pairs: &[&PairRow]) -> Columns {
    let index = |pair: &PairRow, side: usize| {
        let row = sides(run, pair)[side];
        let rest = row.question_id.as_str().strip_prefix(row.dataset.as_str());
        rest.and_then(|rest| rest.strip_prefix('/')).unwrap_or(row.question_id.as_str()).to_owned()
    };
    // Of all pairs of the run: every reference's rows have the same types.
    let number = |text: &str| text.parse::<i64>().ok().filter(|number| number.to_string() == text);
    let all = || run.pairs.iter().flat_map(|pair| [index(pair, 0), index(pair, 1)]);
    let numbers = all().all(|text| number(&text).is_some());
    let column = |side: usize| {
        let texts: Vec<String> = pairs.iter().map(|pair| index(pair, side)).collect();
        let name = format!("{}_question_idx", super::columns::SIDES[side]);
        if numbers {
            let values: Int64Array = texts.iter().map(|text| number(text)).collect();
            (Field::new(name, DataType::Int64, true), Arc::new(values) as ArrayRef)
        } else {
            let values = StringArray::from_iter_values(texts);
            (Field::new(name, DataType::Utf8, true), Arc::new(values) as ArrayRef)
        }
    };
    vec![column(0), column(1)]
}

fn own_question(row: &QuestionRow) -> OwnQuestion {
    OwnQuestion {
        question_id: row.question_id.to_string(),
        source: row.source.clone(),
        row: row.row,
        labels: row.labels.clone(),
        feature_names: row.features.iter().map(|feature| feature.name.clone()).collect(),
        feature_values: row.features.iter().map(|feature| feature.value.clone()).collect(),
        prompt_first: row.prompt_first.clone(),
        prompt_last: row.prompt_last.clone(),
    }
}

/// A name as the paper's files write it: the model, and its effort behind `_`.
fn split_name(name: &str, model: Option<&ModelRow>) -> (String, Option<String>) {
    let effort = model.and_then(|row| name.strip_prefix(row.model.as_str())?.strip_prefix('_'));
    match (model, effort) {
        (Some(row), Some(effort)) => (row.model.clone(), Some(effort.to_owned())),
        _ => (name.to_owned(), None),
    }
}

fn reply_part(
    row: Option<&AnswerRow>,
    reference: &str,
    model: Option<&ModelRow>,
) -> ReplyPart<OwnReply> {
    let (name, effort) = split_name(reference, model);
    let part = ReplyPart {
        model_info_model: Some(name),
        model_info_thinking: effort,
        model_info_temperature: model.and_then(|row| row.temperature),
        model_info_max_tokens: model.and_then(|row| row.max_tokens),
        ..ReplyPart::default()
    };
    let Some(row) = row else { return part };
    let is_whole = row.outcome == Outcome::Answered
        || [&row.answer_read, &row.explanation, &row.confidence].into_iter().any(Option::is_some);
    let parsed = || Parsed {
        answer: row.answer.clone().or_else(|| row.answer_read.clone()),
        confidence: row.confidence.clone(),
        explanation: row.explanation.clone(),
        most_important_factors: Some(row.factors.clone()),
        other_relevant_info: Some(row.other_info.clone()),
    };
    ReplyPart {
        cot: row.reasoning.clone(),
        parsed_response: is_whole.then(parsed),
        answer: row.answer.clone(),
        input_tokens: row.input_tokens,
        reasoning_tokens: row.reasoning_tokens,
        output_tokens: row.output_tokens,
        foretell: Some(OwnReply {
            outcome: row.outcome.to_string(),
            reason: row.reason.clone(),
            answer_read: row.answer_read.clone(),
            reasoning_source: row.reasoning_source.clone(),
            cached_tokens: row.cached_tokens,
            cost_usd: row.cost_usd,
            reply_key: row.reply_key.clone(),
        }),
        ..part
    }
}

fn own_guess(row: &PredictionRow) -> OwnGuess {
    OwnGuess {
        outcome: row.outcome.to_string(),
        reason: row.reason.clone(),
        donor_id: row.donor_id.as_ref().map(ToString::to_string),
        shown_reply: row.shown_reply.clone(),
        confidence: row.confidence.clone(),
        input_tokens: row.input_tokens,
        cached_tokens: row.cached_tokens,
        output_tokens: row.output_tokens,
        reasoning_tokens: row.reasoning_tokens,
        cost_usd: row.cost_usd,
        reply_key: row.reply_key.clone(),
    }
}

fn made<T>(columns: Result<T, serde_arrow::Error>) -> Result<T, StudyError> {
    let rows =
        |fault: serde_arrow::Error| TableError::Rows { table: "wide", fault: fault.to_string() };
    columns.map_err(|fault| rows(fault).into())
}
