//! From a file of the wide layout to a run folder.

use super::arms;
use super::error::WideError;
use super::gather::{Gathered, Gathering};
use super::models::{AboutRun, RUN_KEY, check_names, rows as model_rows, tables as model_tables};
use super::notes::notes;
use super::read::{for_each, open};
use super::settle::settle;
use super::tables::{jobs, write_answers, write_predictions, write_scores};
use crate::error::{RunError, StudyError};
use crate::folder::{Frozen, Layout};
use crate::manifest::{Identity, ImportedFrom, Manifest};
use crate::study::{ModelTable, Study};
use foretell_core::Prompts;
use foretell_core::id::hex;
use foretell_data::{Cards, ParquetFile};
use foretell_tables::write;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What an import made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedRun {
    /// The run's folder.
    pub folder: PathBuf,
    /// Rows of the file.
    pub rows: u64,
    /// Its pairs.
    pub pairs: u64,
    /// Their questions.
    pub questions: u64,
    /// Replies of references.
    pub answers: u64,
    /// Guesses, with those that are missing.
    pub guesses: u64,
    /// The references, by name.
    pub references: Vec<String>,
    /// The predictors, by name.
    pub predictors: Vec<String>,
    /// The arms.
    pub arms: Vec<String>,
    /// What is worth knowing about the input, in words.
    pub notes: Vec<String>,
}

/// Reads a file of the wide layout with replies into a new run folder, which appears whole or not at
/// all. Every row is kept.
///
/// # Errors
/// [`StudyError`] for a file that is no such file, with all faults of its columns or cells at once,
/// and for a folder that is there already.
pub fn import_run(path: &Path, out: &Path, cards: &Cards) -> Result<ImportedRun, StudyError> {
    refuse_old(out)?;
    let file = ParquetFile::open(path)?;
    let opened = open(&file)?;
    let mut gathering = Gathering::new(&opened.columns.arms);
    for_each(&file, &opened, |rows, start| gathering.add(rows, start))?;
    let (path, faults) = (path.to_owned(), std::mem::take(&mut gathering.faults));
    if faults.total > 0 {
        return Err(WideError::Cells { path, shown: faults.shown, total: faults.total }.into());
    }
    let mut all = gathering.finish();
    if all.rows == 0 {
        return Err(WideError::NoRows { path }.into());
    }
    let references = || all.by_reference.iter().filter(|of| !of.rows.is_empty());
    check_names(references().map(|of| all.references.name(of.name)), &path)?;
    check_names(all.predictors.iter(), &path)?;
    let digest = hex(&file.digest);
    settle(&mut all, cards, &digest);
    let own = opened.entries.get(RUN_KEY).and_then(|text| serde_json::from_str(text).ok());
    let own: AboutRun = own.unwrap_or_default();
    let arms = &opened.columns.arms;
    Import { all: &all, arms, own, path: &path, digest: &digest }.write(cards, out)
}

/// A folder that holds anything is left alone.
fn refuse_old(out: &Path) -> Result<(), StudyError> {
    let is_free = match std::fs::read_dir(out) {
        Ok(mut entries) => entries.next().is_none(),
        Err(fault) => fault.kind() == std::io::ErrorKind::NotFound,
    };
    if is_free { Ok(()) } else { Err(StudyError::Run(RunError::RunThere { path: out.to_owned() })) }
}

/// What goes into a run, and where it comes from.
struct Import<'a> {
    all: &'a Gathered,
    /// The arms of the file.
    arms: &'a [String],
    own: AboutRun,
    path: &'a Path,
    digest: &'a str,
}

