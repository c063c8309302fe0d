//! Rows of pairs and of questions, with columns of any names.

use super::draft::{Draft, Side};
use super::fault::{FaultKind, RowFault, excerpt};
use super::field::{Field, ImportColumns};
use super::options::{Choice, choices, labels_of, of_columns, question_text};
use super::sheet::{Record, Sheet};
use super::{cells, layout::Layout};
use crate::error::DataError;
use foretell_core::AnswerOrder;
use foretell_core::nearest;
use serde_json::Value;
use std::collections::BTreeMap;

/// Options that may stand in a column each.
const MOST_OPTIONS: u8 = 26;

/// Where the values of a field come from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Source {
    Column(String),
    Columns(Vec<String>),
    Constant(String),
}

/// Where the values of every field come from.
#[derive(Debug)]
pub(super) struct Columns {
    sources: BTreeMap<Field, Source>,
    /// The dataset of rows that name none.
    dataset: String,
    layout: Layout,
    /// What a reader should know of the choice.
    pub(super) notes: Vec<String>,
}

impl Columns {
    /// Finds the columns of a sheet: those that flags name, else those of the usual names.
    ///
    /// # Errors
    /// [`DataError::NoColumn`] with every field that has none.
    pub(super) fn of(
        sheet: &Sheet,
        given: &ImportColumns,
        layout: Layout,
    ) -> Result<Self, DataError> {
        let mut sources = BTreeMap::new();
        let (mut notes, mut missing) = (Vec::new(), Vec::new());
        for field in Field::ALL {
            let counterfactual = matches!(
                field,
                Field::Counterfactual
                    | Field::CounterfactualGroundTruth
                    | Field::CounterfactualOptions
                    | Field::CounterfactualContext
                    | Field::CounterfactualId
            );
            if counterfactual && layout == Layout::Questions {
                continue;
            }
            let constant = given.constant(field);
            let found = match given.get(field) {
                _ if constant.is_some() => constant.map(|value| Source::Constant(value.to_owned())),
                Some(name) => match named(sheet, field, name) {
                    Some(source) => Some(source),
                    None if field.can_be_constant() => {
                        notes.push(constant_note(sheet, field, name));
                        Some(Source::Constant(name.to_owned()))
                    }
                    None => {
                        missing.push(format!("`{} {name}`{}", field.flag(), meant(sheet, name)));
                        None
                    }
                },
                None => usual(sheet, field),
            };
            if let Some(source) = found {
                sources.insert(field, source);
            } else if given.get(field).is_none() && is_needed(field, layout) {
                missing.push(format!("the {}", field.flag().trim_start_matches("--")));
            }
        }
        if let Some(Source::Constant(order)) = sources.get(&Field::AnswerOrder)
            && orders(order).is_none()
        {
            missing.push(format!("`--answer-order {order}`, which is none of first, last, both"));
        }
        if !missing.is_empty() {
            let flags = "name columns with `--question`, `--counterfactual`, `--dataset`, `--labels`, \
                         `--ground-truth`, `--options`; `foretell pairs import --help` lists all";
            return Err(DataError::NoColumn {
                path: sheet.path.clone(),
                missing,
                has: sheet.columns.iter().filter(|name| !name.is_empty()).cloned().collect(),
                help: flags.to_owned(),
            });
        }
        Ok(Self { sources, dataset: dataset_of(sheet), layout, notes })
    }

    /// The columns that are read, for people: "question from `q`".
    pub(super) fn described(&self) -> String {
        let of = |(field, source): (&Field, &Source)| {
            let name = field.flag().trim_start_matches("--");
            match source {
                Source::Column(column) if column.replace('_', "-") == name => None,
                Source::Column(column) => Some(format!("{name} from `{column}`")),
                Source::Columns(columns) => Some(format!("{name} from `{}`", columns.join("`, `"))),
                Source::Constant(_) => None,
            }
        };
        self.sources.iter().filter_map(of).collect::<Vec<_>>().join(", ")
    }

    /// What a row says.
    ///
    /// # Errors
    /// The first cell at fault.
    pub(super) fn draft(&self, record: &Record) -> Result<Draft, RowFault> {
        let row = RowReader { columns: self, record };
        let dataset = row.part_of_id(Field::Dataset)?.unwrap_or_else(|| self.dataset.clone());
        let labels = row.labels();
        let original = row.original(labels.as_deref())?;
        let counterfactual = match self.layout {
            Layout::Questions => None,
            _ => Some(row.counterfactual(&original, labels.as_deref())?),
        };
        Ok(Draft {
            row: record.row,
            line: record.line,
            dataset,
            counterfactual,
            cluster: row.part_of_id(Field::Cluster)?,
            orders: row.orders()?,
            distance: row.whole_number(Field::Distance)?,
            changed: cells::list(row.cell(Field::Changed)),
            generator: row.name(Field::Generator),
            method: row.name(Field::Method),
            original,
        })
    }
}

