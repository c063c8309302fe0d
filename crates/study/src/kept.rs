//! What was said, as far as all of it is in a ledger: derived without asking.

use crate::answers;
use crate::derive::Served;
use crate::donors;
use crate::error::StudyError;
use crate::models::Model;
use crate::planner::Known;
use crate::rationales;
use crate::run::Run;
use crate::said::Said;
use foretell_core::{AnswerOrder, Need, QuestionId};
use foretell_llm::{Request, RequestKey};
use foretell_tables::{AnswerRow, DonorRow, read, write};

impl Run {
    /// What a reference said, by its `answers`; draws the placebo donors that are still missing, unless
    /// some answers are: donors are kept for good, and have to come from all of them.
    pub(crate) fn said(
        &self,
        model: &Model,
        answers: Vec<AnswerRow>,
        all_answered: bool,
    ) -> Result<Said, StudyError> {
        let (layout, name) = (&self.folder.layout, &model.spec.name);
        let mut donors = Vec::new();
        if self.arms.iter().any(|arm| arm.needs(Need::Donor)) {
            let path = layout.donors(name);
            let drawn: Vec<DonorRow> = if path.exists() { read(&path)? } else { Vec::new() };
            donors = drawn;
            if all_answered {
                let seed = self.folder.manifest.study.seed;
                donors = donors::draw(&answers, &self.folder.frozen.pairs, seed, donors);
                write(&path, donors.iter().cloned())?;
            }
        }
        Ok(Said::new(model, answers, donors))
    }

    /// Derives what `model` says for the references, and adds it to what they said.
    pub(crate) fn explain(
        &self,
        model: &Model,
        said: &mut [Said],
        originals: &[(&QuestionId, AnswerOrder)],
        keys: &[RequestKey],
        served: &Served,
    ) -> Result<(), StudyError> {
        let (frozen, layout) = (&self.folder.frozen, &self.folder.layout);
        let ledger = &self.asking.ledger;
        rationales::derive(layout, ledger, frozen, model, said, originals, keys, served)
    }

    /// What a reference said, when all of it is in the ledger.
    pub(crate) fn said_in_ledger(&self, model: &Model) -> Result<Said, StudyError> {
        let frozen = &self.folder.frozen;
        let pairs = self.pairs();
        let questions = answers::questions(frozen, &pairs);
        let keys = keys_of(answers::requests(frozen, model, &questions))?;
        let path = self.folder.layout.answers(&model.spec.name);
        let served = Served::default();
        let answers =
            answers::derive(&path, &self.asking.ledger, model, &questions, &keys, &served)?;
        self.said(model, answers, true)
    }

    /// Adds what `model` says for the references, when all of it is in the ledger.
    pub(crate) fn explain_from_ledger(
        &self,
        model: &Model,
        said: &mut [Said],
    ) -> Result<(), StudyError> {
        let pairs = self.pairs();
        let originals = rationales::originals(&pairs);
        let keys = keys_of(rationales::requests(&self.folder.frozen, model, said, &originals))?;
        self.explain(model, said, &originals, &keys, &Served::default())
    }
}

impl Known for Run {
    fn said(&self, model: &Model) -> Result<Option<Said>, StudyError> {
        self.said_in_ledger(model).map(Some)
    }

    fn explain(&self, model: &Model, said: &mut [Said]) -> Result<bool, StudyError> {
        self.explain_from_ledger(model, said).map(|()| true)
    }
}

fn keys_of(
    requests: impl Iterator<Item = Result<Request, StudyError>>,
) -> Result<Vec<RequestKey>, StudyError> {
    requests.map(|request| request.map(|request| request.key)).collect()
}