impl Import<'_> {
    fn write(&self, cards: &Cards, out: &Path) -> Result<ImportedRun, StudyError> {
        let all = self.all;
        let folder = beside(out)?;
        let layout = Layout::new(folder.path());
        let jobs = jobs(all, self.arms);
        let notes = notes(all, self.path);
        let (guesses, counts) = rayon::join(
            || write_predictions(&jobs, all, &layout),
            || {
                write_answers(all, &layout)?;
                write_scores(all, &self.own, &layout)?;
                let pairs = all.pairs.iter().map(|known| known.pair.clone()).collect();
                Frozen::imported(all.questions.clone(), pairs, Prompts::embedded(), cards)
                    .write(&layout, notes.clone())
            },
        );
        let (guesses, counts) = (guesses?, counts?);
        write(&layout.models(), model_rows(&all.told, &self.own))?;
        let found: BTreeSet<&str> = jobs.iter().map(|job| job.arm).collect();
        let mut arms: Vec<String> = found.into_iter().map(str::to_owned).collect();
        arms::sort(&mut arms);
        let study = self.study(arms);
        let name = |table: &ModelTable| table.name.clone().unwrap_or_default();
        let made = ImportedRun {
            folder: out.to_owned(),
            rows: all.rows,
            pairs: all.pairs.len() as u64,
            questions: all.questions.len() as u64,
            answers: all.by_reference.iter().map(|of| of.replies.replies.len() as u64).sum(),
            guesses,
            references: study.references.iter().map(name).collect(),
            predictors: study.predictors.iter().map(name).collect(),
            arms: study.arms.clone(),
            notes,
        };
        let content = format!("content {}", &self.digest[..16]);
        let fields = BTreeMap::from([("import".to_owned(), content)]);
        let imported = ImportedFrom {
            file: self.path.display().to_string(),
            sha256: self.digest.to_owned(),
            rows: all.rows,
        };
        let identity = Identity::from_fields(fields);
        let manifest = Manifest::of_import(study, identity, counts, imported);
        manifest.write(layout.folder())?;
        place(folder, out)?;
        Ok(made)
    }

    /// The study that the file holds. Its models stand as they came, so that an export names them in
    /// the same order.
    fn study(&self, arms: Vec<String>) -> Study {
        let all = self.all;
        let references = all.by_reference.iter().filter(|of| !of.rows.is_empty());
        let stem = self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Study {
            name: if self.own.name.is_empty() { stem } else { self.own.name.clone() },
            pairs: vec![self.path.display().to_string()],
            arms,
            references: model_tables(references.map(|of| all.references.name(of.name))),
            predictors: model_tables(all.predictors.iter()),
            ..Study::default()
        }
    }
}

/// A folder beside the place of a run, so that the run is there whole or not at all.
fn beside(out: &Path) -> Result<tempfile::TempDir, StudyError> {
    let at = |fault| StudyError::Io { path: out.to_owned(), fault };
    let parent = out.parent().filter(|parent| !parent.as_os_str().is_empty());
    let parent = parent.unwrap_or(Path::new("."));
    std::fs::create_dir_all(parent).map_err(at)?;
    tempfile::Builder::new().prefix(".import-").tempdir_in(parent).map_err(at)
}

/// Files that are waited for at once: each waits for the disk, and the disk takes many together.
const SYNCED_AT_ONCE: usize = 16;

/// Makes all files in a folder last.
fn sync(folder: &Path) -> std::io::Result<()> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    std::thread::scope(|scope| {
        let parts = files.chunks(files.len().div_ceil(SYNCED_AT_ONCE).max(1));
        let threads = parts.map(|files| {
            let sync = |path: &PathBuf| std::fs::File::open(path)?.sync_all();
            scope.spawn(move || files.iter().try_for_each(sync))
        });
        let threads: Vec<_> = threads.collect();
        threads.into_iter().try_for_each(|thread| thread.join().expect("syncing cannot panic"))
    })
}

/// Puts a folder that is whole in its place.
fn place(folder: tempfile::TempDir, out: &Path) -> Result<(), StudyError> {
    let at = |fault| StudyError::Io { path: out.to_owned(), fault };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // A temporary folder is secret; a run is not.
        let permissions = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(folder.path(), permissions).map_err(at)?;
    }
    sync(folder.path()).map_err(at)?;
    if out.exists() {
        std::fs::remove_dir(out).map_err(at)?;
    }
    std::fs::rename(folder.path(), out).map_err(at)?;
    // It has another name now, under which nothing is left to remove.
    let _ = folder.keep();
    Ok(())
}
