//! Giving up a batch file that is, or may be, on its way: what it asks may then be asked again, and paid
//! for twice.

use super::Batches;
use super::list::{BatchRecord, FileState};
use crate::error::{BatchError, StudyError};
use tokio::runtime::Handle;

/// What is given up.
#[derive(Debug, Clone, PartialEq)]
pub struct Forgetting {
    /// The file.
    pub name: String,
    /// Its requests whose replies are not in the ledger: what may be paid for twice.
    pub requests: u64,
    /// The most that they can cost, US dollars, where the price is known.
    pub worst_usd: Option<f64>,
    /// How it stands with the file.
    pub state: Forgotten,
}

/// How it stands with a file that is to be given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Forgotten {
    /// Its batch is at the provider, which nobody knew: it is kept, as on its way. What is said of it.
    Found(String),
    /// Its batch had been created, which nobody knew, and is over: nothing is on its way any more. What
    /// is said of it.
    Over(String),
    /// It is kept, for want of consent.
    Kept(Looked),
    /// It is given up.
    Done(Looked),
}

/// What is known of the batch of a file that is given up. One that is at work is paid for, and nothing
/// fetches its replies any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Looked {
    /// The provider's list has no batch of this file.
    Absent,
    /// Nobody knows whether it was created, and the provider's list could not be looked at: why.
    Unseen(String),
    /// It was created under this name, and the provider was not asked again.
    Created(String),
    /// It has ended, and its replies lie in this file beside it, to be imported.
    Fetched(String),
    /// The provider was not asked: the batch is known only to the run that handed the file over.
    Elsewhere,
}

impl Batches {
    /// Gives up the file `name` of this folder, or one that another run on the same ledger handed over,
    /// by the name that the ledger has for it. Where nobody knows whether its batch was created, the
    /// provider is asked first, and a batch that is there is kept. Without consent it is only looked at.
    ///
    /// # Errors
    /// [`BatchError::NotUnderWay`] for any other file.
    pub fn forget(
        &mut self,
        name: &str,
        consent: bool,
        runtime: &Handle,
    ) -> Result<Forgetting, StudyError> {
        let own = |file: &BatchRecord| {
            let path = self.folder.join(&file.name);
            file.name == name || path == *name || file.held_as.as_deref() == Some(name)
        };
        let under_way = |file: &BatchRecord| file.state.is_under_way();
        match self.list.files.iter().position(|file| own(file) && under_way(file)) {
            Some(at) => self.forget_own(at, consent, runtime),
            None => self.forget_elsewhere(name, consent),
        }
    }

    fn forget_own(
        &mut self,
        at: usize,
        consent: bool,
        runtime: &Handle,
    ) -> Result<Forgetting, StudyError> {
        let looked = match self.list.files[at].state {
            FileState::Creating => match runtime.block_on(self.look_for(at)) {
                Ok(Some(progress)) => {
                    let said = self.note(at, &progress).unwrap_or_else(|said| said);
                    let state = match self.list.files[at].state.is_under_way() {
                        true => Forgotten::Found(said),
                        false => Forgotten::Over(said),
                    };
                    self.save()?;
                    return self.at_stake(at, state);
                }
                Ok(None) => Looked::Absent,
                Err(why) => Looked::Unseen(why),
            },
            FileState::Fetched => {
                Looked::Fetched(self.list.files[at].replies.clone().unwrap_or_default())
            }
            _ => Looked::Created(self.list.files[at].batch.clone().unwrap_or_default()),
        };
        if !consent {
            return self.at_stake(at, Forgotten::Kept(looked));
        }
        let forgetting = self.at_stake(at, Forgotten::Done(looked))?;
        self.list.files[at].state = FileState::Forgotten;
        self.save()?;
        Ok(forgetting)
    }

    /// What a file of this folder asks that has not ended.
    fn at_stake(&self, at: usize, state: Forgotten) -> Result<Forgetting, StudyError> {
        let file = &self.list.files[at];
        let ended = self.run.ended_keys()?;
        let path = self.folder.join(&file.name);
        // One that was removed can be given up too; then all of it is at stake.
        let keys = if path.exists() { Some(file.keys(&self.folder)?) } else { None };
        let requests = keys.map_or(file.requests, |keys| {
            keys.iter().filter(|key| !ended.contains(key)).count() as u64
        });
        let share = requests as f64 / file.requests.max(1) as f64;
        let worst_usd = file.worst_usd.map(|usd| share * usd);
        Ok(Forgetting { name: file.name.clone(), requests, worst_usd, state })
    }

    fn forget_elsewhere(&self, name: &str, consent: bool) -> Result<Forgetting, StudyError> {
        let handed = self.run.asking.reader()?.handed_over()?;
        let own: Vec<&str> =
            self.list.files.iter().filter_map(|file| file.held_as.as_deref()).collect();
        let Some(file) = handed.iter().find(|file| file.file == name) else {
            let listed = self.list.files.iter().filter(|file| file.state.is_under_way());
            let listed = listed.map(|file| file.name.clone());
            let others = handed.into_iter().map(|file| file.file);
            let others = others.filter(|file| !own.contains(&file.as_str()));
            return Err(StudyError::Batch(BatchError::NotUnderWay {
                folder: self.folder.clone(),
                name: name.to_owned(),
                known: listed.chain(others).collect(),
            }));
        };
        let open = || file.requests.iter().filter(|request| !request.ended);
        if consent {
            self.run.asking.ledger.let_go(name)?;
        }
        Ok(Forgetting {
            name: name.to_owned(),
            requests: open().count() as u64,
            worst_usd: open().map(|request| request.worst_usd).sum(),
            state: if consent {
                Forgotten::Done(Looked::Elsewhere)
            } else {
                Forgotten::Kept(Looked::Elsewhere)
            },
        })
    }
}
