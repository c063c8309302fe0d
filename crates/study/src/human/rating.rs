//! Answers of raters: each on the disk before the next case is shown, none twice.

use super::design::{HumanStudy, Task, TaskKind, Texts};
use super::links::RaterLinks;
use crate::error::{HumanError, RunError, StudyError};
use crate::folder::Layout;
use foretell_core::ConfidenceLevel;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// One answer, a line of `answers.jsonl`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rating {
    /// The rater, from 1.
    pub rater: u32,
    /// The task's place in the rater's list, from 1.
    pub position: u32,
    /// The label guessed.
    pub answer: String,
    /// How sure the rater is.
    pub confidence: ConfidenceLevel,
    /// Seconds that the case was looked at, as the page measured them; null where it could not.
    pub seconds: Option<f64>,
}

/// What became of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rated {
    /// It is on the disk.
    Kept,
    /// The task has its answer already, and keeps it.
    Known,
}

/// Answers by rater and position.
pub(crate) type Answers = BTreeMap<(u32, u32), Rating>;

/// A study of people with its answers, held by this process.
#[derive(Debug)]
pub struct Ratings {
    study: HumanStudy,
    links: RaterLinks,
    answers: Answers,
    file: File,
    path: PathBuf,
    /// Held until this is dropped, and by the system released with the process.
    _lock: File,
}

impl HumanStudy {
    /// Reads the study of people of a run.
    ///
    /// # Errors
    /// [`HumanError::NoHuman`] where there is none.
    pub fn read(run: &Path) -> Result<Self, StudyError> {
        let path = Layout::new(run).human_study();
        if !path.exists() {
            return Err(StudyError::Human(HumanError::NoHuman { path: run.to_owned() }));
        }
        from_json(&path)
    }

    /// The case of a task.
    #[must_use]
    pub fn case(&self, task: &Task) -> &Texts {
        &self.cases[task.case as usize]
    }
}

pub(crate) fn from_json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, StudyError> {
    let text = std::fs::read_to_string(path)
        .map_err(|fault| StudyError::Io { path: path.to_owned(), fault })?;
    let damaged = |fault: serde_json::Error| {
        StudyError::Human(HumanError::Damaged { path: path.to_owned(), fault: fault.to_string() })
    };
    serde_json::from_str(&text).map_err(damaged)
}

/// The whole answers of a file, and how many bytes they take: what follows was cut off by a kill, and
/// its rater was told of no success.
pub(crate) fn answers(path: &Path) -> Result<(Answers, u64), StudyError> {
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => return Ok(Default::default()),
        Err(fault) => return Err(StudyError::Io { path: path.to_owned(), fault }),
    };
    let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let mut answers = BTreeMap::new();
    for (at, line) in text[..whole].split(|byte| *byte == b'\n').enumerate() {
        if line.is_empty() {
            continue;
        }
        let rating: Rating = serde_json::from_slice(line).map_err(|fault| {
            let fault = format!("line {}: {fault}", at + 1);
            StudyError::Human(HumanError::Damaged { path: path.to_owned(), fault })
        })?;
        answers.entry((rating.rater, rating.position)).or_insert(rating);
    }
    Ok((answers, whole as u64))
}

impl Ratings {
    /// Opens the study of people of a run to take answers.
    ///
    /// # Errors
    /// [`HumanError::NoHuman`] where there is none, [`RunError::InUse`] where another process takes
    /// answers already.
    pub fn open(run: &Path) -> Result<Self, StudyError> {
        let study = HumanStudy::read(run)?;
        let layout = Layout::new(run);
        let lock = lock(&layout)?;
        let links = RaterLinks::read(run)?;
        let path = layout.human_answers();
        let (answers, whole) = answers(&path)?;
        let at = |fault| StudyError::Io { path: path.clone(), fault };
        let options = File::options().create(true).truncate(false).write(true).open(&path);
        let mut file = options.map_err(at)?;
        file.set_len(whole).and_then(|()| file.seek(SeekFrom::End(0))).map_err(at)?;
        Ok(Self { study, links, answers, file, path, _lock: lock })
    }

    /// The study.
    #[must_use]
    pub fn study(&self) -> &HumanStudy {
        &self.study
    }

    /// The rater of a link.
    #[must_use]
    pub fn rater(&self, token: &str) -> Option<u32> {
        self.links.rater(token)
    }

    /// The first task that a rater has not answered.
    #[must_use]
    pub fn next(&self, rater: u32) -> Option<&Task> {
        let mut own = self.study.tasks.iter().filter(|task| task.rater == rater);
        own.find(|task| !self.answers.contains_key(&(rater, task.position)))
    }

    /// How many tasks a rater has answered, and has.
    #[must_use]
    pub fn progress(&self, rater: u32) -> (u32, u32) {
        let own = self.study.tasks.iter().filter(|task| task.rater == rater);
        let answered = self.answers.range((rater, 0)..=(rater, u32::MAX)).count();
        (answered as u32, own.count() as u32)
    }

    /// Keeps an answer: it is on the disk when this returns. A task is answered once.
    ///
    /// # Errors
    /// [`HumanError::Answer`] for an answer that is none of the labels or of no task;
    /// [`StudyError::Io`] where it cannot be kept, and then it is not.
    pub fn keep(&mut self, rating: Rating) -> Result<Rated, StudyError> {
        let key = (rating.rater, rating.position);
        let task = self.study.tasks.iter().find(|task| (task.rater, task.position) == key);
        let fault = |fault: String| Err(StudyError::Human(HumanError::Answer { fault }));
        let Some(task) = task else {
            return fault(format!("rater {} has no case {}", rating.rater, rating.position));
        };
        if !self.study.case(task).labels.contains(&rating.answer) {
            return fault(format!("`{}` is none of the labels of this case", rating.answer));
        }
        if self.answers.contains_key(&key) {
            return Ok(Rated::Known);
        }
        let mut line = serde_json::to_vec(&rating).expect("an answer is always JSON");
        line.push(b'\n');
        let kept = self.file.metadata().and_then(|metadata| {
            let before = metadata.len();
            let written = self.file.write_all(&line).and_then(|()| self.file.sync_data());
            if written.is_err() {
                // What may be half written goes again, so that the next answer begins a line.
                self.file.set_len(before)?;
                self.file.seek(SeekFrom::End(0))?;
            }
            written
        });
        kept.map_err(|fault| StudyError::Io { path: self.path.clone(), fault })?;
        self.answers.insert(key, rating);
        Ok(Rated::Kept)
    }

    /// The links of raters.
    #[must_use]
    pub fn links(&self) -> &RaterLinks {
        &self.links
    }

    /// Whether a check was answered as it asks; `None` for other tasks and before an answer.
    #[must_use]
    pub fn passed(&self, task: &Task) -> Option<bool> {
        let wanted = task.check.as_ref().filter(|_| task.kind == TaskKind::Check)?;
        let rating = self.answers.get(&(task.rater, task.position))?;
        Some(rating.answer == *wanted)
    }
}

fn lock(layout: &Layout) -> Result<File, StudyError> {
    let path = layout.human_lock();
    let at = |fault| StudyError::Io { path: path.clone(), fault };
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(at)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(StudyError::Run(RunError::InUse { path: layout.human() }))
        }
        Err(TryLockError::Error(fault)) => Err(at(fault)),
    }
}
