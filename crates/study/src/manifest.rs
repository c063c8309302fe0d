//! `run.toml`: everything about a run, resolved.

use crate::error::{RunError, StudyError};
use crate::judge::{JudgeWork, JudgesAtWork};
use crate::passes::Passes;
use crate::study::{ModelTable, Study};
use foretell_core::id::hex;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Format of a run folder; a folder of another format is not touched.
const FORMAT: i64 = 1;

/// What `run.toml` holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Format of the run folder.
    pub format: i64,
    /// Version of the program that made the run.
    pub program: String,
    /// Whether all that the last command asked for was asked and derived.
    pub complete: bool,
    /// The ledger, where it is one that several runs share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ledger: Option<PathBuf>,
    /// Folders of batch files elsewhere, beside the run's own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub batches: Vec<PathBuf>,
    /// The study, with all that was added to it later.
    pub study: Study,
    /// What the run asks about; it may not change.
    pub identity: Identity,
    /// What was frozen.
    pub frozen: FrozenCounts,
    /// The file that the run was imported from; then nothing was asked in it, and nothing can be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported: Option<ImportedFrom>,
    /// The judges that have not ended; the run is not complete then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judging: Option<JudgesAtWork>,
}

/// Where the answers and predictions of a run come from that this program did not ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImportedFrom {
    /// The file, as it was named.
    pub file: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Its rows.
    pub rows: u64,
}

/// What was frozen when the run started.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrozenCounts {
    /// Rows of `questions.parquet`.
    pub questions: u64,
    /// Rows of `pairs.parquet`.
    pub pairs: u64,
    /// Hash of the prompt templates.
    pub prompts: String,
    /// Hash of the cards.
    pub cards: String,
    /// What was left out of the input, and what else is worth knowing about it.
    pub notes: Vec<String>,
}

/// The fields of a study that say what is asked about, by name. Files count by their content, so
/// that a run can be continued from another folder; what is built in counts by its name, so that an
/// upgrade of the program does not make it another run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Identity(BTreeMap<String, String>);

impl Identity {
    /// The identity of a study.
    ///
    /// # Errors
    /// [`StudyError::Io`] for a file that cannot be read.
    pub fn of(study: &Study) -> Result<Self, StudyError> {
        let mut fields = BTreeMap::new();
        let mut add = |name: &str, value: String| fields.insert(name.to_owned(), value);
        let pairs: Vec<String> =
            study.pairs.iter().map(|spec| source(spec)).collect::<Result<_, _>>()?;
        add("pairs", pairs.join(", "));
        add("seed", study.seed.to_string());
        add("reprompt", study.reprompt.to_string());
        if study.pairs.iter().any(|spec| spec == "moral_machines") {
            add("scenarios", study.scenarios.to_string());
            add("published", study.published.to_string());
        }
        if let Some(labels) = &study.labels {
            add("labels", labels.join(", "));
        }
        for (name, folder) in [("prompts", &study.prompts), ("cards", &study.cards)] {
            if let Some(folder) = folder {
                add(name, content_hash(folder)?);
            }
        }
        Ok(Self(fields))
    }

    /// An identity of these fields.
    pub(crate) fn from_fields(fields: BTreeMap<String, String>) -> Self {
        Self(fields)
    }

