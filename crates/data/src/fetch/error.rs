//! Why a raw file is not at hand.

use foretell_core::card::Address;
use miette::Diagnostic;
use std::path::PathBuf;
use thiserror::Error;

/// Why there is no raw file.
#[derive(Debug, Error, Diagnostic)]
pub enum FetchError {
    /// A source that nothing can be fetched by.
    #[error("the source of `{file}`: {}", faults.join("; "))]
    #[diagnostic(help(
        "mend the source in the card: a plain file name, the sha256 of that file, and addresses that \
         begin with https://"
    ))]
    BadSource {
        /// The file's name.
        file: String,
        /// All that is wrong.
        faults: Vec<String>,
    },
    /// Another file lies under the name.
    #[error("{}: this is another file: its sha256 is {found}, not {expected}", path.display())]
    #[diagnostic(help(
        "it was edited, cut short or comes from elsewhere, and it is never overwritten: move it \
         away, then put the right one there or run `foretell data fetch`"
    ))]
    OtherFile {
        /// Where it lies.
        path: PathBuf,
        /// The sum that it should have.
        expected: String,
        /// The sum that it has.
        found: String,
    },
    /// A file or folder that the system does not let us read or write.
    #[error("{}: {fault}", path.display())]
    #[diagnostic(help(
        "check that the folder is there, may be read and written, and has room, or name another"
    ))]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What went wrong.
        fault: std::io::Error,
    },
    /// No address gave the file.
    #[error("`{file}` cannot be downloaded{}", listed(attempts, "the card names no address"))]
    #[diagnostic(help(
        "run the command again to go on where it stopped, or get the file by hand, unpacked, as\n{}\n\
         with the sha256 {sha256}",
        folder.join(file).display()
    ))]
    NoAddress {
        /// The file expected.
        file: String,
        /// Its sum.
        sha256: String,
        /// The folder that it belongs into.
        folder: PathBuf,
        /// Each address with what went wrong there.
        attempts: Vec<Attempted>,
    },
}

/// An address that did not give the file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{address}: {fault}")]
pub struct Attempted {
    /// The address.
    pub address: Address,
    /// What went wrong.
    pub fault: String,
}

/// A line each.
fn listed(items: &[impl ToString], none: &str) -> String {
    if items.is_empty() {
        return format!(": {none}");
    }
    items.iter().fold(":".to_owned(), |text, item| text + "\n  " + &item.to_string())
}
