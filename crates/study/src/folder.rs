//! The run folder: where its files lie, its lock, and the inputs that it freezes.

use crate::error::{QuestionsError, RunError, StudyError};
use crate::frozen_files::{
    check_hashes, frozen_cards, frozen_prompts, frozen_rows, is_leftover, remove_leftovers,
};
use crate::manifest::{FrozenCounts, Identity, Manifest, write_whole};
use crate::models::file_name;
use crate::notes::notes;
use crate::study::Study;
use foretell_core::id::hex;
use foretell_core::{Card, Labels, Pair, Prompts, Question, QuestionId};
use foretell_data::{Cards, PairSet};
use foretell_tables::{PairRow, QuestionRow, write};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where the files of a run lie.
#[derive(Debug, Clone)]
pub struct Layout {
    folder: PathBuf,
    /// A ledger elsewhere.
    ledger: Option<PathBuf>,
    /// Folders of batch files elsewhere.
    batches: Vec<PathBuf>,
}

impl Layout {
    /// The layout of the run in `folder`.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), ledger: None, batches: Vec::new() }
    }

    /// The same with a ledger that lies elsewhere, and that other runs may share.
    #[must_use]
    pub fn with_ledger(self, path: PathBuf) -> Self {
        Self { ledger: Some(path), ..self }
    }

    /// The layout of the run in `folder`, with the ledger and the folders of batch files that its
    /// manifest names.
    ///
    /// # Errors
    /// [`StudyError`] where there is no run, or its manifest cannot be read.
    pub fn of_run(folder: &Path) -> Result<Self, StudyError> {
        let Manifest { ledger, batches, .. } = Manifest::read(folder)?;
        Ok(Self { ledger, batches: resolved(folder, &batches), folder: folder.to_owned() })
    }

    /// The folder itself.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The questions.
    #[must_use]
    pub fn questions(&self) -> PathBuf {
        self.folder.join("questions.parquet")
    }

    /// The pairs.
    #[must_use]
    pub fn pairs(&self) -> PathBuf {
        self.folder.join("pairs.parquet")
    }

    /// The models.
    #[must_use]
    pub fn models(&self) -> PathBuf {
        self.folder.join("models.parquet")
    }

    /// The ledger.
    #[must_use]
    pub fn ledger(&self) -> PathBuf {
        self.ledger.clone().unwrap_or_else(|| self.folder.join("ledger.sqlite"))
    }

    /// Whether the ledger lies elsewhere, where other processes may write to it too.
    #[must_use]
    pub fn shares_ledger(&self) -> bool {
        self.ledger.is_some()
    }

    /// The batch files.
    #[must_use]
    pub fn batch(&self) -> PathBuf {
        self.folder.join("batch")
    }

    /// All folders of batch files: the run's own, and those elsewhere that it was given.
    #[must_use]
    pub fn batch_folders(&self) -> Vec<PathBuf> {
        std::iter::once(self.batch()).chain(self.batches.iter().cloned()).collect()
    }

    /// Whether a folder of batch files is one of these, however it is reached.
    pub(crate) fn knows_batches(&self, folder: &Path) -> bool {
        self.batch_folders().iter().any(|known| is_same_folder(known, folder))
    }

    /// What happened to the limits of the addresses that were asked.
    #[must_use]
    pub fn limits(&self) -> PathBuf {
        self.folder.join("limits.log")
    }

    /// What was known about the models when they were first asked.
    #[must_use]
    pub fn registry(&self) -> PathBuf {
        self.folder.join("registry.toml")
    }

    /// The logs of servers that were started for the run.
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.folder.join("logs")
    }

    /// The report.
    #[must_use]
    pub fn report(&self) -> PathBuf {
        self.folder.join("report.html")
    }

    /// The answers of a reference.
    #[must_use]
    pub fn answers(&self, reference: &str) -> PathBuf {
        self.folder.join("answers").join(format!("{}.parquet", file_name(reference)))
    }

    /// What the model `explainer` says for the answers of a reference.
    #[must_use]
    pub fn rationales(&self, explainer: &str, reference: &str) -> PathBuf {
        let folder = self.folder.join("rationales").join(file_name(explainer));
        folder.join(format!("{}.parquet", file_name(reference)))
    }

    /// The placebo donors of a reference.
    #[must_use]
    pub fn donors(&self, reference: &str) -> PathBuf {
        self.folder.join("donors").join(format!("{}.parquet", file_name(reference)))
    }

    /// The predictions of a predictor about a reference in one arm.
    #[must_use]
    pub fn predictions(&self, reference: &str, predictor: &str, arm: &str) -> PathBuf {
        let folder = self.folder.join("predictions").join(file_name(reference));
        folder.join(file_name(predictor)).join(format!("{}.parquet", file_name(arm)))
    }

    /// The verdicts of a judge.
    #[must_use]
    pub fn scores(&self, judge: &str) -> PathBuf {
        self.folder.join("scores").join(format!("{}.parquet", file_name(judge)))
    }

    pub(crate) fn prompts(&self) -> PathBuf {
        self.folder.join("prompts")
    }

    pub(crate) fn cards(&self) -> PathBuf {
        self.folder.join("cards.toml")
    }

    fn lock(&self) -> PathBuf {
        self.folder.join(".lock")
    }
}

