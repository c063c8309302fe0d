//! Sheets as Parquet.

use super::machine::UNDEFINED;
use super::{Column, Kind, Sheet};
use crate::error::AnalysisError;
use arrow_schema::{DataType, Field, FieldRef, Fields, Schema};
use foretell_tables::TableError;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use serde_json::json;
use std::path::Path;
use std::sync::Arc;

/// Version of the way in which sheets are written; columns are the sheet's own.
const VERSION: u32 = 2;

fn field(column: &Column) -> Field {
    let (data_type, nullable) = match column.kind {
        Kind::Text => (DataType::Utf8, true),
        Kind::Count => (DataType::Int64, true),
        Kind::Truth => (DataType::Boolean, true),
        Kind::Breakdown(keys) => {
            let texts = keys.iter().map(|key| Field::new(*key, DataType::Utf8, false));
            let fields: Fields =
                texts.chain([Field::new("count", DataType::Int64, false)]).collect();
            let item = Field::new("item", DataType::Struct(fields), false);
            (DataType::List(item.into()), true)
        }
        _ => (DataType::Float64, true),
    };
    Field::new(&*column.name, data_type, nullable)
}

impl Sheet {
    /// Writes the rows as Parquet; the file appears under its name whole. The last column,
    /// `undefined`, says why cells are null.
    ///
    /// The metadata hold `foretell.table` (the sheet's name), `foretell.version`, `title`, `says`,
    /// the arms, settings, and as JSON `panel`, `conditional`, `excluded`, `notes`, `warnings`.
    ///
    /// # Errors
    /// [`AnalysisError`] names the file.
    pub fn write_parquet(&self, path: &Path) -> Result<(), AnalysisError> {
        let parquet = |fault| TableError::Parquet { path: path.to_owned(), fault };
        let io = |fault| AnalysisError::Io { path: path.to_owned(), fault };
        let rows = |fault: String| TableError::Rows { table: "sheet", fault };
        let undefined = Field::new(UNDEFINED, DataType::Utf8, true);
        let fields = self.columns.iter().map(field).chain([undefined]);
        let fields: Vec<FieldRef> = fields.map(Arc::new).collect();
        let batch = serde_arrow::to_record_batch(&fields, &self.records(false))
            .map_err(|fault| rows(fault.to_string()))?;
        // A bare file name lies in the folder that the program was started in.
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let file = foretell_tables::temporary(".sheet-", folder).map_err(io)?;
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
        let mut entries = vec![
            entry("foretell.table", self.name.clone()),
            entry("foretell.version", VERSION.to_string()),
            entry("title", self.title.clone()),
            entry("says", self.says.clone()),
        ];
        if let Some(contrast) = &self.contrast {
            entries.push(entry("arm", contrast.arm.clone()));
            entries.push(entry("against", contrast.against.clone()));
        }
        for (name, cell) in &self.settings {
            let text = match cell {
                super::Cell::Text(text) => text.to_string(),
                other => other.number().map(|number| number.to_string()).unwrap_or_default(),
            };
            entries.push(entry(name, text));
        }
        if let Some(panel) = &self.panel {
            let panel = json!({ "id": panel.id, "predictors": panel.predictors });
            entries.push(entry("panel", panel.to_string()));
        }
        let excluded = self.excluded.iter().map(|e| json!({ "what": e.what, "count": e.count }));
        entries.push(entry("excluded", json!(excluded.collect::<Vec<_>>()).to_string()));
        entries.push(entry("conditional", json!(self.conditional).to_string()));
        entries.push(entry("notes", json!(self.notes).to_string()));
        entries.push(entry("warnings", json!(self.warnings).to_string()));
        WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_created_by("foretell".to_owned())
            .set_key_value_metadata(Some(entries))
            .build()
    }
}
