//! What is told while a file is fetched.

use std::path::Path;
use std::time::Duration;

/// A step of [`fetch`](super::fetch), told as it happens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Event<'a> {
    /// The file lies there already, with the right sum; nothing is downloaded.
    There {
        /// Where it lies.
        path: &'a Path,
    },
    /// Another process downloads into the same folder.
    Waiting {
        /// The folder.
        folder: &'a Path,
    },
    /// An address is asked.
    Asking {
        /// The file wanted.
        file: &'a str,
        /// The address.
        url: &'a str,
    },
    /// A server begins to send.
    Started {
        /// The file wanted.
        file: &'a str,
        /// Bytes that lay there from an earlier download.
        done: u64,
        /// Bytes in all, if the server says.
        total: Option<u64>,
    },
    /// A piece came.
    Received {
        /// The file wanted.
        file: &'a str,
        /// Bytes so far, with those from an earlier download.
        done: u64,
    },
    /// The same address is asked again.
    Retrying {
        /// The address.
        url: &'a str,
        /// What went wrong.
        fault: &'a str,
        /// How long is waited before.
        after: Duration,
    },
    /// An address was given up.
    Failed {
        /// The address.
        url: &'a str,
        /// What went wrong.
        fault: &'a str,
    },
    /// The file was verified and lies in its place.
    Stored {
        /// Where it lies.
        path: &'a Path,
        /// Its size.
        bytes: u64,
    },
}