/// A run folder held by this process.
pub struct RunFolder {
    /// Where its files lie.
    pub layout: Layout,
    /// Its manifest.
    pub manifest: Manifest,
    /// What it asks about.
    pub frozen: Frozen,
    /// Whether this call made it.
    pub is_new: bool,
    /// Held until the folder is dropped, and by the system released with the process; none where the
    /// folder is only read.
    _lock: Option<File>,
}

/// What a run asks about: written once, never derived again.
pub struct Frozen {
    /// The questions.
    pub questions: Vec<Question>,
    /// The pairs, all of them, whatever the limit.
    pub pairs: Vec<Pair>,
    /// The prompt templates.
    pub prompts: Prompts,
    /// A card for each dataset.
    pub cards: BTreeMap<String, Card>,
    by_id: HashMap<QuestionId, usize>,
}

impl RunFolder {
    /// Opens the run of `study` in `folder`, or starts it there: `load` then gives its pairs. What
    /// `check` refuses is not started, so that the same folder serves once the fault is mended.
    ///
    /// # Errors
    /// [`StudyError`]: the folder holds something else, another study, another version, or is in use.
    pub fn open_or_start(
        folder: &Path,
        study: &Study,
        identity: Identity,
        load: impl FnOnce() -> Result<(PairSet, Cards, Prompts), StudyError>,
        check: impl FnOnce(&Frozen) -> Result<(), StudyError>,
    ) -> Result<Self, StudyError> {
        let layout = Layout::new(folder);
        std::fs::create_dir_all(folder)
            .map_err(|fault| StudyError::Io { path: folder.to_owned(), fault })?;
        refuse_strangers(folder, "run.toml", &OURS)?;
        let lock = lock(&layout)?;
        remove_leftovers(folder);
        match Manifest::read(folder) {
            Ok(mut manifest) => {
                let mut differences = manifest.identity.differences(&identity);
                differences.extend(manifest.extend(study)?);
                if !differences.is_empty() {
                    let faults = differences.join("; ");
                    return Err(StudyError::Run(RunError::OtherStudy {
                        path: folder.to_owned(),
                        faults,
                    }));
                }
                let frozen = Frozen::read(&layout)?;
                check_hashes(&layout, &manifest.frozen)?;
                check(&frozen)?;
                manifest.write(folder)?;
                Ok(Self { layout, manifest, frozen, is_new: false, _lock: Some(lock) })
            }
            Err(StudyError::Run(RunError::NoRun { .. })) => {
                let (set, cards, prompts) = load()?;
                let notes = notes(&set, &cards);
                let frozen = Frozen::new(set, &cards, prompts)?;
                check(&frozen)?;
                let counts = frozen.write(&layout, notes)?;
                // Last: a folder with a manifest is whole.
                let manifest = Manifest::new(study.clone(), identity, counts)?;
                manifest.write(folder)?;
                Ok(Self { layout, manifest, frozen, is_new: true, _lock: Some(lock) })
            }
            Err(error) => Err(error),
        }
    }
}

