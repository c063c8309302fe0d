//! What goes wrong at one address, and whether the next one can help.

use super::error::FetchError;
use std::path::Path;

/// Why an address did not give the file.
#[derive(Debug)]
pub(super) enum Fault {
    /// The address is at fault: the next one may do.
    Address(String),
    /// This machine is at fault: no address can help.
    Here(FetchError),
}

impl Fault {
    /// A fault of a file or folder of this machine.
    pub(super) fn at(path: &Path) -> impl Fn(std::io::Error) -> Self {
        let path = path.to_owned();
        move |fault| Self::Here(FetchError::Io { path: path.clone(), fault })
    }
}
