//! Tables of predictions, built column by column: millions of rows make no row of their own.

use super::gather::{Gathered, Reference, Track};
use super::replies::Reply;
use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray, new_null_array,
};
use arrow_schema::{DataType, Field, SchemaRef};
use foretell_core::{ConfidenceLevel, Outcome, Pair};
use foretell_tables::{PredictionRow, schema_of};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A guess that no row of the file has.
pub(super) const ABSENT: u32 = u32::MAX;

/// A guess that a row of the file has, without a label.
pub(super) const MISSING: u32 = u32::MAX - 1;

/// What is known of a guess beside its label.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Detail {
    pub(super) outcome: Option<Outcome>,
    pub(super) reason: Option<String>,
    pub(super) donor: Option<String>,
    pub(super) shown_reply: Option<String>,
    pub(super) confidence: Option<String>,
    pub(super) input_tokens: Option<i64>,
    pub(super) cached_tokens: Option<i64>,
    pub(super) output_tokens: Option<i64>,
    pub(super) reasoning_tokens: Option<i64>,
    pub(super) cost_usd: Option<f64>,
    pub(super) reply_key: Option<String>,
}

/// The columns that all tables about the same rows of a reference have alike.
pub(super) type Shared = BTreeMap<&'static str, ArrayRef>;

fn texts<'a>(values: impl Iterator<Item = &'a str>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(values))
}

fn maybe<'a>(values: impl Iterator<Item = Option<&'a str>>) -> ArrayRef {
    Arc::new(values.collect::<StringArray>())
}

fn numbers(values: impl Iterator<Item = Option<i64>>) -> ArrayRef {
    Arc::new(values.collect::<Int64Array>())
}

/// The columns about pairs and answers, for some rows of a reference.
pub(super) fn shared(all: &Gathered, reference: &Reference, rows: &[u32]) -> Shared {
    let at = |row: &u32| &reference.rows[*row as usize];
    let pair = |row: &u32| -> &Pair { &all.pairs[at(row).pair as usize].pair };
    let reply = |place: Option<u32>| -> Option<&Reply> {
        place.map(|place| &reference.replies.replies[place as usize])
    };
    let label = |number: Option<u32>| number.map(|number| all.labels.name(number));
    let target = |row: &u32| reply(at(row).target);
    let mut changed = ListBuilder::new(StringBuilder::new()).with_field(Field::new(
        "item",
        DataType::Utf8,
        false,
    ));
    for row in rows {
        pair(row).changed.iter().for_each(|name| changed.values().append_value(name));
        changed.append(true);
    }
    let switched = rows.iter().map(|row| {
        let (original, target) = (at(row).original_label?, target(row)?.answer?);
        Some(original != target)
    });
    let outcome =
        |row: &u32| target(row).map_or(Outcome::NotAsked, |reply| reply.row.outcome).as_str();
    Shared::from([
        ("pair_id", texts(rows.iter().map(|row| pair(row).pair_id.as_str()))),
        ("dataset", texts(rows.iter().map(|row| pair(row).dataset.as_str()))),
        ("original_text_id", texts(rows.iter().map(|row| pair(row).original_text_id.as_str()))),
        (
            "counterfactual_text_id",
            texts(rows.iter().map(|row| pair(row).counterfactual_text_id.as_str())),
        ),
        ("answer_order", texts(rows.iter().map(|row| pair(row).answer_order.as_str()))),
        ("distance", numbers(rows.iter().map(|row| pair(row).distance))),
        ("changed", Arc::new(changed.finish())),
        ("method", maybe(rows.iter().map(|row| pair(row).method.as_deref()))),
        ("cue_label", maybe(rows.iter().map(|row| pair(row).cue_label.as_deref()))),
        (
            "answer_repeat",
            numbers(rows.iter().map(|row| Some(target(row).map_or(0, |reply| reply.row.repeat)))),
        ),
        ("original_answer", maybe(rows.iter().map(|row| label(at(row).original_label)))),
        ("target", maybe(rows.iter().map(|row| label(target(row)?.answer)))),
        ("target_outcome", texts(rows.iter().map(outcome))),
        ("target_reply", maybe(rows.iter().map(|row| target(row)?.row.reply_key.as_deref()))),
        ("switched", Arc::new(switched.collect::<BooleanArray>())),
    ])
}

