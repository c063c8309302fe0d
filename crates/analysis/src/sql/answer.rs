//! Answers of queries as text and as files.

use super::engine::Sql;
use super::error::SqlError;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::csv::WriterBuilder as CsvBuilder;
use datafusion::arrow::json::writer::JsonArray;
use datafusion::arrow::json::{Writer as JsonWriter, WriterBuilder as JsonBuilder};
use datafusion::arrow::util::pretty::pretty_format_batches_with_schema;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use std::io::Write;
use std::path::Path;

/// The text of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A table for people, whole in memory before it is written.
    Table,
    /// A list of objects; what is null is null.
    Json,
    /// Comma-separated values under a header; what is null is empty. Lists do not fit.
    Csv,
}

impl Sql {
    /// Answers a query as text.
    ///
    /// # Errors
    /// [`SqlError`] with what the engine says, or what does not fit the form.
    pub fn write(&self, query: &str, form: Form, out: &mut dyn Write) -> Result<(), SqlError> {
        let written = |fault: std::io::Error| SqlError::Engine { fault: fault.to_string() };
        match form {
            Form::Table => {
                let (schema, batches) = self.collect(query)?;
                let table = pretty_format_batches_with_schema(schema, &batches)?.to_string();
                // Text of a model could steer the terminal.
                let table: String =
                    table.chars().filter(|c| !c.is_control() || *c == '\n').collect();
                writeln!(out, "{table}").map_err(written)
            }
            Form::Csv => {
                let mut header = true;
                let schema =
                    self.stream(query, |_, batch| csv(out, std::mem::take(&mut header), &batch))?;
                if header {
                    csv(out, true, &RecordBatch::new_empty(schema))?;
                }
                Ok(())
            }
            Form::Json => {
                let builder = JsonBuilder::new().with_explicit_nulls(true);
                let mut json: JsonWriter<_, JsonArray> = builder.build(&mut *out);
                self.stream(query, |_, batch| Ok(json.write(&batch)?))?;
                json.finish()?;
                drop(json);
                writeln!(out).map_err(written)
            }
        }
    }

    /// Answers a query as a Parquet file, which appears under its name whole; gives the rows.
    ///
    /// # Errors
    /// [`SqlError`] with what the engine says, or the file.
    pub fn write_parquet(&self, query: &str, path: &Path) -> Result<u64, SqlError> {
        let at = |fault: String| SqlError::Write { path: path.to_owned(), fault };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let file = foretell_tables::temporary(".sql-", folder).map_err(|e| at(e.to_string()))?;
        let mut file = Some(file);
        let mut writer = None;
        let mut rows = 0;
        let properties = || {
            WriterProperties::builder()
                .set_compression(Compression::ZSTD(ZstdLevel::default()))
                .set_created_by("foretell".to_owned())
                .build()
        };
        let mut open = |schema| {
            let file = file.take().expect("opened once");
            ArrowWriter::try_new(file, schema, Some(properties())).map_err(|e| at(e.to_string()))
        };
        let schema = self.stream(query, |schema, batch| {
            if writer.is_none() {
                writer = Some(open(schema.clone())?);
            }
            rows += batch.num_rows() as u64;
            let writer = writer.as_mut().expect("opened above");
            writer.write(&batch).map_err(|e| at(e.to_string()))
        })?;
        let writer = match writer {
            Some(writer) => writer,
            None => open(schema)?,
        };
        let file = writer.into_inner().map_err(|e| at(e.to_string()))?;
        file.persist(path).map_err(|e| at(e.error.to_string()))?;
        Ok(rows)
    }
}

fn csv(out: &mut dyn Write, header: bool, batch: &RecordBatch) -> Result<(), SqlError> {
    Ok(CsvBuilder::new().with_header(header).build(out).write(batch)?)
}
