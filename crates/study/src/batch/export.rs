//! Writing what the ledger lacks to batch files.

use super::Batches;
use super::list::{BatchRecord, FileState};
use crate::error::{BatchError, ModelsError, StudyError};
use crate::models::{Model, file_name};
use crate::stage::Requests;
use foretell_llm::{
    BatchDoor, BatchFile, BatchFormat, BatchLimits, BatchWriter, EndedKeys, RequestKey, Tariff,
};
use std::collections::HashSet;

/// What to export.
#[derive(Debug, Clone, Default)]
pub struct ExportRequest {
    /// The format, for the models whose requests can be written in it; without, each model's own.
    pub format: Option<BatchFormat>,
    /// Only this model, by its name in the run.
    pub model: Option<String>,
    /// Most requests of a file, below the format's own limit.
    pub most_requests: Option<u64>,
    /// Most bytes of a file, below the format's own limit.
    pub most_bytes: Option<u64>,
}

/// What was exported.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Exported {
    /// The stage that it is for; `None` where the ledger lacks nothing.
    pub stage: Option<&'static str>,
    /// The files.
    pub files: Vec<BatchRecord>,
    /// Requests that the ledger lacks and that are in batches on their way.
    pub under_way: u64,
    /// Models whose requests were not written, how many the ledger lacks, and why.
    pub left_out: Vec<(String, u64, String)>,
}

impl Batches {
    /// Writes the requests that the ledger lacks, and that are not on their way: answers first, then
    /// rationales, and predictions once all that they show is there. Files of an earlier export that nobody was sent are
    /// written anew.
    ///
    /// # Errors
    /// [`StudyError`]: the model is not in the run, no model takes these batches, a file cannot be
    /// written.
    pub fn export(&mut self, request: &ExportRequest) -> Result<Exported, StudyError> {
        self.check(request)?;
        std::fs::create_dir_all(&self.folder)
            .map_err(|fault| StudyError::Io { path: self.folder.clone(), fault })?;
        self.drop_unsent()?;
        self.remember()?;
        let under_way = self.run.under_way()?.keys;
        let ended = self.run.ended_keys()?;
        let mut exported = Exported::default();
        let lacking = self.run.each_stage(&mut |stage, model, requests| {
            let lacks =
                self.write(request, model, stage, &ended, &under_way, requests, &mut exported)?;
            Ok(Some(lacks))
        })?;
        exported.stage = lacking.map(|lacking| lacking.stage);
        self.list.files.extend(exported.files.iter().cloned());
        self.save()?;
        Ok(exported)
    }

    /// Whether the model is there, and any can be asked so.
    fn check(&self, request: &ExportRequest) -> Result<(), StudyError> {
        let all = self.run.models.all();
        if let Some(name) = &request.model
            && !all.iter().any(|model| model.spec.name == *name)
        {
            let known: Vec<String> =
                all.iter().map(|model| format!("`{}`", model.spec.name)).collect();
            let path = self.run.folder.layout.folder().to_owned();
            return Err(StudyError::Models(ModelsError::NoModel {
                path,
                model: name.clone(),
                known: known.join(", "),
            }));
        }
        let named = all.into_iter().filter(|model| is_named(request, model));
        let faults: Vec<Result<_, String>> = named.map(|model| way(request, model)).collect();
        if faults.iter().any(Result::is_ok) {
            return Ok(());
        }
        Err(StudyError::Batch(BatchError::NoBatch {
            faults: faults.into_iter().filter_map(Result::err).collect(),
        }))
    }

    /// Forgets the files that nobody was sent: what they ask is written anew.
    fn drop_unsent(&mut self) -> Result<(), StudyError> {
        let unsent = |file: &BatchRecord| file.state == FileState::Written;
        let names: Vec<String> = self
            .list
            .files
            .iter()
            .filter(|file| unsent(file))
            .map(|file| file.name.clone())
            .collect();
        self.list.files.retain(|file| !unsent(file));
        self.save()?;
        for name in names {
            // One that is gone already is no loss.
            let _ = std::fs::remove_file(self.folder.join(name));
        }
        Ok(())
    }