/// One table: the guesses of a predictor about some rows of a reference in an arm.
pub(super) fn table(
    all: &Gathered,
    reference: &Reference,
    arm: &str,
    track: &Track,
    rows: &[u32],
    shared: &Shared,
) -> RecordBatch {
    let schema = schema_of::<PredictionRow>();
    let own = own(all, reference, arm, track, rows);
    let columns = schema.fields().iter().map(|field| {
        let name = field.name().as_str();
        let known = own.get(name).or_else(|| shared.get(name)).cloned();
        // What the layout does not know at all.
        known.unwrap_or_else(|| new_null_array(field.data_type(), rows.len()))
    });
    batch(&schema, columns.collect())
}

fn batch(schema: &SchemaRef, columns: Vec<ArrayRef>) -> RecordBatch {
    RecordBatch::try_new(Arc::clone(schema), columns)
        .expect("every column that cannot be null is built, and all have one length")
}

fn own(
    all: &Gathered,
    reference: &Reference,
    arm: &str,
    track: &Track,
    rows: &[u32],
) -> BTreeMap<&'static str, ArrayRef> {
    let code = |row: &u32| Some(track.codes[*row as usize]).filter(|&code| code < MISSING);
    let at = |row: &u32| &reference.rows[*row as usize];
    let target = |row: &u32| {
        let place = at(row).target?;
        reference.replies.replies[place as usize].answer
    };
    let same = |name: &str| texts(rows.iter().map(|_| name));
    let outcome = |row: &u32| {
        let said = track.detail(*row).and_then(|detail| detail.outcome);
        let answered = if code(row).is_some() { Outcome::Answered } else { Outcome::Unparsed };
        said.unwrap_or(answered).as_str()
    };
    let hit = rows.iter().map(|row| Some(code(row)? == target(row)?));
    let mut columns: BTreeMap<&'static str, ArrayRef> = BTreeMap::from([
        ("reference", same(all.references.name(reference.name))),
        ("explainer", texts(rows.iter().map(|row| all.references.name(at(row).explainer)))),
        ("arm", same(arm)),
        ("predictor", same(all.predictors.name(track.predictor))),
        ("repeat", numbers(rows.iter().map(|_| Some(0)))),
        ("outcome", texts(rows.iter().map(outcome))),
        ("answer", maybe(rows.iter().map(|row| code(row).map(|code| all.labels.name(code))))),
        ("hit", Arc::new(hit.collect::<BooleanArray>())),
    ]);
    let reason = |row: &u32| match track.detail(*row).filter(|detail| detail.outcome.is_some()) {
        Some(detail) => detail.reason.as_deref(),
        None if code(row).is_none() => Some(super::replies::NO_ANSWER),
        None => None,
    };
    columns.insert("reason", maybe(rows.iter().map(reason)));
    // The reply that was shown is the reference's first one to the original, unless it says its key.
    let shown = |row: &u32| match track.detail(*row).filter(|detail| detail.outcome.is_some()) {
        Some(detail) => detail.shown_reply.as_deref(),
        None => {
            let place = at(row).original?;
            reference.replies.replies[place as usize].row.reply_key.as_deref()
        }
    };
    columns.insert("shown_reply", maybe(rows.iter().map(shown)));
    if track.details.is_empty() {
        return columns;
    }
    let detail = |row: &u32| track.detail(*row);
    let level = |row: &u32| {
        let level = ConfidenceLevel::read(detail(row)?.confidence.as_deref()?)?;
        Some(level.as_str())
    };
    let cost = rows.iter().map(|row| detail(row)?.cost_usd).collect::<Float64Array>();
    columns.extend([
        ("donor_id", maybe(rows.iter().map(|row| detail(row)?.donor.as_deref()))),
        ("confidence", maybe(rows.iter().map(|row| detail(row)?.confidence.as_deref()))),
        ("confidence_level", maybe(rows.iter().map(level))),
        ("input_tokens", numbers(rows.iter().map(|row| detail(row)?.input_tokens))),
        ("cached_tokens", numbers(rows.iter().map(|row| detail(row)?.cached_tokens))),
        ("output_tokens", numbers(rows.iter().map(|row| detail(row)?.output_tokens))),
        ("reasoning_tokens", numbers(rows.iter().map(|row| detail(row)?.reasoning_tokens))),
        ("cost_usd", Arc::new(cost) as ArrayRef),
        ("reply_key", maybe(rows.iter().map(|row| detail(row)?.reply_key.as_deref()))),
    ]);
    columns
}