impl RunFolder {
    /// Opens the run in `folder` as it is, for a stage after its own.
    ///
    /// # Errors
    /// [`StudyError`]: there is no run, it is of another version, damaged, or in use.
    pub(crate) fn open(folder: &Path) -> Result<Self, StudyError> {
        // Before the lock, whose file would stand where there is no run.
        let layout = Layout::of_run(folder)?;
        let lock = lock(&layout)?;
        remove_leftovers(folder);
        Ok(Self { _lock: Some(lock), ..Self::open_to_read(folder)? })
    }

    /// Opens the run in `folder` beside whoever works on it: writes nothing.
    ///
    /// # Errors
    /// [`StudyError`], as [`RunFolder::open`], but for a run in use.
    pub(crate) fn open_to_read(folder: &Path) -> Result<Self, StudyError> {
        let layout = Layout::of_run(folder)?;
        let manifest = Manifest::read(folder)?;
        let frozen = Frozen::read(&layout)?;
        check_hashes(&layout, &manifest.frozen)?;
        Ok(Self { layout, manifest, frozen, is_new: false, _lock: None })
    }

    /// Keeps a template that the run was started without, by a program that did not have it yet.
    pub(crate) fn freeze_prompt(&self, file: &str) -> Result<(), StudyError> {
        let path = self.layout.prompts().join(file);
        match self.frozen.prompts.files().get(file) {
            Some(text) if !path.exists() => write_whole(&path, text),
            _ => Ok(()),
        }
    }

    /// Keeps in the manifest where the ledger lies.
    pub(crate) fn keep_ledger(&mut self) -> Result<(), StudyError> {
        let ledger = self.layout.ledger.clone();
        if self.manifest.ledger == ledger {
            return Ok(());
        }
        self.manifest.ledger = ledger;
        self.manifest.write(self.layout.folder())
    }

    /// Keeps in the manifest that batch files lie in `folder`, so that budgets and costs know of them
    /// whatever the next command is given; in the place of the folder `moved`, where it was that one.
    pub(crate) fn keep_batches(
        &mut self,
        folder: &Path,
        moved: Option<&Path>,
    ) -> Result<(), StudyError> {
        if self.layout.knows_batches(folder) {
            return Ok(());
        }
        let at = |fault| StudyError::Io { path: folder.to_owned(), fault };
        let run = self.layout.folder();
        let (folder, whole) = (folder.canonicalize().map_err(at)?, run.canonicalize().map_err(at)?);
        // A run may be moved or renamed, with all that lies in it.
        let kept = folder.strip_prefix(&whole).map_or_else(|_| folder.clone(), Path::to_owned);
        let batches = &mut self.manifest.batches;
        match batches.iter_mut().find(|old| moved.is_some_and(|moved| run.join(old) == moved)) {
            Some(old) => *old = kept,
            None => batches.push(kept),
        }
        self.layout.batches = resolved(run, batches);
        self.manifest.write(self.layout.folder())
    }
}

/// Folders as the manifest of the run in `folder` names them: those within it by their place in it.
fn resolved(folder: &Path, batches: &[PathBuf]) -> Vec<PathBuf> {
    batches.iter().map(|batch| folder.join(batch)).collect()
}

/// Whether two paths lead to one folder; where one is away, whether they are the same.
pub(crate) fn is_same_folder(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => matches!(
            (std::path::absolute(one), std::path::absolute(other)),
            (Ok(one), Ok(other)) if one == other
        ),
    }
}