    /// Writes a model's requests, and gives how many the ledger lacks.
    #[expect(clippy::too_many_arguments, reason = "one call, and each is another thing")]
    fn write(
        &self,
        request: &ExportRequest,
        model: &Model,
        stage: &'static str,
        ended: &EndedKeys,
        under_way: &HashSet<RequestKey>,
        requests: &mut Requests<'_>,
        exported: &mut Exported,
    ) -> Result<u64, StudyError> {
        let stem = format!("{stage}-{}", file_name(&model.spec.name));
        let mut left_out = None;
        let mut writer = None;
        if is_named(request, model) {
            match way(request, model) {
                Ok((door, format)) => {
                    let limits = limits(request, format);
                    let (folder, after) = (&self.folder, self.last_number(&stem));
                    let endpoint = door.endpoint();
                    let open = BatchWriter::new(folder, &stem, format, &endpoint, limits, after);
                    writer = Some((open, format));
                }
                Err(why) => left_out = Some(why),
            }
        } else {
            left_out = Some("`--model` names another".to_owned());
        }
        let tariff = Tariff::of(&model.spec, &model.entry, &model.chat)?;
        let mut worst: Vec<Option<f64>> = Vec::new();
        let mut seen: HashSet<RequestKey> = HashSet::new();
        for one in requests {
            let one = one?;
            if ended.contains(&one.key) || !seen.insert(one.key) {
                continue;
            }
            if under_way.contains(&one.key) {
                exported.under_way += 1;
            } else if let Some((writer, _)) = &mut writer {
                worst.push(tariff.worst(&one.body));
                let path = || self.folder.join(&stem);
                writer
                    .push(&one.key, &one.body)
                    .map_err(|fault| StudyError::Io { path: path(), fault })?;
            }
        }
        let lacking = seen.len() as u64;
        if let Some(why) = left_out.filter(|_| lacking > 0) {
            exported.left_out.push((model.spec.name.clone(), lacking, why));
        }
        if let Some((writer, format)) = writer {
            let path = self.folder.join(&stem);
            let files = writer.finish().map_err(|fault| StudyError::Io { path, fault })?;
            // Files are filled one after the other.
            let mut worst = worst.into_iter();
            for file in files {
                let most = worst.by_ref().take(file.requests as usize).sum();
                exported.files.push(record(file, format, model, stage, most));
            }
        }
        Ok(lacking)
    }

    /// The number of the last file of that name.
    fn last_number(&self, stem: &str) -> u32 {
        let number = |file: &BatchRecord| -> Option<u32> {
            file.name.strip_prefix(stem)?.strip_prefix('-')?.split('.').next()?.parse().ok()
        };
        self.list.files.iter().filter_map(number).max().unwrap_or(0)
    }
}

fn is_named(request: &ExportRequest, model: &Model) -> bool {
    request.model.as_ref().is_none_or(|name| *name == model.spec.name)
}

/// The format in which a model's requests are written, or why they are not.
fn way<'a>(
    request: &ExportRequest,
    model: &'a Model,
) -> Result<(BatchDoor<'a>, BatchFormat), String> {
    let name = &model.spec.name;
    let Some(door) = model.chat.batch() else {
        return Err(format!("model `{name}` is answered in this process, not in batches"));
    };
    let formats = door.formats(&model.spec.place);
    match request.format {
        None => formats
            .first()
            .map(|format| (door, *format))
            .ok_or_else(|| format!("model `{name}` takes no batches")),
        Some(format) if formats.contains(&format) => Ok((door, format)),
        Some(format) => Err(format!(
            "model `{name}` is asked at `{}`, not by batches of `{format}`",
            model.spec.provider()
        )),
    }
}

fn limits(request: &ExportRequest, format: BatchFormat) -> BatchLimits {
    let own = format.limits();
    BatchLimits {
        requests: request.most_requests.unwrap_or(own.requests).min(own.requests),
        bytes: request.most_bytes.unwrap_or(own.bytes).min(own.bytes),
    }
}

fn record(
    file: BatchFile,
    format: BatchFormat,
    model: &Model,
    stage: &str,
    worst_usd: Option<f64>,
) -> BatchRecord {
    BatchRecord {
        name: file.name,
        format: format.as_str().to_owned(),
        model: model.spec.name.clone(),
        stage: stage.to_owned(),
        requests: file.requests,
        bytes: file.bytes,
        worst_usd,
        state: FileState::Written,
        uploaded: None,
        asked_at_s: None,
        batch: None,
        status: None,
        replies: None,
        held_as: None,
    }
}