/// One row, read field by field.
struct RowReader<'a> {
    columns: &'a Columns,
    record: &'a Record,
}

impl RowReader<'_> {
    fn cell(&self, field: Field) -> &Value {
        match self.columns.sources.get(&field) {
            Some(Source::Column(column)) => self.record.get(column),
            _ => &Value::Null,
        }
    }

    fn name(&self, field: Field) -> Option<String> {
        match self.columns.sources.get(&field) {
            Some(Source::Constant(value)) => Some(value.clone()),
            _ => cells::name(self.cell(field)),
        }
    }

    fn column(&self, field: Field) -> Option<String> {
        match self.columns.sources.get(&field)? {
            Source::Column(column) => Some(column.clone()),
            Source::Columns(columns) => Some(columns.join(",")),
            Source::Constant(_) => None,
        }
    }

    fn fault(&self, kind: FaultKind, field: Field, value: &str, reason: String) -> RowFault {
        RowFault {
            row: self.record.row,
            line: self.record.line,
            kind,
            column: self.column(field),
            value: excerpt(value),
            reason,
        }
    }

    fn missing(&self, field: Field) -> RowFault {
        self.fault(FaultKind::MissingCell, field, "", "the cell is empty".to_owned())
    }

    /// The text of a cell that has to hold one.
    fn text(&self, field: Field) -> Result<String, RowFault> {
        cells::text(self.cell(field)).ok_or_else(|| self.missing(field))
    }

    /// A value that becomes part of ids; `None` where no column gives it.
    fn part_of_id(&self, field: Field) -> Result<Option<String>, RowFault> {
        if !self.columns.sources.contains_key(&field) {
            return Ok(None);
        }
        let Some(name) = self.name(field) else { return Err(self.missing(field)) };
        // Ids of pairs join those of questions with this sign.
        if name.contains(|c: char| c == '>' || c.is_control()) {
            let reason = format!(
                "`{}` cannot be part of an id: no `>`, no line breaks",
                excerpt(&name).escape_debug()
            );
            return Err(self.fault(FaultKind::BadValue, field, &name, reason));
        }
        Ok(Some(name))
    }

    fn labels(&self) -> Option<Vec<String>> {
        let labels = match self.columns.sources.get(&Field::Labels)? {
            Source::Constant(labels) => cells::list(&Value::String(labels.clone())),
            _ => cells::list(self.cell(Field::Labels)),
        };
        (!labels.is_empty()).then_some(labels)
    }

    fn choices(&self, field: Field) -> Result<Option<Vec<Choice>>, RowFault> {
        let found = match self.columns.sources.get(&field) {
            None | Some(Source::Constant(_)) => return Ok(None),
            Some(Source::Column(column)) => choices(self.record.get(column)),
            Some(Source::Columns(columns)) => {
                let cells: Vec<&Value> = columns.iter().map(|name| self.record.get(name)).collect();
                of_columns(&cells)
            }
        };
        if found.is_empty() { Err(self.missing(field)) } else { Ok(Some(found)) }
    }

    fn original(&self, labels: Option<&[String]>) -> Result<Side, RowFault> {
        let context = cells::text(self.cell(Field::Context));
        let choices = self.choices(Field::Options)?;
        let fields = [Field::Question, Field::Id, Field::GroundTruth, Field::Options];
        self.side(fields, context, choices, labels)
    }

    fn counterfactual(&self, original: &Side, labels: Option<&[String]>) -> Result<Side, RowFault> {
        let context = cells::text(self.cell(Field::CounterfactualContext))
            .or_else(|| cells::text(self.cell(Field::Context)));
        let choices = match self.choices(Field::CounterfactualOptions)? {
            Some(choices) => Some(choices),
            None => self.choices(Field::Options)?,
        };
        let fields = [
            Field::Counterfactual,
            Field::CounterfactualId,
            Field::CounterfactualGroundTruth,
            Field::CounterfactualOptions,
        ];
        let mut side = self.side(fields, context, choices, labels)?;
        side.labels = side.labels.or_else(|| original.labels.clone());
        Ok(side)
    }

    fn side(
        &self,
        [question, id, truth, options]: [Field; 4],
        context: Option<String>,
        choices: Option<Vec<Choice>>,
        given: Option<&[String]>,
    ) -> Result<Side, RowFault> {
        let text = self.text(question)?;
        let (labels, texts) = match choices {
            None => (given.map(<[String]>::to_vec), Vec::new()),
            Some(choices) => {
                let labels = labels_of(&choices, given)
                    .map_err(|reason| self.fault(FaultKind::BadLabels, options, "", reason))?;
                (Some(labels), choices.into_iter().map(|choice| choice.text).collect())
            }
        };
        let shown = labels.as_deref().unwrap_or_default();
        Ok(Side {
            id: self.part_of_id(id)?,
            text: question_text(context.as_deref(), &text, shown, &texts),
            labels,
            options: texts,
            truth: self.name(truth),
            truth_column: self.column(truth),
            features: Vec::new(),
        })
    }

    fn orders(&self) -> Result<Vec<AnswerOrder>, RowFault> {
        let Some(word) = self.name(Field::AnswerOrder) else { return Ok(vec![AnswerOrder::First]) };
        orders(&word).ok_or_else(|| {
            let reason = format!("`{}` is none of first, last, both", excerpt(&word));
            self.fault(FaultKind::BadValue, Field::AnswerOrder, &word, reason)
        })
    }

    fn whole_number(&self, field: Field) -> Result<Option<i64>, RowFault> {
        let Some(written) = self.name(field) else { return Ok(None) };
        match written.parse() {
            Ok(number) if number >= 0 => Ok(Some(number)),
            _ => {
                let reason = format!("`{}` is no whole number from 0", excerpt(&written));
                Err(self.fault(FaultKind::BadValue, field, &written, reason))
            }
        }
    }
}

