//! Handing batch files to the providers that take them, and getting the replies.
//!
//! Before anything is asked of a provider that costs money, the list on disk says so: a process that
//! is killed, or hears no answer, leaves a file in the state `creating`, and the next one looks at the
//! provider's own list before it asks again.

use super::Batches;
use super::list::FileState;
use crate::error::StudyError;
use crate::models::known_in;
use foretell_llm::{
    BatchApi, BatchFault, BatchFile, BatchProgress, BatchState, EndedKeys, RequestKey, Short,
    Tariff,
};
use std::collections::HashSet;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::runtime::Handle;

/// How far clocks may be apart.
const CLOCKS: Duration = Duration::from_secs(300);

/// What became of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    /// The file.
    pub name: String,
    /// What is to be said of it: a state, or what went wrong.
    pub said: String,
    /// Whether it went wrong.
    pub failed: bool,
}

/// What no file is to ask once more.
struct AskedAlready {
    ended: EndedKeys,
    under_way: HashSet<RequestKey>,
}

/// What one step gave, in words.
type Step = Result<String, String>;

impl Batches {
    /// Hands over every file that was not, and asks the providers to create their batches.
    ///
    /// # Errors
    /// [`StudyError`] where the list cannot be written, or a file or the ledger not be read: nothing
    /// more is handed over then.
    pub fn submit(&mut self, runtime: &Handle) -> Result<Vec<Submitted>, StudyError> {
        let registry = known_in(&self.run.folder.layout.registry(), None)?;
        let under_way = self.run.under_way()?;
        self.run.pay_from_budget(&registry, &under_way)?;
        let asked = AskedAlready { ended: self.run.ended_keys()?, under_way: under_way.keys };
        let mut submitted = Vec::new();
        for at in 0..self.list.files.len() {
            if matches!(self.list.files[at].state, FileState::Written | FileState::Creating) {
                let step = runtime.block_on(self.submit_one(at, &asked))?;
                submitted.push(self.told(at, step));
            }
        }
        Ok(submitted)
    }

    /// Asks the providers how far the batches are.
    ///
    /// # Errors
    /// [`StudyError::Io`] where the list cannot be written.
    pub fn refresh(&mut self, runtime: &Handle) -> Result<Vec<Submitted>, StudyError> {
        let mut told = Vec::new();
        for at in 0..self.list.files.len() {
            if matches!(self.list.files[at].state, FileState::Working | FileState::Ended) {
                let step = runtime
                    .block_on(self.progress(at))
                    .and_then(|progress| self.note(at, &progress));
                self.save()?;
                told.push(self.told(at, step));
            }
        }
        Ok(told)
    }

    /// Fetches the replies of all batches that ended.
    ///
    /// # Errors
    /// [`StudyError::Io`] where the list cannot be written.
    pub fn fetch(&mut self, runtime: &Handle) -> Result<Vec<Submitted>, StudyError> {
        let mut told = Vec::new();
        for at in 0..self.list.files.len() {
            if matches!(self.list.files[at].state, FileState::Working | FileState::Ended) {
                let step = runtime.block_on(self.fetch_one(at));
                self.save()?;
                told.push(self.told(at, step));
            }
        }
        Ok(told)
    }

    fn told(&self, at: usize, step: Step) -> Submitted {
        let (said, failed) = match step {
            Ok(said) => (said, false),
            Err(said) => (said, true),
        };
        Submitted { name: self.list.files[at].name.clone(), said, failed }
    }