impl Frozen {
    pub(crate) fn new(set: PairSet, cards: &Cards, prompts: Prompts) -> Result<Self, StudyError> {
        if set.pairs.is_empty() {
            return Err(StudyError::Questions(QuestionsError::NoPairs));
        }
        for question in &set.questions {
            labels_of(question)?;
        }
        let datasets: BTreeSet<&String> =
            set.questions.iter().map(|question| &question.dataset).collect();
        let cards = datasets
            .into_iter()
            .map(|dataset| (dataset.clone(), cards.for_dataset(dataset).clone()))
            .collect();
        Self::with(set.questions, set.pairs, prompts, cards).checked()
    }

    /// What an imported run is about. Its labels are whatever was answered, so one may stand alone.
    pub(crate) fn imported(
        questions: Vec<Question>,
        pairs: Vec<Pair>,
        prompts: Prompts,
        cards: &Cards,
    ) -> Self {
        let datasets: BTreeSet<&String> =
            questions.iter().map(|question| &question.dataset).collect();
        let cards = datasets
            .into_iter()
            .map(|dataset| (dataset.clone(), cards.for_dataset(dataset).clone()))
            .collect();
        Self::with(questions, pairs, prompts, cards)
    }

    fn with(
        questions: Vec<Question>,
        pairs: Vec<Pair>,
        prompts: Prompts,
        cards: BTreeMap<String, Card>,
    ) -> Self {
        let ids = questions.iter().enumerate();
        let by_id = ids.map(|(at, question)| (question.question_id.clone(), at)).collect();
        Self { questions, pairs, prompts, cards, by_id }
    }

    /// Every pair has its questions, and they are of its dataset, which has a card.
    fn checked(self) -> Result<Self, StudyError> {
        let fits = |pair: &Pair, id: &QuestionId| {
            let question = self.by_id.get(id).map(|&at| &self.questions[at]);
            question.is_some_and(|question| question.dataset == pair.dataset)
                && self.cards.contains_key(&pair.dataset)
        };
        let stray = self
            .pairs
            .iter()
            .find(|pair| !fits(pair, &pair.original_id) || !fits(pair, &pair.counterfactual_id));
        match stray {
            None => Ok(self),
            Some(pair) => {
                Err(StudyError::Run(RunError::StrayPair { pair: pair.pair_id.to_string() }))
            }
        }
    }

    /// Reads what a run froze.
    ///
    /// # Errors
    /// [`StudyError`] names the file.
    pub fn read(layout: &Layout) -> Result<Self, StudyError> {
        let questions = frozen_rows::<QuestionRow>(&layout.questions())?;
        let pairs = frozen_rows::<PairRow>(&layout.pairs())?;
        let questions = questions.into_iter().map(Question::from).collect();
        let pairs = pairs.into_iter().map(Pair::from).collect();
        let (prompts, cards) = (frozen_prompts(layout)?, frozen_cards(layout)?);
        Self::with(questions, pairs, prompts, cards).checked()
    }

    pub(crate) fn write(
        &self,
        layout: &Layout,
        notes: Vec<String>,
    ) -> Result<FrozenCounts, StudyError> {
        let prompts = self.prompts.files().iter();
        let prompts: Vec<(String, String)> =
            prompts.map(|(name, text)| (name.clone(), text.clone())).collect();
        // One file, by dataset: the name of a dataset comes from a file and must not name another.
        let cards = toml::to_string(&self.cards).expect("cards are always TOML");
        write_texts(&layout.prompts(), &prompts)?;
        write_whole(&layout.cards(), &cards)?;
        write(&layout.questions(), self.questions.iter().cloned().map(QuestionRow::from))?;
        write(&layout.pairs(), self.pairs.iter().cloned().map(PairRow::from))?;
        Ok(FrozenCounts {
            questions: self.questions.len() as u64,
            pairs: self.pairs.len() as u64,
            prompts: hash_of(&prompts),
            cards: hash_of(&[("cards.toml".to_owned(), cards)]),
            notes,
        })
    }

    /// The question of that name.
    ///
    /// # Panics
    /// If a pair names a question that is not there, which loading refuses.
    #[must_use]
    pub fn question(&self, id: &QuestionId) -> &Question {
        &self.questions[self.by_id[id]]
    }

