//! Sheets as JSON and CSV. Figures have full precision; what is undefined is null or empty, and its
//! reason stands in the row: in JSON in its object `undefined`, in CSV in its last cell.

use super::{Cell, Kind, Sheet};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

/// The last column of CSV and Parquet, and the object in rows of JSON.
pub(super) const UNDEFINED: &str = "undefined";

/// One row, as an object.
pub(super) struct Record<'a> {
    sheet: &'a Sheet,
    row: &'a [Cell],
    /// Reasons as an object; else as one text.
    nested: bool,
}

impl Serialize for Record<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (column, cell) in self.sheet.columns.iter().zip(self.row) {
            map.serialize_entry(&column.name, &value(cell, column.kind))?;
        }
        let reasons = reasons(self.sheet, self.row);
        match (self.nested, reasons.is_empty()) {
            (true, _) => map.serialize_entry(UNDEFINED, &Reasons(reasons))?,
            (false, true) => map.serialize_entry(UNDEFINED, &Value::Null)?,
            (false, false) => map.serialize_entry(UNDEFINED, &joined(&reasons))?,
        }
        map.end()
    }
}

struct Reasons<'a>(Vec<(&'a str, &'a str)>);

impl Serialize for Reasons<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().copied())
    }
}

/// The columns of a row that are undefined, with the reasons.
fn reasons<'a>(sheet: &'a Sheet, row: &'a [Cell]) -> Vec<(&'a str, &'a str)> {
    let columns = sheet.columns.iter().map(|column| &*column.name);
    columns.zip(row).filter_map(|(name, cell)| Some((name, cell.reason()?))).collect()
}

/// `nsg, nsg_low: reason; gain: other reason`.
fn joined(reasons: &[(&str, &str)]) -> String {
    let same = reasons.chunk_by(|one, other| one.1 == other.1);
    let texts = same.map(|columns| {
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        format!("{}: {}", names.join(", "), columns[0].1)
    });
    texts.collect::<Vec<_>>().join("; ")
}

fn value(cell: &Cell, kind: Kind) -> Value {
    match cell {
        Cell::Text(text) => json!(&**text),
        Cell::Count(count) => json!(count),
        Cell::Number(number) => json!(number),
        Cell::Truth(truth) => json!(truth),
        Cell::Undefined(_) | Cell::Empty => Value::Null,
        Cell::Breakdown(counts) => {
            let Kind::Breakdown(keys) = kind else { return Value::Null };
            let object = |(values, count): &(Vec<std::sync::Arc<str>>, u64)| {
                let keys = keys.iter().map(|key| (*key).to_owned());
                let values = values.iter().map(|value| json!(&**value));
                let mut object: serde_json::Map<String, Value> = keys.zip(values).collect();
                object.insert("count".to_owned(), json!(count));
                Value::Object(object)
            };
            counts.iter().map(object).collect()
        }
    }
}

/// The whole sheet.
struct Document<'a>(&'a Sheet);

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let sheet = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &sheet.name)?;
        map.serialize_entry("title", &sheet.title)?;
        map.serialize_entry("says", &sheet.says)?;
        if let Some(contrast) = &sheet.contrast {
            map.serialize_entry("arm", &contrast.arm)?;
            map.serialize_entry("against", &contrast.against)?;
        }
        for (name, cell) in &sheet.settings {
            map.serialize_entry(name, &value(cell, Kind::Text))?;
        }
        if let Some(panel) = &sheet.panel {
            let panel = json!({ "id": panel.id, "predictors": panel.predictors });
            map.serialize_entry("panel", &panel)?;
        }
        map.serialize_entry("conditional", &sheet.conditional)?;
        let excluded = sheet.excluded.iter();
        let excluded = excluded.map(|e| json!({ "what": e.what, "count": e.count }));
        map.serialize_entry("excluded", &excluded.collect::<Vec<_>>())?;
        map.serialize_entry("notes", &sheet.notes)?;
        map.serialize_entry("warnings", &sheet.warnings)?;
        map.serialize_entry("rows", &sheet.records(true))?;
        map.end()
    }
}

impl Sheet {
    pub(super) fn records(&self, nested: bool) -> Vec<Record<'_>> {
        self.rows.iter().map(|row| Record { sheet: self, row, nested }).collect()
    }

    /// The sheet as one JSON object: `name`, `title`, `says`, the arms, settings, `panel`,
    /// `conditional`, `excluded`, `notes`, `warnings` and `rows`, each row an object of the columns
    /// with the reasons for what is null in its object `undefined`.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text =
            serde_json::to_string_pretty(&Document(self)).expect("text and finite numbers");
        text.push('\n');
        text
    }

    /// The rows as CSV with a header line; the last column says why cells are empty.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let mut csv = csv::Writer::from_writer(Vec::new());
        let names = self.columns.iter().map(|column| &*column.name);
        csv.write_record(names.chain([UNDEFINED])).expect("a vector takes all that is written");
        for row in &self.rows {
            let cells =
                self.columns.iter().zip(row).map(|(column, cell)| match value(cell, column.kind) {
                    Value::Null => String::new(),
                    Value::String(text) => text,
                    other => other.to_string(),
                });
            let reasons = joined(&reasons(self, row));
            csv.write_record(cells.chain([reasons])).expect("a vector takes all that is written");
        }
        let bytes = csv.into_inner().expect("a vector takes all that is written");
        String::from_utf8(bytes).expect("cells are text")
    }
}

/// Several sheets as one JSON object by name, or one sheet as itself.
#[must_use]
pub fn sheets_to_json(sheets: &[Sheet]) -> String {
    if let [sheet] = sheets {
        return sheet.to_json();
    }
    struct All<'a>(&'a [Sheet]);
    impl Serialize for All<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map(self.0.iter().map(|sheet| (&sheet.name, Document(sheet))))
        }
    }
    let mut text = serde_json::to_string_pretty(&All(sheets)).expect("text and finite numbers");
    text.push('\n');
    text
}