fn is_needed(field: Field, layout: Layout) -> bool {
    field == Field::Question || (field == Field::Counterfactual && layout == Layout::Pairs)
}

/// The column, or the columns, that a flag names.
fn named(sheet: &Sheet, field: Field, name: &str) -> Option<Source> {
    if sheet.has(name) {
        return Some(Source::Column(name.to_owned()));
    }
    let several = matches!(field, Field::Options | Field::CounterfactualOptions);
    let columns: Vec<String> = name.split(',').map(|name| name.trim().to_owned()).collect();
    (several && columns.iter().all(|column| sheet.has(column))).then_some(Source::Columns(columns))
}

/// The column of a usual name; options may stand in a column each.
fn usual(sheet: &Sheet, field: Field) -> Option<Source> {
    let nested = match field {
        Field::Question => Some("question.stem"),
        Field::Options => Some("question.choices"),
        _ => None,
    };
    let mut names = nested.into_iter().chain(field.names().iter().copied());
    if let Some(name) = names.find(|name| sheet.has(name)) {
        return Some(Source::Column(name.to_owned()));
    }
    if field != Field::Options {
        return None;
    }
    let columns = |name: fn(u8) -> String| -> Vec<String> {
        (0..MOST_OPTIONS).map(name).take_while(|name| sheet.has(name)).collect()
    };
    let series = [
        columns(|at| char::from(b'A' + at).to_string()),
        columns(|at| format!("option_{}", char::from(b'a' + at))),
        columns(|at| format!("option_{}", at + 1)),
        columns(|at| format!("choice_{}", char::from(b'a' + at))),
        columns(|at| format!("choice_{}", at + 1)),
    ];
    series.into_iter().find(|columns| columns.len() > 1).map(Source::Columns)
}

fn orders(word: &str) -> Option<Vec<AnswerOrder>> {
    match word.trim().to_lowercase().as_str() {
        "first" | "answer_first" | "true" => Some(vec![AnswerOrder::First]),
        "last" | "answer_last" | "false" => Some(vec![AnswerOrder::Last]),
        "both" => Some(vec![AnswerOrder::First, AnswerOrder::Last]),
        _ => None,
    }
}

fn meant(sheet: &Sheet, name: &str) -> String {
    let near = nearest(name, sheet.columns.iter().map(String::as_str));
    near.map(|near| format!(" (`{near}`?)")).unwrap_or_default()
}

fn constant_note(sheet: &Sheet, field: Field, value: &str) -> String {
    let flag = field.flag();
    format!("`{flag} {value}` is no column{}: it holds for all rows", meant(sheet, value))
}

/// The file's name, where no column and no flag names a dataset.
fn dataset_of(sheet: &Sheet) -> String {
    let stem = sheet.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let plain = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    let name: String = stem.chars().map(plain).collect();
    if name.is_empty() { "imported".to_owned() } else { name }
}
