//! Which columns of a file are read, and of which type they have to be.

use super::arms::{PREDICTOR_ANSWERS, PREDICTOR_NAMES, arm_of, prefix};
use super::error::WideError;
use arrow_schema::{DataType, Schema};
use foretell_core::nearest;
use foretell_data::CellKind;
use std::collections::BTreeSet;
use std::path::Path;

/// The two questions of a row, by their columns' prefix.
pub(super) const SIDES: [&str; 2] = ["original", "counterfactual"];

pub(super) const DATASET: &str = "original_dataset";
pub(super) const ANSWER_FIRST: &str = "original_answer_first";
pub(super) const GENERATOR: &str = "counterfactual_generator_model";
pub(super) const METHOD: &str = "counterfactual_generator_method";
pub(super) const DISTANCE: &str = "counterfactual_hamming_distance";
pub(super) const CHANGED: &str = "counterfactual_changed_features";
pub(super) const TESTABILITY: &str = "counterfactual_predictor_counterfactual_testability_score";
pub(super) const TESTABILITY_COT: &str = "counterfactual_predictor_counterfactual_testability_cot";
pub(super) const IS_CROSS: &str = "counterfactual_is_cross_model_explanation";
pub(super) const EXPLAINER: &str = "counterfactual_explanation_source_model_info";
/// What our own files add to a row: what the paper's columns have no place for.
pub(super) const OWN_PAIR: &str = "foretell_pair";

/// The same of a question, a reply, the guesses of an arm.
pub(super) fn own_question(side: usize) -> String {
    format!("foretell_{}", SIDES[side])
}

/// What our own columns of replies and guesses are called, after their prefix.
pub(super) const OWN: &str = "foretell";

/// The prefix of the columns of the reference's reply to a side.
pub(super) fn reply(side: usize) -> String {
    format!("{}_reference_response_", SIDES[side])
}

/// The shape that a column has to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Cell(CellKind),
    /// A struct, of which known members are read.
    Struct,
    /// A list of such structs.
    StructList,
    /// A name, or a struct with a member `model`.
    Model,
}

impl Shape {
    fn holds(self, found: &DataType) -> bool {
        match self {
            Self::Cell(kind) => kind.holds(found) || null_list(kind, found),
            Self::Struct => matches!(found, DataType::Struct(_)),
            Self::StructList => {
                matches!(found, DataType::List(item) if matches!(item.data_type(), DataType::Struct(_)))
            }
            Self::Model => matches!(found, DataType::Utf8 | DataType::Struct(_)),
        }
    }

    fn says(self) -> &'static str {
        match self {
            Self::Cell(kind) => kind.says(),
            Self::Struct => "a struct",
            Self::StructList => "a list of structs",
            Self::Model => "a model's name, or a struct with `model`",
        }
    }
}

/// A list of which no element was ever written has no type.
fn null_list(kind: CellKind, found: &DataType) -> bool {
    kind == CellKind::Texts
        && matches!(found, DataType::List(item) if item.data_type() == &DataType::Null)
}

/// Columns that are read together, on a thread of their own.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub(super) questions: Vec<usize>,
    pub(super) replies: Vec<usize>,
    pub(super) guesses: Vec<usize>,
    /// The arms that the file has columns of.
    pub(super) arms: Vec<String>,
}

impl Columns {
    /// Checks the columns of a file, all of them at once.
    ///
    /// # Errors
    /// [`WideError::Columns`].
    pub(super) fn of(schema: &Schema, path: &Path) -> Result<Self, WideError> {
        let arms: BTreeSet<&str> =
            schema.fields().iter().filter_map(|field| arm_of(field.name())).collect();
        let mut columns =
            Self { arms: arms.iter().map(|arm| (*arm).to_owned()).collect(), ..Self::default() };
        let mut faults = Vec::new();
        let lists = [question_columns(), reply_columns(), guess_columns(&arms)];
        let into = [&mut columns.questions, &mut columns.replies, &mut columns.guesses];
        for (wanted, into) in lists.into_iter().zip(into) {
            for (name, shape) in wanted {
                let Ok(at) = schema.index_of(&name) else { continue };
                match schema.field(at).data_type() {
                    // A column without any value says no more than a missing one.
                    DataType::Null => {}
                    found if shape.holds(found) => into.push(at),
                    found => faults.push(format!(
                        "column `{name}` has the type {found}, but holds {}",
                        shape.says()
                    )),
                }
            }
        }
        faults.extend(missing(schema, &arms));
        if faults.is_empty() {
            return Ok(columns);
        }
        Err(WideError::Columns { path: path.to_owned(), faults })
    }
}

