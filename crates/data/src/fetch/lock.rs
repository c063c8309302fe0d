//! One process at a time downloads into a folder.

use super::error::FetchError;
use super::event::Event;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

const FILE: &str = ".lock";

/// Waits until nobody else downloads into the folder; dropping the lock lets the next one in.
///
/// Without it two processes would write one partial file. A file system without locks gives `None`:
/// what such a meeting spoils does not pass the check of its sum.
pub(super) fn lock(
    folder: &Path,
    progress: &dyn Fn(Event<'_>),
) -> Result<Option<File>, FetchError> {
    let path = folder.join(FILE);
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(|fault| FetchError::Io { path, fault })?;
    let locked = match file.try_lock() {
        Err(TryLockError::WouldBlock) => {
            progress(Event::Waiting { folder });
            file.lock().is_ok()
        }
        tried => tried.is_ok(),
    };
    Ok(locked.then_some(file))
}
