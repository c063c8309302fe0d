//! Taking the answers of raters: each on the disk before the next case is shown, none twice.
//!
//! A slip can be corrected until the next answer is kept, and no later: what a rater is shown after
//! that may change what they would answer. No case tells the answer of another in any order.

use super::answers::{Answers, Given, Rating};
use super::design::{HumanStudy, Task, TaskKind, Texts};
use super::links::RaterLinks;
use crate::error::{HumanError, RunError, StudyError};
use crate::folder::Layout;
use std::fs::{File, TryLockError};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// What became of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rated {
    /// It is on the disk.
    Kept,
    /// The task has an answer already, and keeps it.
    Known,
}

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
        let (answers, whole) = Answers::read(&path)?;
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
        own.find(|task| self.answers.get(rater, task.position).is_none())
    }

    /// How many tasks a rater has answered, and has.
    #[must_use]
    pub fn progress(&self, rater: u32) -> (u32, u32) {
        let own = self.study.tasks.iter().filter(|task| task.rater == rater);
        (self.answers.answered(rater), own.count() as u32)
    }

    /// The task at a place in a rater's list, from 1.
    #[must_use]
    pub fn task(&self, rater: u32, position: u32) -> Option<&Task> {
        self.study.tasks.iter().find(|task| (task.rater, task.position) == (rater, position))
    }

    /// What a task has been answered.
    #[must_use]
    pub fn given(&self, task: &Task) -> Option<&Given> {
        self.answers.get(task.rater, task.position)
    }

    /// The task that a rater answered last: its answer can be corrected, no other.
    #[must_use]
    pub fn last(&self, rater: u32) -> Option<&Task> {
        self.task(rater, self.answers.last(rater)?)
    }

    /// Keeps an answer: it is on the disk when this returns. A task is answered once, and its answer
    /// corrected ([`Rating::corrects`]) until the next one is kept.
    ///
    /// # Errors
    /// [`HumanError::Answer`] for an answer that is none of the labels or of no task, and for a
    /// correction of what is not the last answer; [`StudyError::Io`] where it cannot be kept, and then
    /// it is not.
    pub fn keep(&mut self, rating: Rating) -> Result<Rated, StudyError> {
        let (rater, position) = (rating.rater, rating.position);
        let fault = |fault: String| Err(StudyError::Human(HumanError::Answer { fault }));
        let Some(task) = self.task(rater, position) else {
            return fault(format!("rater {rater} has no case {position}"));
        };
        if !self.study.case(task).labels.contains(&rating.answer) {
            return fault(format!("`{}` is none of the labels of this case", rating.answer));
        }
        match (self.given(task), rating.corrects) {
            (None, true) => return fault(format!("case {position} has no answer to correct")),
            (Some(given), true) => {
                let same = given.answer == rating.answer && given.confidence == rating.confidence;
                // Also where a correction is sent again because its success was never told.
                if same {
                    return Ok(Rated::Known);
                }
                if self.answers.last(rater) != Some(position) {
                    return fault(format!(
                        "only the last answer can be corrected, and case {position} is not the last"
                    ));
                }
            }
            (Some(_), false) => return Ok(Rated::Known),
            (None, false) => {
                if self.next(rater).is_none_or(|next| next.position != position) {
                    return fault(format!("case {position} is not the next one"));
                }
            }
        }
        self.append(rating)?;
        Ok(Rated::Kept)
    }

    /// Writes a line, whole or not at all.
    fn append(&mut self, rating: Rating) -> Result<(), StudyError> {
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
        self.answers.add(rating);
        Ok(())
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
        Some(self.given(task)?.answer == *wanted)
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