    /// What differs between this run and another study, in words.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let names = self.0.keys().chain(other.0.keys().filter(|name| !self.0.contains_key(*name)));
        names
            .filter(|name| self.0.get(*name) != other.0.get(*name))
            .map(|name| difference(name, self.0.get(name), other.0.get(name)))
            .collect()
    }

    /// The default folder of a study: `runs/<name>-<8 hex digits>`, so that the same command
    /// continues the same run.
    ///
    /// # Errors
    /// [`StudyError::Spec`] for a model that cannot be read.
    pub fn default_folder(&self, study: &Study) -> Result<PathBuf, StudyError> {
        let mut hash = Sha256::new();
        let mut add = |text: &str| {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text);
        };
        for (name, value) in &self.0 {
            add(name);
            add(value);
        }
        for table in study.references.iter().chain(&study.predictors) {
            let spec = table.spec()?;
            add(&spec.name);
            add(&spec.identity());
        }
        add(&study.references.len().to_string());
        study.arms.iter().for_each(|arm| add(arm));
        // Last, so that the folders of studies without one stay what they were.
        if let Some(table) = &study.rationale {
            let spec = table.spec()?;
            ["rationale", &spec.name, &spec.identity()].into_iter().for_each(add);
        }
        let name = crate::models::file_name(&study.name);
        Ok(Path::new("runs").join(format!("{name}-{}", hex(&hash.finalize()[..4]))))
    }
}

/// What differs in a field, in words: hashes of content say nothing to people.
fn difference(name: &str, old: Option<&String>, new: Option<&String>) -> String {
    let flag = name.replace('_', "-");
    match (old, new) {
        (Some(_), None) => {
            format!("the run was started with `--{flag}`, and this command has none")
        }
        (None, _) => format!("the run was started without `--{flag}`, and this command has one"),
        (Some(_), Some(_)) if matches!(name, "prompts" | "cards") => {
            format!("the files in `--{flag}` are not those that it was started with")
        }
        (Some(old), Some(new)) => format!("its `{name}` is {}, not {}", said(old), said(new)),
    }
}

/// A value of a field; content that was hashed is a file.
fn said(value: &str) -> String {
    let one = |part: &str| match part.strip_prefix("content ") {
        Some(_) => "a file of other content".to_owned(),
        None => format!("`{part}`"),
    };
    if value.contains("content ") {
        value.split(", ").map(one).collect::<Vec<_>>().join(" and ")
    } else {
        format!("`{value}`")
    }
}

impl Manifest {
    /// The manifest of a new run.
    ///
    /// # Errors
    /// [`StudyError::Spec`] for a model that cannot be read.
    pub fn new(
        mut study: Study,
        identity: Identity,
        frozen: FrozenCounts,
    ) -> Result<Self, StudyError> {
        study.resolve_passes()?;
        Ok(Self::begun(study, identity, frozen))
    }

    fn begun(study: Study, identity: Identity, frozen: FrozenCounts) -> Self {
        Self {
            format: FORMAT,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            complete: false,
            ledger: None,
            batches: Vec::new(),
            study,
            identity,
            frozen,
            imported: None,
            judging: None,
        }
    }

    /// The manifest of a run that was made elsewhere: complete, and its models are names only.
    pub(crate) fn of_import(
        study: Study,
        identity: Identity,
        frozen: FrozenCounts,
        from: ImportedFrom,
    ) -> Self {
        let begun = Self::begun(study, identity, frozen);
        Self { complete: true, imported: Some(from), ..begun }
    }

    /// The same after a command that asked its study, and did or did not complete it.
    #[must_use]
    pub(crate) fn after_run(&self, complete: bool) -> Self {
        let mut after = self.clone();
        match &mut after.judging {
            Some(judging) => judging.else_complete = complete,
            None => after.complete = complete,
        }
        after
    }

    /// The same while a judge is asked: not complete, since no table names its replies yet.
    #[must_use]
    pub(crate) fn while_judging(&self, work: Vec<JudgeWork>) -> Self {
        let mut now = self.clone();
        let else_complete = std::mem::take(&mut now.complete);
        let new = || JudgesAtWork { work: Vec::new(), else_complete };
        now.judging.get_or_insert_with(new).add(work);
        now
    }

    /// The same once a judge has ended that work.
    #[must_use]
    pub(crate) fn after_judging(&self, work: &[JudgeWork]) -> Self {
        let mut after = self.clone();
        let Some(judging) = &mut after.judging else { return after };
        judging.end(work);
        if judging.work.is_empty() {
            after.complete = judging.else_complete;
            after.judging = None;
        }
        after
    }

