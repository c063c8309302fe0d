//! Machine formats of estimates: JSON, CSV, Parquet.
//!
//! All have the same columns in the same order: the group columns, then
//!
//! | column | holds |
//! |---|---|
//! | `pairs`, `clusters`, `observations` | what the figures rest on, counts |
//! | `a_with`, `a_without`, `gain` | accuracies and their difference, fractions |
//! | `nsg`, `nsg_se`, `nsg_low`, `nsg_high` | NSG, its standard error and t interval |
//! | `boot_low`, `boot_high` | cluster bootstrap interval of the NSG |
//! | `bound_low`, `bound_high` | NSG at the worst and the best that missing guesses could be |
//! | `left_out`, `left_out_detail` | missing guesses; the same by `arm`, `predictor`, `outcome` with `count` |
//! | `targets_missing`, `targets_missing_detail` | missing answers of references; the same by `outcome` |
//! | `undefined`, `interval_undefined`, `boot_undefined`, `bound_undefined` | why a figure is missing |
//!
//! A figure that does not exist is null, in CSV an empty cell. CSV holds the two lists as JSON.

use crate::error::AnalysisError;
use crate::gain::{GainRow, GainTable};
use crate::group::GroupKey;
use arrow_schema::{DataType, Field, FieldRef, Fields, Schema};
use foretell_tables::TableError;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;

/// Name of the table in its metadata.
const TABLE: &str = "gain";

/// Version of the columns of the machine formats.
const VERSION: u32 = 1;

/// The columns after the group columns.
const FIGURES: [&str; 22] = [
    "pairs",
    "clusters",
    "observations",
    "a_with",
    "a_without",
    "gain",
    "nsg",
    "nsg_se",
    "nsg_low",
    "nsg_high",
    "boot_low",
    "boot_high",
    "bound_low",
    "bound_high",
    "left_out",
    "left_out_detail",
    "targets_missing",
    "targets_missing_detail",
    "undefined",
    "interval_undefined",
    "boot_undefined",
    "bound_undefined",
];

/// Names and values of one row, in order.
struct Record<'a>(Vec<(&'a str, Value)>);

impl<'a> Record<'a> {
    fn of(by: &'a [GroupKey], row: &GainRow) -> Self {
        let groups = by.iter().zip(&row.group).map(|(key, value)| (key.as_str(), json!(value)));
        Self(groups.chain(figures(row)).collect())
    }
}

impl Serialize for Record<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

fn figures(row: &GainRow) -> impl Iterator<Item = (&'static str, Value)> {
    let values = [
        json!(row.pairs),
        json!(row.clusters),
        json!(row.observations),
        json!(row.a_with),
        json!(row.a_without),
        json!(row.gain),
        json!(row.nsg),
        json!(row.nsg_se),
        json!(row.nsg_low),
        json!(row.nsg_high),
        json!(row.boot_low),
        json!(row.boot_high),
        json!(row.bound_low),
        json!(row.bound_high),
        json!(row.left_out),
        json!(row.left_out_detail),
        json!(row.targets_missing),
        json!(row.targets_missing_detail),
        json!(row.undefined),
        json!(row.interval_undefined),
        json!(row.boot_undefined),
        json!(row.bound_undefined),
    ];
    FIGURES.into_iter().zip(values)
}

/// The Parquet column of a figure.
fn field(name: &str) -> Field {
    let counts = |keys: &[&str]| {
        let texts = keys.iter().map(|key| Field::new(*key, DataType::Utf8, false));
        let fields: Fields = texts.chain([Field::new("count", DataType::Int64, false)]).collect();
        DataType::List(Field::new("item", DataType::Struct(fields), false).into())
    };
    let (data_type, nullable) = match name {
        "pairs" | "clusters" | "observations" | "left_out" | "targets_missing" => {
            (DataType::Int64, false)
        }
        "left_out_detail" => (counts(&["arm", "predictor", "outcome"]), false),
        "targets_missing_detail" => (counts(&["outcome"]), false),
        "undefined" | "interval_undefined" | "boot_undefined" | "bound_undefined" => {
            (DataType::Utf8, true)
        }
        _ => (DataType::Float64, true),
    };
    Field::new(name, data_type, nullable)
}

