//! What happens to the limits of a run: every change in a file, and the first of each kind in words.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

/// Tells the user something in words.
pub type Tell = Arc<dyn Fn(&str) + Send + Sync>;

/// `limits.log`: one line a change, with the time, the address, what changed and why.
///
/// ```text
/// Tue, 24 Nov 2026 07:26:02 GMT  http://127.0.0.1:8000/v1  16 -> 8  429 Too Many Requests: slow down
/// ```
/// The file is there once something changed.
pub(crate) struct LimitLog {
    path: PathBuf,
    file: Mutex<State>,
    tell: Tell,
}

enum State {
    Unopened,
    Open(File),
    Broken,
}

impl LimitLog {
    pub(crate) fn new(path: PathBuf, tell: Tell) -> Self {
        Self { path, file: Mutex::new(State::Unopened), tell }
    }

    /// Tells the user.
    pub(crate) fn tell(&self, words: &str) {
        (self.tell)(words);
    }

    /// Writes a line. A log that cannot be written stops no run, but is told.
    pub(crate) fn write(&self, address: &str, what: &str, why: &str) {
        let time = httpdate::fmt_http_date(SystemTime::now());
        let line = format!("{time}  {address}  {what}  {why}\n");
        let mut state = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let State::Unopened = *state {
            let opened = File::options().create(true).append(true).open(&self.path);
            *state = match opened {
                Ok(file) => State::Open(file),
                Err(fault) => self.broken(&fault),
            };
        }
        if let State::Open(file) = &mut *state
            && let Err(fault) = file.write_all(line.as_bytes())
        {
            *state = self.broken(&fault);
        }
    }

    fn broken(&self, fault: &std::io::Error) -> State {
        self.tell(&format!(
            "{} cannot be written ({fault}): limits change without a log",
            self.path.display()
        ));
        State::Broken
    }
}