    /// The card of a dataset.
    ///
    /// # Panics
    /// For a dataset that no question is of.
    #[must_use]
    pub fn card(&self, dataset: &str) -> &Card {
        &self.cards[dataset]
    }
}

/// The labels of a question.
pub(crate) fn labels_of(question: &Question) -> Result<Labels, StudyError> {
    Labels::new(question.labels.iter().cloned()).map_err(|fault| {
        StudyError::Questions(QuestionsError::Labels {
            question: question.question_id.to_string(),
            fault,
        })
    })
}

/// What a killed start of a run leaves behind.
const OURS: [&str; 5] = [".lock", "prompts", "cards.toml", "questions.parquet", "pairs.parquet"];

/// A folder that holds files but no manifest is somebody's; what a killed start leaves behind, `ours`,
/// is not.
pub(crate) fn refuse_strangers(
    folder: &Path,
    manifest: &'static str,
    ours: &[&str],
) -> Result<(), StudyError> {
    if folder.join(manifest).exists() {
        return Ok(());
    }
    let entries = std::fs::read_dir(folder)
        .map_err(|fault| StudyError::Io { path: folder.to_owned(), fault })?;
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !ours.contains(&name.as_str()) && !is_leftover(&name) {
            let path = folder.to_owned();
            return Err(StudyError::Run(RunError::NotARun { path, manifest, found: name }));
        }
    }
    Ok(())
}

pub(crate) fn lock(layout: &Layout) -> Result<File, StudyError> {
    let path = layout.lock();
    let at = |fault| StudyError::Io { path: path.clone(), fault };
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(at)?;
    let mut looks = 0;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            // Whoever looks whether the run is worked on holds the lock for a moment.
            Err(TryLockError::WouldBlock) if looks < LOOKS => {
                looks += 1;
                std::thread::sleep(BETWEEN_LOOKS);
            }
            Err(TryLockError::WouldBlock) => {
                return Err(StudyError::Run(RunError::InUse { path: layout.folder().to_owned() }));
            }
            Err(TryLockError::Error(fault)) => return Err(at(fault)),
        }
    }
}

/// How often a lock is tried again before it counts as held.
const LOOKS: u32 = 5;

const BETWEEN_LOOKS: Duration = Duration::from_millis(10);

/// Whether a process works on a run, that is, holds its lock; `None` where the system does not tell.
///
/// # Examples
/// ```
/// // What nobody has begun is not worked on.
/// assert_eq!(foretell_study::is_worked_on(std::path::Path::new("no/such/run")), Some(false));
/// ```
#[must_use]
pub fn is_worked_on(folder: &Path) -> Option<bool> {
    let file = match File::open(Layout::new(folder).lock()) {
        Ok(file) => file,
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => return Some(false),
        Err(_) => return None,
    };
    // Shared, so that two who look do not see each other; let go with the file.
    match file.try_lock_shared() {
        Ok(()) => Some(false),
        Err(TryLockError::WouldBlock) => Some(true),
        Err(TryLockError::Error(_)) => None,
    }
}

pub(crate) fn write_texts(folder: &Path, files: &[(String, String)]) -> Result<(), StudyError> {
    std::fs::create_dir_all(folder)
        .map_err(|fault| StudyError::Io { path: folder.to_owned(), fault })?;
    files.iter().try_for_each(|(name, text)| write_whole(&folder.join(name), text))
}

/// The files of a folder by name.
pub(crate) fn texts(folder: &Path) -> Result<BTreeMap<String, String>, StudyError> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |fault| StudyError::Io { path, fault }
    };
    let mut texts = BTreeMap::new();
    for entry in std::fs::read_dir(folder).map_err(at(folder))? {
        let path = entry.map_err(at(folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_file() && !name.starts_with('.') {
            texts.insert(name, std::fs::read_to_string(&path).map_err(at(&path))?);
        }
    }
    Ok(texts)
}

pub(crate) fn hash_of(files: &[(String, String)]) -> String {
    let mut hash = Sha256::new();
    for text in files.iter().flat_map(|(name, text)| [name, text]) {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    }
    hex(&hash.finalize()[..8])
}
