//! One request for counterfactuals: a question, and by which methods how many.

use super::folder::GenerateFolder;
use super::request::AUTO;
use crate::error::{QuestionsError, StudyError};
use crate::question_source::labels_if_any;
use foretell_core::{Labels, Method, Prompts, Question};

/// One request.
pub(crate) struct Unit<'a> {
    pub(crate) question: &'a Question,
    pub(crate) labels: Option<Labels>,
    /// `auto`, or the name of a method.
    pub(crate) asked: &'a str,
    /// Those offered: one, unless the generator is to choose.
    pub(crate) methods: Vec<&'a Method>,
    pub(crate) count: u32,
}

impl Unit<'_> {
    pub(crate) fn prompt(&self, folder: &GenerateFolder) -> Result<String, StudyError> {
        let card = folder.card(&self.question.dataset);
        let (labels, methods) = (self.labels.as_ref(), &self.methods);
        Ok(folder.prompts.generate(card, self.question, labels, methods, self.count)?)
    }

    /// The method that made the counterfactuals: the one asked for, or the one that the generator says
    /// it chose, as far as that is one of those offered.
    pub(crate) fn method_used(&self, chosen: Option<&str>) -> Option<&str> {
        if let [method] = self.methods[..] {
            return Some(&method.name);
        }
        let chosen = chosen?.trim().to_lowercase();
        let lower = |method: &Method| method.name.to_lowercase();
        let methods = || self.methods.iter().copied();
        if let Some(method) = methods().find(|method| chosen == lower(method)) {
            return Some(&method.name);
        }
        // "Concept perturbation" means one of them; a list of several none.
        let mut mentioned = methods().filter(|method| chosen.contains(&lower(method)));
        match (mentioned.next(), mentioned.next()) {
            (Some(method), None) => Some(&method.name),
            _ => None,
        }
    }
}

/// The requests about one question. Where several methods share the counterfactuals, the first ones
/// write one more if they do not divide evenly.
pub(crate) fn units<'a>(
    folder: &'a GenerateFolder,
    question: &'a Question,
) -> Result<Vec<Unit<'a>>, StudyError> {
    let request = &folder.manifest.request;
    let labels = labels_if_any(question)?;
    if request.methods == [AUTO] {
        let offered = folder.prompts.methods().iter();
        let methods = offered.filter(|method| method.takes(labels.is_some())).collect();
        return Ok(vec![Unit {
            question,
            labels,
            asked: AUTO,
            methods,
            count: request.per_question,
        }]);
    }
    let shares = request.methods.len() as u32;
    let mut units = Vec::new();
    for (at, name) in (0..).zip(&request.methods) {
        let count = request.per_question / shares + u32::from(at < request.per_question % shares);
        if count > 0 {
            let (labels, methods) = (labels.clone(), vec![folder.prompts.method(name)?]);
            units.push(Unit { question, labels, asked: name, methods, count });
        }
    }
    Ok(units)
}

/// Refuses methods that do not exist, or that questions lack something for.
pub(crate) fn check_methods(
    methods: &[String],
    prompts: &Prompts,
    questions: &[&Question],
) -> Result<(), StudyError> {
    let mut faults = Vec::new();
    if methods.is_empty() || methods.len() > 1 && methods.iter().any(|name| name == AUTO) {
        faults.push(StudyError::Questions(QuestionsError::Methods));
    }
    let without: Vec<&&Question> =
        questions.iter().filter(|question| question.labels.is_empty()).collect();
    let needing = |method: String| {
        StudyError::Questions(QuestionsError::MethodNeedsLabels {
            method,
            count: without.len(),
            total: questions.len(),
            first: without
                .first()
                .map(|question| question.question_id.to_string())
                .unwrap_or_default(),
        })
    };
    let none_fits = prompts.methods().iter().all(|method| !method.takes(false));
    if methods == [AUTO] && none_fits && !without.is_empty() {
        faults.push(needing(AUTO.to_owned()));
    }
    for name in methods.iter().filter(|name| *name != AUTO) {
        match prompts.method(name) {
            Err(fault) => faults.push(fault.into()),
            Ok(method) if !method.takes(false) && !without.is_empty() => {
                faults.push(needing(name.clone()));
            }
            Ok(_) => {}
        }
    }
    StudyError::all(faults)
}
