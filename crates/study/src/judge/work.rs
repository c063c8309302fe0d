//! What judges were asked for and have not ended, as `run.toml` notes it: their replies may stand in no
//! table yet.

use super::request::JudgeRequest;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Judges at work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JudgesAtWork {
    /// Whether the run is complete but for them.
    pub else_complete: bool,
    /// What they are at.
    pub work: Vec<JudgeWork>,
}

/// What one judge was asked for in one go.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JudgeWork {
    /// Its name.
    pub judge: String,
    /// What explanations are judged for: testability or mention.
    pub kind: String,
    /// The references whose explanations are judged.
    pub references: Vec<String>,
    /// Most pairs; all of the run where none are given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// Whether JSON of a schema is asked for, which makes other requests.
    pub schema: bool,
}

impl JudgeWork {
    /// What a judge of that name is asked for by `request`, by kind: about these references, within the
    /// limit of the run.
    pub(crate) fn of(
        judge: &str,
        request: &JudgeRequest,
        references: &[&str],
        limit: Option<u64>,
    ) -> Vec<Self> {
        let mut references: Vec<String> = references.iter().map(ToString::to_string).collect();
        references.sort();
        let limit = limit.into_iter().chain(request.limit).min();
        let one = |kind: &foretell_core::judge::JudgeKind| Self {
            judge: judge.to_owned(),
            kind: kind.as_str().to_owned(),
            references: references.clone(),
            limit,
            schema: request.schema,
        };
        request.kinds.iter().map(one).collect()
    }

    /// Whether all that `other` asks is asked by this. Samples of pairs are nested.
    fn covers(&self, other: &Self) -> bool {
        (&self.judge, &self.kind, self.schema) == (&other.judge, &other.kind, other.schema)
            && other.references.iter().all(|name| self.references.contains(name))
            && self.limit.is_none_or(|most| other.limit.is_some_and(|other| other <= most))
    }
}

impl JudgesAtWork {
    pub(crate) fn add(&mut self, work: Vec<JudgeWork>) {
        self.end(&work);
        self.work.extend(work);
        self.work.sort();
    }

    /// Takes out what was covered by work that has ended.
    pub(crate) fn end(&mut self, ended: &[JudgeWork]) {
        self.work.retain(|work| !ended.iter().any(|ended| ended.covers(work)));
    }
}

impl fmt::Display for JudgeWork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { judge, kind, references, limit, schema } = self;
        write!(f, "`{judge}` for {kind} of {}", references.join(", "))?;
        if let Some(limit) = limit {
            write!(f, ", at most {limit} pairs")?;
        }
        if *schema { Ok(()) } else { f.write_str(", without a schema") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn work(kind: &str, references: &[&str], limit: Option<u64>, schema: bool) -> JudgeWork {
        let references = references.iter().map(ToString::to_string).collect();
        JudgeWork { judge: "j".to_owned(), kind: kind.to_owned(), references, limit, schema }
    }

    #[test]
    fn only_what_was_asked_again_whole_has_ended() {
        let killed = work("mention", &["a", "b"], Some(100), true);
        let mut at_work = JudgesAtWork { else_complete: true, work: Vec::new() };
        at_work.add(vec![killed.clone()]);
        for other in [
            work("testability", &["a", "b"], Some(100), true),
            work("mention", &["a"], None, true),
            work("mention", &["a", "b"], Some(99), true),
            work("mention", &["a", "b"], None, false),
        ] {
            at_work.add(vec![other.clone()]);
            at_work.end(&[other]);
            assert_eq!(at_work.work, std::slice::from_ref(&killed));
        }
        // What covers it takes its place, and takes it away at its end.
        let whole = work("mention", &["a", "b", "c"], None, true);
        at_work.add(vec![whole.clone()]);
        assert_eq!(at_work.work, std::slice::from_ref(&whole));
        at_work.end(&[work("mention", &["a", "b", "c"], Some(1_000_000), true)]);
        assert_eq!(at_work.work, std::slice::from_ref(&whole), "all is more than any number");
        at_work.end(&[whole]);
        assert!(at_work.work.is_empty());
    }
}