/// The whole table in JSON: what was asked for, warnings and rows.
#[derive(Serialize)]
struct Document<'a> {
    arm: &'a str,
    against: &'a str,
    level: f64,
    bootstrap: u32,
    seed: u64,
    warnings: &'a [String],
    rows: Vec<Record<'a>>,
}

impl GainTable {
    fn records(&self) -> Vec<Record<'_>> {
        self.rows.iter().map(|row| Record::of(&self.by, row)).collect()
    }

    /// The table as one JSON object: `arm`, `against`, `level`, `bootstrap`, `seed`, `warnings`
    /// and `rows`, each row an object of the columns above.
    #[must_use]
    pub fn to_json(&self) -> String {
        let document = Document {
            arm: &self.arm,
            against: &self.against,
            level: self.level,
            bootstrap: self.bootstrap,
            seed: self.seed,
            warnings: &self.warnings,
            rows: self.records(),
        };
        let mut text = serde_json::to_string_pretty(&document).expect("text and finite numbers");
        text.push('\n');
        text
    }

    /// The rows as CSV with a header line.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let mut csv = csv::Writer::from_writer(Vec::new());
        let groups = self.by.iter().map(|key| key.as_str());
        let header = groups.chain(FIGURES).collect::<Vec<_>>();
        csv.write_record(header).expect("a vector takes all that is written");
        for Record(cells) in self.records() {
            let cells = cells.into_iter().map(|(_, value)| match value {
                Value::Null => String::new(),
                Value::String(text) => text,
                other => other.to_string(),
            });
            csv.write_record(cells).expect("a vector takes all that is written");
        }
        let bytes = csv.into_inner().expect("a vector takes all that is written");
        String::from_utf8(bytes).expect("cells are text")
    }

    /// Writes the rows as Parquet; the file appears under its name whole.
    ///
    /// The metadata hold `foretell.table` (`gain`), `foretell.version`, `arm`, `against`, `level`
    /// and `warnings` (as JSON).
    ///
    /// # Errors
    /// [`AnalysisError`] names the file.
    pub fn write_parquet(&self, path: &Path) -> Result<(), AnalysisError> {
        let parquet = |fault| TableError::Parquet { path: path.to_owned(), fault };
        let io = |fault| AnalysisError::Io { path: path.to_owned(), fault };
        let rows = |fault: String| TableError::Rows { table: TABLE, fault };
        let groups = self.by.iter().map(|key| Field::new(key.as_str(), DataType::Utf8, false));
        let fields: Vec<FieldRef> = groups.chain(FIGURES.map(field)).map(Arc::new).collect();
        let batch = serde_arrow::to_record_batch(&fields, &self.records())
            .map_err(|fault| rows(fault.to_string()))?;
        // A bare file name lies in the folder that the program was started in.
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let file = foretell_tables::temporary(".gain-", folder).map_err(io)?;
        let schema = Arc::new(Schema::new(fields));
        let mut writer =
            ArrowWriter::try_new(file, schema, Some(self.properties())).map_err(parquet)?;
        writer.write(&batch).map_err(parquet)?;
        let file = writer.into_inner().map_err(parquet)?;
        file.persist(path).map_err(|fault| io(fault.error))?;
        Ok(())
    }

    fn properties(&self) -> WriterProperties {
        let entry = |key: &str, value: String| KeyValue::new(key.to_owned(), value);
        WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_created_by("foretell".to_owned())
            .set_key_value_metadata(Some(vec![
                entry("foretell.table", TABLE.to_owned()),
                entry("foretell.version", VERSION.to_string()),
                entry("arm", self.arm.clone()),
                entry("against", self.against.clone()),
                entry("level", self.level.to_string()),
                entry("warnings", json!(self.warnings).to_string()),
            ]))
            .build()
    }
}