    /// Refuses to ask anything in a run that was imported; a folder without a run is fine.
    ///
    /// # Errors
    /// [`RunError::Imported`] names the file that it was imported from.
    pub fn refuse_imported(folder: &Path) -> Result<(), StudyError> {
        match Self::read(folder).map(|manifest| manifest.imported) {
            Ok(Some(from)) => Err(StudyError::Run(RunError::Imported {
                path: folder.to_owned(),
                file: from.file,
            })),
            // Whatever else is wrong with it is told where it is opened.
            _ => Ok(()),
        }
    }

    /// Reads the manifest of a run.
    ///
    /// # Errors
    /// [`RunError::OtherVersion`] for a run of another format, [`RunError::NoRun`] where there
    /// is none.
    pub fn read(folder: &Path) -> Result<Self, StudyError> {
        read_manifest(folder, "run.toml", FORMAT)
    }

    /// Writes the manifest, whole or not at all.
    ///
    /// # Errors
    /// [`StudyError::Io`] names the file.
    pub fn write(&self, folder: &Path) -> Result<(), StudyError> {
        let text = toml::to_string(self).expect("a manifest is always TOML");
        write_whole(&folder.join("run.toml"), &text)
    }

    fn shares_a_model(&self, study: &Study) -> Result<bool, StudyError> {
        let names = |study: &Study| -> Result<BTreeSet<String>, StudyError> {
            let models = study.references.iter().chain(&study.predictors);
            models.map(|table| Ok(table.spec()?.name)).collect()
        };
        Ok(!names(&self.study)?.is_disjoint(&names(study)?))
    }

    /// Adds the models, arms and repeats of `study` that the run does not have yet. A model that is
    /// there may have moved to another address.
    ///
    /// Gives what differs, in words, where a name stands for another model here, or the run would
    /// shrink.
    ///
    /// # Errors
    /// [`StudyError::Spec`] for a model that cannot be read.
    pub fn extend(&mut self, study: &Study) -> Result<Vec<String>, StudyError> {
        let mut differences = Vec::new();
        if study.name != self.study.name && !self.shares_a_model(study)? {
            differences.push(format!(
                "it is of the study `{}`, not `{}`, and no model of one is in the other",
                self.study.name, study.name
            ));
        }
        // Tables of arms and models that this command leaves alone would keep their old length.
        let pairs = |study: &Study| study.limit.unwrap_or(self.frozen.pairs).min(self.frozen.pairs);
        let (old, new) = (pairs(&self.study), pairs(study));
        if new < old {
            differences.push(format!("it goes to {old} pairs and cannot shrink to {new}"));
        }
        self.complete = false;
        if let Some(judging) = &mut self.judging {
            judging.else_complete = false;
        }
        let mut study = study.clone();
        study.resolve_passes()?;
        let all = self.study.passes();
        let lists = [
            (&mut self.study.references, study.references),
            (&mut self.study.predictors, study.predictors),
        ];
        for (tables, more) in lists {
            for table in more {
                let spec = table.spec()?;
                let mut same = None;
                for old in tables.iter_mut() {
                    let old_spec = old.spec()?;
                    if old_spec.name == spec.name {
                        same = Some((old_spec, old));
                    }
                }
                match same {
                    None => tables.push(table),
                    Some((old, _)) if old.identity() != spec.identity() => differences
                        .push(format!("its model `{}` is `{old}`, not `{spec}`", spec.name)),
                    Some((_, old)) => {
                        let (had, has) = (Passes::of(old, all)?, Passes::of(&table, all)?);
                        let shrinks = had.shrinks(has);
                        differences.extend(
                            shrinks.map(|says| format!("its model `{}` {says}", spec.name)),
                        );
                        *old = table;
                    }
                }
            }
        }
        differences.extend(self.extend_rationale(study.rationale)?);
        (self.study.repeats, self.study.ceiling) = (study.repeats, study.ceiling);
        for arm in &study.arms {
            if !self.study.arms.contains(arm) {
                self.study.arms.push(arm.clone());
            }
        }
        self.study.limit = study.limit;
        self.study.budget = study.budget;
        Ok(differences)
    }

