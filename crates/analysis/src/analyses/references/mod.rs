//! The analysis `references`: what the models under study answer, whatever anybody guesses.

mod agreement;
mod answers;

use crate::analyses::Analysis;
use crate::error::AnalysisError;
use crate::group::GroupKey;
use crate::grouping::{UNKNOWN, compare};
use crate::model::Model;
use crate::prepared::Prepared;
use crate::questions::Asked;
use crate::request::{Flag, Request};
use crate::run_tables::Answer;
use crate::sheet::Sheet;
use foretell_core::{AnswerOrder, Outcome};
use std::sync::Arc;

/// The analysis `references`.
pub(crate) const ANALYSIS: Analysis = Analysis {
    name: "references",
    says: "What references answer: against the ground truth, how often each label, how often they switch, and how far they agree.",
    keys: &[
        GroupKey::Reference,
        GroupKey::Model,
        GroupKey::Family,
        GroupKey::Effort,
        GroupKey::Dataset,
        GroupKey::AnswerOrder,
    ],
    by: &[GroupKey::Reference, GroupKey::Dataset],
    honours: &[Flag::By, Flag::Where, Flag::Level],
    columns: || [answers::columns(), answers::label_columns(), agreement::columns()].concat(),
    run,
};

/// What to say where the run has no answers.
const NO_ANSWERS: &str =
    "no table of answers is about these guesses: an imported run may have none";

fn run(prepared: &Prepared, request: &Request) -> Result<Vec<Sheet>, AnalysisError> {
    let by = request.by_or(ANALYSIS.by);
    let replies = Replies::of(prepared, request)?;
    let mut sheets = answers::sheets(prepared, request, &replies, &by)?;
    sheets.push(agreement::sheet(prepared, &replies, &by));
    for sheet in &mut sheets {
        sheet.settings.push(("level", request.level.into()));
        sheet.conditional = prepared.selection(request).conditional();
        if replies.list.is_empty() {
            sheet.notes.push(NO_ANSWERS.to_owned());
        }
        sheet.notes.push("answers of the first repeat to questions that stand in pairs".to_owned());
    }
    Ok(sheets)
}

/// One answer of a reference's first repeat.
struct Reply<'a> {
    model: u32,
    text: u32,
    answer: &'a Answer,
}

/// The answers of first repeats that selected guesses are about, and the subjects of these.
struct Replies<'a> {
    list: Vec<Reply<'a>>,
    subjects: Vec<u32>,
}

impl<'a> Replies<'a> {
    fn of(prepared: &'a Prepared, request: &Request) -> Result<Self, AnalysisError> {
        let (asked, subjects) = Asked::of(prepared, request);
        let answers = prepared.tables.answers()?.iter().filter(|answer| answer.repeat == 0);
        let list = answers.filter_map(|answer| {
            let (model, text) = asked.place(answer)?;
            Some(Reply { model, text, answer })
        });
        Ok(Self { list: list.collect(), subjects })
    }

    /// Those with a label.
    fn answered(&self) -> impl Iterator<Item = (&Reply<'a>, &'a str)> {
        self.list.iter().filter_map(|reply| {
            let label = reply.answer.answer.as_deref()?;
            (reply.answer.outcome == Outcome::Answered).then_some((reply, label))
        })
    }
}

/// The values of group columns, of what a reference said about a dataset in one order.
fn values(keys: &[GroupKey], model: &Model, dataset: &str, order: AnswerOrder) -> Vec<Arc<str>> {
    let value = |key: &GroupKey| -> Arc<str> {
        match key {
            GroupKey::Model => Arc::clone(&model.model),
            GroupKey::Family => model.family.clone().unwrap_or_else(|| UNKNOWN.into()),
            GroupKey::Effort => Arc::clone(&model.effort),
            GroupKey::Dataset => dataset.into(),
            GroupKey::AnswerOrder => order.as_str().into(),
            _ => Arc::clone(&model.name),
        }
    };
    keys.iter().map(value).collect()
}
