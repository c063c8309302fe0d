//! The pages, one file each.

mod cases;
mod compare;
mod of_case;
mod overview;
mod rate;
mod raw;

pub(crate) use cases::cases;
pub(crate) use compare::{compare, compare_case};
pub(crate) use of_case::{case, case_json};
pub(crate) use overview::{overview, overview_version};
pub(crate) use rate::{answer, rate, rate_at};
pub(crate) use raw::raw;

use crate::error::ViewError;
use crate::query::segment;
use crate::runs::{Read, RunSlot};
use crate::server::Viewer;
use crate::state::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use foretell_analysis::AnalysisError;
use foretell_core::count;
use foretell_llm::LedgerError;
use foretell_study::StudyError;
use foretell_tables::TableError;
use minijinja::context;
use std::sync::Arc;
use std::time::Duration;

/// What is sent back.
pub(crate) struct Page {
    status: StatusCode,
    kind: &'static str,
    body: String,
    /// Where to go on instead.
    location: Option<String>,
}

impl Page {
    fn ok(kind: &'static str, body: String) -> Self {
        Self { status: StatusCode::OK, kind, body, location: None }
    }

    /// Another page, to be got.
    pub(crate) fn see_other(location: String) -> Self {
        let status = StatusCode::SEE_OTHER;
        Self { status, location: Some(location), ..Self::text(String::new()) }
    }

    pub(crate) fn html(body: String) -> Self {
        Self::ok("text/html; charset=utf-8", body)
    }

    pub(crate) fn json(body: String) -> Self {
        Self::ok("application/json", body)
    }

    pub(crate) fn text(body: String) -> Self {
        Self::ok("text/plain; charset=utf-8", body)
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let kind = HeaderValue::from_static(self.kind);
        let mut response = (self.status, [(header::CONTENT_TYPE, kind)], self.body).into_response();
        if let Some(location) = self.location.and_then(|place| HeaderValue::try_from(place).ok()) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        response
    }
}

/// Why there is no page.
#[derive(Debug)]
pub(crate) enum Refused {
    /// What was asked for is not there.
    Missing(String),
    /// A run that nobody has guessed in yet; its id.
    Early(String),
    /// A large run that is being read for the first time.
    Reading(Arc<RunSlot>),
    /// Something went wrong.
    Fault(Box<ViewError>),
}

impl Refused {
    pub(crate) fn missing(says: impl Into<String>) -> Self {
        Self::Missing(says.into())
    }
}

/// How long a page waits for a large run before it says that it is being read.
const PATIENCE: Duration = Duration::from_millis(100);

/// A run as it was read, or why it cannot be shown.
pub(crate) fn read(viewer: &Viewer, id: &str) -> Result<Arc<Read>, Refused> {
    viewer.slot(id)?.read().map_err(|error| unread(id, error))
}

/// The same, for a page that can say that a large run is still being read.
pub(crate) fn read_soon(viewer: &Viewer, id: &str) -> Result<Arc<Read>, Refused> {
    let slot = viewer.slot(id)?;
    let read = slot.read_within(PATIENCE).map_err(|error| unread(id, error))?;
    read.ok_or(Refused::Reading(slot))
}

fn unread(id: &str, error: ViewError) -> Refused {
    match error {
        ViewError::Analysis(AnalysisError::NoPredictions { .. }) => Refused::Early(id.to_owned()),
        error => error.into(),
    }
}

impl From<ViewError> for Refused {
    fn from(error: ViewError) -> Self {
        Self::Fault(Box::new(error))
    }
}

impl From<StudyError> for Refused {
    fn from(error: StudyError) -> Self {
        Self::Fault(Box::new(error.into()))
    }
}

impl From<TableError> for Refused {
    fn from(error: TableError) -> Self {
        Self::Fault(Box::new(error.into()))
    }
}

impl From<LedgerError> for Refused {
    fn from(error: LedgerError) -> Self {
        Self::Fault(Box::new(error.into()))
    }
}

/// The page that says why there is none.
pub(crate) fn message(viewer: &Viewer, refused: &Refused) -> Page {
    let (mut poll, mut facts) = (None, Vec::new());
    let (status, title, says, help) = match refused {
        Refused::Missing(says) => (StatusCode::NOT_FOUND, "Not here", says.clone(), None),
        Refused::Early(id) => {
            poll = Some(format!("/run/{}/version", segment(id)));
            let slot = viewer.runs.get(id);
            let state = slot.and_then(|slot| State::read(&slot.folder)?.told().says());
            let state = state.unwrap_or_default();
            let says = format!(
                "The run {id} has no guesses yet. This page shows them when it has. {state}"
            );
            (StatusCode::OK, "Nothing guessed yet", says, None)
        }
        Refused::Reading(slot) => {
            poll = Some(format!("/run/{}/version", segment(&slot.id)));
            facts = overview::facts(slot);
            let guesses = count(slot.guesses());
            let says = format!(
                "{guesses} guesses of {} are being read. This page shows the cases when they are.",
                slot.id
            );
            (StatusCode::OK, "Reading the run", says, None)
        }
        Refused::Fault(error) => {
            let help = miette::Diagnostic::help(&**error).map(|help| help.to_string());
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            (status, "This cannot be shown", error.to_string(), help)
        }
    };
    let version = match refused {
        Refused::Early(id) => viewer.runs.get(id).map(|slot| slot.version()),
        _ => None,
    };
    // What is being read has no version yet: whatever comes is another.
    let version = version.unwrap_or_default();
    let reading = matches!(refused, Refused::Reading(_));
    // Raters have no page of runs to go to.
    let home = !viewer.raters_only;
    let context = context! { title, says => &says, help, poll, version, reading, facts, home };
    let page = viewer.render("message", context);
    // A fault in the templates themselves is told as it is.
    Page { status, ..Page::html(page.unwrap_or(says)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_is_being_read_says_so_and_looks_again() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("run")).unwrap();
        std::fs::write(folder.path().join("run/run.toml"), "").unwrap();
        let viewer = Viewer::of_folder(folder.path()).unwrap();
        let slot = viewer.slot("run").ok().unwrap();
        let page = message(&viewer, &Refused::Reading(slot));
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains("data-version=\"\" data-poll="), "{}", page.body);
        assert!(page.body.contains(" data-reading>"), "{}", page.body);
        // Without the script too.
        assert!(page.body.contains("http-equiv=\"refresh\""));
        assert!(page.body.contains("0 guesses of run are being read"), "{}", page.body);
    }
}