/// What is said of columns that have to be there and are not.
fn missing(schema: &Schema, arms: &BTreeSet<&str>) -> Vec<String> {
    let has = |name: &str| schema.index_of(name).is_ok();
    let mut needed = vec![DATASET.to_owned()];
    for (side, prefix) in SIDES.into_iter().enumerate() {
        needed.push(format!("{prefix}_question_idx"));
        needed.push(format!("{}answer", reply(side)));
    }
    let models = [0, 1].map(|side| format!("{}model_info_model", reply(side)));
    if !models.iter().any(|name| has(name)) {
        needed.push(models[0].clone());
    }
    for arm in arms {
        let pair = [PREDICTOR_ANSWERS, PREDICTOR_NAMES].map(|end| format!("{}{end}", prefix(arm)));
        if has(&pair[0]) != has(&pair[1]) {
            needed.extend(pair);
        }
    }
    let names = || schema.fields().iter().map(|field| field.name().as_str());
    let mut faults = Vec::new();
    for name in needed.into_iter().filter(|name| !has(name)) {
        let near = nearest(&name, names());
        let near = near.map(|near| format!(" (there is `{near}`)")).unwrap_or_default();
        faults.push(format!("column `{name}` is missing{near}"));
    }
    faults
}

fn question_columns() -> Vec<(String, Shape)> {
    use CellKind::{Any, Name, Text, Texts};
    let cell = |name: &str, kind| (name.to_owned(), Shape::Cell(kind));
    let mut columns = vec![
        cell(DATASET, Text),
        cell(ANSWER_FIRST, Any),
        cell(GENERATOR, Text),
        cell(METHOD, Text),
        cell(DISTANCE, Name),
        cell(CHANGED, Texts),
        (OWN_PAIR.to_owned(), Shape::Struct),
    ];
    for (side, prefix) in SIDES.into_iter().enumerate() {
        let parts = [
            ("question", Text),
            ("description", Text),
            ("question_prompt", Text),
            ("question_idx", Name),
            ("ground_truth", Any),
            ("question_options", Texts),
        ];
        columns.extend(parts.map(|(part, kind)| cell(&format!("{prefix}_{part}"), kind)));
        columns.push((own_question(side), Shape::Struct));
    }
    columns
}

fn reply_columns() -> Vec<(String, Shape)> {
    use CellKind::{Any, Name, Text};
    let mut columns = vec![
        (IS_CROSS.to_owned(), Shape::Cell(Any)),
        (EXPLAINER.to_owned(), Shape::Model),
        (TESTABILITY.to_owned(), Shape::Cell(Name)),
        (TESTABILITY_COT.to_owned(), Shape::Cell(Text)),
    ];
    for side in 0..SIDES.len() {
        let reply = reply(side);
        columns.extend(common(&reply));
        columns.push((format!("{reply}cot"), Shape::Cell(Text)));
        columns.push((format!("{reply}{OWN}"), Shape::Struct));
    }
    columns
}

fn guess_columns(arms: &BTreeSet<&str>) -> Vec<(String, Shape)> {
    let mut columns = Vec::new();
    for arm in arms {
        let prefix = prefix(arm);
        columns.extend(common(&prefix));
        for list in [PREDICTOR_ANSWERS, PREDICTOR_NAMES] {
            columns.push((format!("{prefix}{list}"), Shape::Cell(CellKind::Texts)));
        }
        columns.push((format!("{prefix}{OWN}"), Shape::StructList));
    }
    columns
}

/// What replies of references and of predictors have alike.
fn common(prefix: &str) -> Vec<(String, Shape)> {
    use CellKind::{Any, Name, Text};
    let mut columns: Vec<(String, Shape)> = [
        ("answer", Text),
        ("model_info_model", Text),
        ("model_info_thinking", Any),
        ("model_info_temperature", Name),
        ("model_info_max_tokens", Name),
        ("input_tokens", Name),
        ("reasoning_tokens", Name),
        ("output_tokens", Name),
    ]
    .map(|(name, kind)| (format!("{prefix}{name}"), Shape::Cell(kind)))
    .into();
    columns.push((format!("{prefix}parsed_response"), Shape::Struct));
    columns
}
