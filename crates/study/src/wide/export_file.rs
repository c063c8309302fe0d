//! The file that an export writes.

use super::export_rows::{Columns, join};
use super::models::{AboutRun, RUN_KEY};
use crate::error::StudyError;
use foretell_tables::{TableError, temporary};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use std::path::Path;

/// The file, which appears under its name when it is whole.
pub(super) struct File<'a> {
    path: &'a Path,
    about: KeyValue,
    file: Option<tempfile::NamedTempFile>,
    writer: Option<ArrowWriter<tempfile::NamedTempFile>>,
    pub(super) rows: u64,
}

impl<'a> File<'a> {
    pub(super) fn create(path: &'a Path, about: &AboutRun) -> Result<Self, StudyError> {
        let at = |fault| StudyError::Io { path: path.to_owned(), fault };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).map_err(at)?;
        let file = temporary(".file-", folder).map_err(at)?;
        let about = serde_json::to_string(about).expect("what is known of models is always JSON");
        let about = KeyValue::new(RUN_KEY.to_owned(), about);
        Ok(Self { path, about, file: Some(file), writer: None, rows: 0 })
    }

    pub(super) fn write(&mut self, groups: Vec<Columns>, rows: u64) -> Result<(), StudyError> {
        let batch = join(groups);
        let path = self.path.to_owned();
        let parquet = |fault| StudyError::from(TableError::Parquet { path: path.clone(), fault });
        if let Some(file) = self.file.take() {
            let properties = WriterProperties::builder()
                .set_compression(Compression::ZSTD(ZstdLevel::default()))
                // No version of a library: the same run gives the same bytes.
                .set_created_by("foretell".to_owned())
                .set_key_value_metadata(Some(vec![self.about.clone()]))
                .build();
            let writer = ArrowWriter::try_new(file, batch.schema(), Some(properties));
            self.writer = Some(writer.map_err(parquet)?);
        }
        let writer = self.writer.as_mut().expect("made with the first batch");
        let parquet = |fault| StudyError::from(TableError::Parquet { path: path.clone(), fault });
        writer.write(&batch).map_err(parquet)?;
        self.rows += rows;
        Ok(())
    }

    pub(super) fn finish(self) -> Result<(), StudyError> {
        let path = self.path;
        let at = |fault| StudyError::Io { path: path.to_owned(), fault };
        let Some(writer) = self.writer else { return Ok(()) };
        let parquet =
            |fault| StudyError::from(TableError::Parquet { path: path.to_owned(), fault });
        let file = writer.into_inner().map_err(parquet)?;
        file.as_file().sync_all().map_err(at)?;
        file.persist(path).map_err(|fault| at(fault.error))?;
        Ok(())
    }
}
