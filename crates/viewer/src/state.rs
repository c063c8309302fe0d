//! Whether a run is whole, and if not, whether anyone works on it.

use foretell_study::{Manifest, is_worked_on};
use serde::Serialize;
use std::path::Path;

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Imported,
    Complete,
    /// A command holds its lock.
    AtWork,
    /// Not complete, and nobody holds its lock.
    Stopped,
    /// Not complete, and the system does not tell whether anyone works on it.
    Unfinished,
}

/// A state as pages show it.
#[derive(Debug, Serialize)]
pub(crate) struct Told {
    tag: &'static str,
    class: &'static str,
    /// What it means for the figures; nothing where they stay as they are.
    says: Option<&'static str>,
}

impl State {
    pub(crate) fn of(folder: &Path, manifest: &Manifest) -> Self {
        match (manifest.imported.is_some(), manifest.complete) {
            (true, _) => Self::Imported,
            (_, true) => Self::Complete,
            _ => match is_worked_on(folder) {
                Some(true) => Self::AtWork,
                Some(false) => Self::Stopped,
                None => Self::Unfinished,
            },
        }
    }

    /// The state of a run, where its manifest can be read.
    pub(crate) fn read(folder: &Path) -> Option<Self> {
        Manifest::read(folder).ok().map(|manifest| Self::of(folder, &manifest))
    }

    pub(crate) fn told(self) -> Told {
        let (tag, class, says) = match self {
            Self::Imported => ("imported", "", None),
            Self::Complete => ("complete", "good", None),
            Self::AtWork => (
                "running",
                "busy",
                Some(
                    "This run is being worked on. Figures change when a stage of it is finished, and this page then shows them.",
                ),
            ),
            Self::Stopped => (
                "stopped",
                "busy",
                Some(
                    "This run was stopped before it was complete, and nobody works on it. The command that began it goes on with it; figures change when a stage is finished.",
                ),
            ),
            Self::Unfinished => (
                "not complete",
                "busy",
                Some("This run is not complete. Figures change when a stage of it is finished."),
            ),
        };
        Told { tag, class, says }
    }
}

impl Told {
    pub(crate) fn says(&self) -> Option<&'static str> {
        self.says
    }
}