    /// Adds the rationale model where there is none; its explanations have one place in a run.
    fn extend_rationale(&mut self, new: Option<ModelTable>) -> Result<Option<String>, StudyError> {
        let Some(new) = new else { return Ok(None) };
        let mut difference = None;
        if let Some(old) = &self.study.rationale {
            let (old, new) = (old.spec()?, new.spec()?);
            if (&old.name, old.identity()) != (&new.name, new.identity()) {
                let (old, new) = (&old.name, &new.name);
                difference = Some(format!("its rationale model is `{old}`, not `{new}`"));
            }
        }
        self.study.rationale = Some(new);
        Ok(difference)
    }
}

/// Reads a manifest of a format.
///
/// # Errors
/// [`RunError::OtherVersion`] for one of another format, [`RunError::NoRun`] where there is none.
pub(crate) fn read_manifest<T: DeserializeOwned>(
    folder: &Path,
    file: &str,
    wanted: i64,
) -> Result<T, StudyError> {
    let path = folder.join(file);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => {
            return Err(StudyError::Run(RunError::NoRun { path: folder.to_owned() }));
        }
        Err(fault) => return Err(StudyError::Io { path, fault }),
    };
    // The format first: another format may have other fields.
    let table: toml::Table = toml::from_str(&text)
        .map_err(|fault| StudyError::Run(RunError::Manifest { path: path.clone(), fault }))?;
    let found = table.get("format").and_then(toml::Value::as_integer).unwrap_or(0);
    if found != wanted {
        let program = table.get("program").and_then(toml::Value::as_str).unwrap_or("(unknown)");
        let program = program.to_owned();
        return Err(StudyError::Run(RunError::OtherVersion { path, found, program, wanted }));
    }
    toml::from_str(&text).map_err(|fault| StudyError::Run(RunError::Manifest { path, fault }))
}

/// A source of pairs: its name if it is built in, else its content.
pub(crate) fn source(spec: &str) -> Result<String, StudyError> {
    let path = Path::new(spec);
    if path.exists() { Ok(format!("content {}", content_hash(path)?)) } else { Ok(spec.to_owned()) }
}

/// Hash of a file's content, or of the names and contents of a folder's files, 16 hex digits.
pub(crate) fn content_hash(path: &Path) -> Result<String, StudyError> {
    let mut hash = Sha256::new();
    add_content(&mut hash, path, path.is_dir())?;
    Ok(hex(&hash.finalize()[..8]))
}

fn add_content(hash: &mut Sha256, path: &Path, named: bool) -> Result<(), StudyError> {
    let at = |fault| StudyError::Io { path: path.to_owned(), fault };
    if path.is_dir() {
        let entries = std::fs::read_dir(path).map_err(at)?;
        let mut entries: Vec<PathBuf> = entries
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()
            .map_err(at)?;
        entries.sort();
        // Of a folder of pairs only its two tables count: a run folder grows others.
        let tables = ["questions.parquet", "pairs.parquet"].map(|name| path.join(name));
        if tables.iter().all(|table| table.exists()) {
            entries = tables.to_vec();
        }
        return entries.iter().try_for_each(|entry| add_content(hash, entry, true));
    }
    if named {
        hash.update(path.file_name().unwrap_or_default().as_encoded_bytes());
    }
    let mut file = std::fs::File::open(path).map_err(at)?;
    std::io::copy(&mut file, &mut HashWriter(hash)).map_err(at)?;
    Ok(())
}

struct HashWriter<'a>(&'a mut Sha256);

impl std::io::Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Writes a file to a temporary name and renames it.
pub(crate) fn write_whole(path: &Path, text: &str) -> Result<(), StudyError> {
    foretell_tables::write_whole(path, text.as_bytes())
        .map_err(|fault| StudyError::Io { path: path.to_owned(), fault })
}
