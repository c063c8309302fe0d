//! The links of raters, and the port that they name.

use super::rating::from_json;
use crate::error::{HumanError, StudyError};
use crate::folder::Layout;
use std::collections::BTreeMap;
use std::path::Path;

/// Below the ports that systems give out by themselves, so that the one of a study is most likely free.
const FIRST_PORT: u16 = 20_000;

/// How many ports studies are spread over.
const PORTS: u32 = 10_000;

/// The links of the raters of a run.
#[derive(Debug, Clone)]
pub struct RaterLinks(BTreeMap<String, u32>);

impl RaterLinks {
    /// Reads the links of the study of people of a run.
    ///
    /// # Errors
    /// [`HumanError::NoHuman`] where there is none.
    pub fn read(run: &Path) -> Result<Self, StudyError> {
        let layout = Layout::new(run);
        if !layout.human_study().exists() {
            return Err(StudyError::Human(HumanError::NoHuman { path: run.to_owned() }));
        }
        from_json(&layout.human_raters()).map(Self)
    }

    /// The rater of a link.
    pub(crate) fn rater(&self, token: &str) -> Option<u32> {
        self.0.get(token).copied()
    }

    /// The paths of the links by the raters' numbers, in their order.
    #[must_use]
    pub fn paths(&self) -> Vec<(u32, String)> {
        let mut paths: Vec<(u32, String)> =
            self.0.iter().map(|(token, rater)| (*rater, format!("/rate/{token}"))).collect();
        paths.sort();
        paths
    }

    /// The port that the pages of this study are served on unless another is asked for: always the
    /// same, since links that were handed out name it, and another for most other studies.
    #[must_use]
    pub fn port(&self) -> u16 {
        let bytes = self.0.keys().flat_map(|token| token.bytes());
        let hash = bytes.fold(0_u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
        FIRST_PORT + (hash % PORTS) as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_study_has_one_port_and_another_study_another() {
        let links = |tokens: [&str; 2]| {
            RaterLinks((1..).zip(tokens).map(|(n, t)| (t.to_owned(), n)).collect())
        };
        let (one, other) = (links(["0a1b", "ffee"]), links(["0a1b", "ffed"]));
        assert_eq!(one.port(), links(["0a1b", "ffee"]).port());
        assert_ne!(one.port(), other.port());
        assert!((20_000..30_000).contains(&one.port()));
        let paths = [(1, "/rate/0a1b".to_owned()), (2, "/rate/ffee".to_owned())];
        assert_eq!(one.paths(), paths);
    }
}