    fn api(&self, at: usize) -> Result<BatchApi<'_>, String> {
        let file = &self.list.files[at];
        let model = self.model(&file.model);
        let model = model.ok_or_else(|| format!("the run has no model `{}`", file.model))?;
        if let Some(why) = self.keyless.get(&file.model) {
            return Err(why.clone());
        }
        let format = file.format.parse()?;
        let door = model.chat.batch();
        door.and_then(|door| door.api(format)).ok_or_else(|| {
            format!("no provider takes `{format}` batches: hand the file to the engine yourself")
        })
    }

    /// Why a file is not to be handed over any more: some of what it asks was answered since, or is on
    /// its way from another folder.
    fn stale(&mut self, at: usize, asked: &AskedAlready) -> Result<Option<String>, StudyError> {
        let file = &self.list.files[at];
        let keys = if file.is_to_hand_over() { file.keys(&self.folder)? } else { Vec::new() };
        // One that was perhaps handed over is among those on their way itself.
        let was_written = file.state == FileState::Written;
        let held = |key: &&RequestKey| {
            asked.ended.contains(key) || was_written && asked.under_way.contains(key)
        };
        let (count, of) = (keys.iter().filter(held).count(), file.requests);
        if count == 0 {
            return Ok(None);
        }
        // Its batch was looked for, and is not there.
        self.list.files[at].state = FileState::Written;
        self.save()?;
        Ok(Some(said_stale(count as u64, of)))
    }

    /// Notes in the ledger that the requests of a file are handed over, so that every run on it leaves
    /// them alone. Gives how many of them others have asked or handed over meanwhile: it is not to be
    /// handed over then.
    fn hold(&self, at: usize) -> Result<u64, StudyError> {
        let file = &self.list.files[at];
        let tariff =
            self.model(&file.model).map(|model| Tariff::of(&model.spec, &model.entry, &model.chat));
        let (tariff, path) = (tariff.transpose()?, self.folder.join(&file.name));
        let mut requests = Vec::new();
        let read = BatchFile::each_request(&path, |key, body| {
            requests.push((key, tariff.as_ref().and_then(|tariff| tariff.worst(body))));
        });
        read.map_err(|fault| StudyError::Io { path, fault })?;
        let held_as = file.held_as.as_deref().unwrap_or(&file.name);
        Ok(self.run.asking.ledger.hand_over(held_as, &file.model, &requests)?)
    }

    async fn submit_one(&mut self, at: usize, asked: &AskedAlready) -> Result<Step, StudyError> {
        let path = self.folder.join(&self.list.files[at].name);
        if self.list.files[at].state == FileState::Creating {
            match self.look_for(at).await {
                Ok(Some(progress)) => {
                    let said = self.note(at, &progress);
                    self.save()?;
                    return Ok(said.map(|said| format!("had been created: {said}")));
                }
                Ok(None) => {
                    // Under a name of its own next time: another ledger may have let go of this one.
                    if let Some(held_as) = self.list.files[at].held_as.take() {
                        self.run.asking.ledger.let_go(&held_as)?;
                    }
                }
                Err(why) => return Ok(Err(why)),
            }
        }
        if let Some(stale) = self.stale(at, asked)? {
            return Ok(Err(stale));
        }
        let held = match self.set_apart(at) {
            Ok(held) => held,
            Err(short) => return Ok(Err(format!("not handed over: {short}"))),
        };
        if self.list.files[at].uploaded.is_none() {
            let uploaded = match self.api(at) {
                Ok(api) => api.upload(&path).await.map_err(|fault| fault.to_string()),
                Err(why) => Err(why),
            };
            match uploaded {
                Ok(uploaded) => self.list.files[at].uploaded = uploaded,
                Err(why) => {
                    self.give_back(at, held);
                    return Ok(Err(why));
                }
            }
        }
        // First the list: whoever is stopped in between looks for the batch, and goes on.
        self.note_creating(at, &path)?;
        let taken = self.hold(at)?;
        let step = match taken {
            0 => self.create_one(at, &path, held).await,
            _ => {
                self.list.files[at].state = FileState::Written;
                self.give_back(at, held);
                Err(said_stale(taken, self.list.files[at].requests))
            }
        };
        self.save()?;
        Ok(step)
    }

    /// Notes that a batch is asked for, and under which name the ledger holds its requests.
    fn note_creating(&mut self, at: usize, path: &Path) -> Result<(), StudyError> {
        let file = &mut self.list.files[at];
        file.state = FileState::Creating;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        file.asked_at_s.get_or_insert(now.saturating_sub(CLOCKS).as_secs());
        file.held_as.get_or_insert_with(|| {
            let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
            // With the time, since another run may lie at this place later, and what was let go of once
            // stays so under its name.
            format!("{}@{}", whole.display(), now.as_millis())
        });
        self.save()
    }

    /// Asks the provider to create the batch of a file, for which so much was set apart.
    async fn create_one(&mut self, at: usize, path: &Path, held: f64) -> Step {
        let uploaded = self.list.files[at].uploaded.clone();
        let created = match self.api(at) {
            Ok(api) => api.create(path, uploaded.as_deref()).await,
            Err(why) => Err(BatchFault::Refused(why)),
        };
        match created {
            Ok(progress) => self.note(at, &progress),
            Err(BatchFault::Unknown(why)) => Err(format!(
                "no answer says whether its batch was created ({why}); `foretell batch submit` \
                 looks for it before it asks again"
            )),
            Err(fault) => {
                self.list.files[at].state = FileState::Written;
                self.give_back(at, held);
                Err(fault.to_string())
            }
        }
    }

    /// Sets apart what a file may cost; what was perhaps created before counts as on its way already.
    fn set_apart(&self, at: usize) -> Result<f64, Short> {
        let file = &self.list.files[at];
        if file.state == FileState::Creating {
            return Ok(0.0);
        }
        let usd = file.worst_usd.unwrap_or(f64::INFINITY);
        let Some(model) = self.model(&file.model) else { return Ok(0.0) };
        self.run.asking.set_apart(model, usd).map(|()| usd)
    }

    fn give_back(&self, at: usize, usd: f64) {
        if let Some(model) = self.model(&self.list.files[at].model) {
            self.run.asking.give_back(model, usd);
        }
    }

    /// The batch that was created although nobody heard so.
    pub(super) async fn look_for(&self, at: usize) -> Result<Option<BatchProgress>, String> {
        let file = &self.list.files[at];
        let known: Vec<String> =
            self.list.files.iter().filter_map(|file| file.batch.clone()).collect();
        let (uploaded, since_s) = (file.uploaded.as_deref(), file.asked_at_s.unwrap_or(0));
        let api = self.api(at)?;
        let found = api.find(uploaded, file.requests, since_s, &known).await;
        let mut found = found.map_err(|fault| fault.to_string())?;
        match found.len() {
            0 | 1 => Ok(found.pop()),
            _ => {
                let ids: Vec<&str> = found.iter().map(|progress| progress.id.as_str()).collect();
                Err(format!(
                    "several batches may be the one of this file: {}; write its id into \
                     `batch` of this file in batches.json, with the state `working`",
                    ids.join(", ")
                ))
            }
        }
    }

    async fn progress(&self, at: usize) -> Result<BatchProgress, String> {
        let id = self.list.files[at].batch.clone().unwrap_or_default();
        self.api(at)?.status(&id).await.map_err(|fault| fault.to_string())
    }

    async fn fetch_one(&mut self, at: usize) -> Step {
        let progress = self.progress(at).await?;
        let said = self.note(at, &progress)?;
        if progress.state != BatchState::Ended {
            return Ok(said);
        }
        let name = &self.list.files[at].name;
        let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
        let replies = format!("{stem}.replies.jsonl");
        let path = self.folder.join(&replies);
        let brought = self.api(at)?.fetch(&progress, &path).await;
        let file = &mut self.list.files[at];
        if brought.map_err(|fault| fault.to_string())? {
            file.state = FileState::Fetched;
            file.replies = Some(replies.clone());
            Ok(format!("{said}; its replies are in {replies}"))
        } else {
            // Nothing is on its way any more.
            file.state = FileState::Imported;
            Ok(format!("{said}; it brought no replies"))
        }
    }

    /// Notes what a provider says of a batch, and says it; a rejection is a failure.
    pub(super) fn note(&mut self, at: usize, progress: &BatchProgress) -> Step {
        let file = &mut self.list.files[at];
        file.batch = Some(progress.id.clone());
        file.state = match progress.state {
            BatchState::Working => FileState::Working,
            BatchState::Ended => FileState::Ended,
            BatchState::Rejected => FileState::Rejected,
        };
        let mut said = format!(
            "{} {}: {} of {} answered, {} failed",
            progress.id, progress.status, progress.answered, file.requests, progress.failed
        );
        if let Some(fault) = &progress.fault {
            said.push_str(&format!("; rejected: {fault}"));
        }
        file.status = Some(progress.status.clone());
        if progress.state == BatchState::Rejected { Err(said) } else { Ok(said) }
    }
}

/// Why a file is not handed over any more.
fn said_stale(count: u64, of: u64) -> String {
    format!(
        "not handed over: {count} of its {of} requests were asked since it was written; \
         `foretell batch export` writes those that were not"
    )
}
