//! Exit statuses, and how failures are told.

use crate::fetching::NotAtHand;
use foretell_analysis::{AnalysisError, CalibrateError, PowerError};
use foretell_core::prompt::PromptError;
use foretell_data::{DataError, RawError};
use foretell_llm::{LedgerError, SpecError};
use foretell_report::ReportError;
use foretell_study::StudyError;
use foretell_viewer::ViewError;
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, Report};
use std::fmt::Display;
use std::io::IsTerminal;
use std::process::ExitCode;

/// All was done.
pub(crate) const DONE: u8 = 0;
/// Something unexpected.
pub(crate) const UNEXPECTED: u8 = 1;
/// The command was not used as it should be.
pub(crate) const USAGE: u8 = 2;
/// An input, study or run is at fault.
pub(crate) const INPUT: u8 = 3;
/// A model cannot be asked.
pub(crate) const PROVIDER: u8 = 4;
/// Stopped before the end; the message names the command that resumes.
pub(crate) const INCOMPLETE: u8 = 5;

/// The statuses as `--help` explains them.
pub(crate) const HELP: &str = "Exit status: 0 done, 1 unexpected, 2 usage, 3 input, 4 provider, \
5 incomplete (the message names the command that resumes).";

/// What went wrong, and the status that says so.
#[derive(Debug)]
pub(crate) struct Failure {
    report: Report,
    status: u8,
}

impl Failure {
    fn new(error: impl Diagnostic + Send + Sync + 'static, status: u8) -> Self {
        Self { report: Report::new(error), status }
    }

    /// A failure of this program's own words.
    pub(crate) fn said(status: u8, message: impl Display, help: impl Display) -> Self {
        let report = miette::miette!(help = help.to_string(), "{message}");
        Self { report, status }
    }

    /// Says once what the command was doing.
    pub(crate) fn while_doing(self, what: impl Display + Send + Sync + 'static) -> Self {
        Self { report: self.report.wrap_err(what.to_string()), ..self }
    }

    /// Prints it on standard error.
    pub(crate) fn tell(&self) -> ExitCode {
        let theme = if std::io::stderr().is_terminal() {
            GraphicalTheme::unicode()
        } else {
            GraphicalTheme::unicode_nocolor()
        };
        let mut text = String::new();
        // Terminals wrap lines themselves, and a path or command stays whole to be copied.
        let handler = GraphicalReportHandler::new_themed(theme).with_wrap_lines(false);
        if handler.render_report(&mut text, self.report.as_ref()).is_err() {
            text = format!("{:?}", self.report);
        }
        crate::output::say(text.trim_end());
        ExitCode::from(self.status)
    }
}

impl From<StudyError> for Failure {
    fn from(error: StudyError) -> Self {
        let status = study_status(&error);
        Self::new(error, status)
    }
}

impl From<DataError> for Failure {
    fn from(error: DataError) -> Self {
        Self::new(error, INPUT)
    }
}

impl From<NotAtHand> for Failure {
    fn from(error: NotAtHand) -> Self {
        Self::new(error, INPUT)
    }
}

impl From<RawError> for Failure {
    fn from(error: RawError) -> Self {
        Self::new(error, INPUT)
    }
}

impl From<AnalysisError> for Failure {
    fn from(error: AnalysisError) -> Self {
        Self::new(error, INPUT)
    }
}

impl From<CalibrateError> for Failure {
    fn from(error: CalibrateError) -> Self {
        Self::new(error, USAGE)
    }
}

impl From<PowerError> for Failure {
    fn from(error: PowerError) -> Self {
        Self::new(error, USAGE)
    }
}

impl From<ViewError> for Failure {
    fn from(error: ViewError) -> Self {
        let status = match &error {
            ViewError::Page(_) | ViewError::Thread(_) => UNEXPECTED,
            ViewError::Study(fault) => study_status(fault),
            _ => INPUT,
        };
        Self::new(error, status)
    }
}

#[cfg(feature = "sql")]
impl From<foretell_analysis::sql::SqlError> for Failure {
    fn from(error: foretell_analysis::sql::SqlError) -> Self {
        Self::new(error, INPUT)
    }
}

impl From<PromptError> for Failure {
    fn from(error: PromptError) -> Self {
        StudyError::from(error).into()
    }
}

impl From<ReportError> for Failure {
    fn from(error: ReportError) -> Self {
        let status = match &error {
            ReportError::Analysis(_) => INPUT,
            _ => UNEXPECTED,
        };
        Self::new(error, status)
    }
}

fn study_status(error: &StudyError) -> u8 {
    match error {
        StudyError::Unreachable { .. }
        | StudyError::Spec(
            SpecError::NoKey { .. } | SpecError::BadKey { .. } | SpecError::NoExecutable { .. },
        ) => PROVIDER,
        StudyError::Ledger(LedgerError::Damaged { .. }) => INPUT,
        StudyError::Ledger(_) => UNEXPECTED,
        StudyError::Several { faults }
            if faults.iter().all(|fault| study_status(fault) == PROVIDER) =>
        {
            PROVIDER
        }
        _ => INPUT,
    }
}
