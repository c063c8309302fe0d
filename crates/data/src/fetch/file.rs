//! From a source to a verified file in its folder.

use super::download::Download;
use super::error::{Attempted, FetchError};
use super::event::Event;
use super::extract::{Extracted, extract};
use super::fault::Fault;
use super::lock::lock;
use super::part::Part;
use super::raw::verified;
use super::request::FetchLimits;
use super::source::check;
use foretell_core::card::{Address, Source};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::NamedTempFile;
use tokio::runtime::{Builder, Runtime};

/// A raw file that is at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Where it lies.
    pub path: PathBuf,
    /// How it came there.
    pub origin: Origin,
}

/// How a file came to its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// It lay there; nothing was downloaded.
    There,
    /// It was downloaded now.
    Downloaded {
        /// The address that gave it.
        address: Address,
        /// Its size.
        bytes: u64,
    },
}

/// Downloads a raw file into a folder, unless it lies there.
///
/// The addresses are asked one after the other. Bytes go to a partial file, which the next call goes
/// on with if this one is broken off (`Range` with `If-Range`: a file that changed in between starts
/// anew). The wanted member is unpacked, its sum compared, and only then the file appears under its
/// name, at once and whole. Calls for one folder wait for each other, also in other processes.
///
/// # Errors
/// [`FetchError::NoAddress`] lists every address with what went wrong, the file expected and the
/// folder to put it into by hand; [`FetchError::OtherFile`] where a file of that name has another
/// sum: it is never overwritten; [`FetchError::BadSource`]; [`FetchError::Io`] where the folder cannot
/// be used, which no other address would mend.
///
/// # Panics
/// Inside an asynchronous runtime: this call blocks.
///
/// # Examples
/// ```no_run
/// use foretell_data::{Address, Event, FetchLimits, Source, fetch};
///
/// let source = Source {
///     file: "adult.data".to_owned(),
///     sha256: "5b00264637dbfec36bdeaab5676b0b309ff9eb788d63554ca0a249491c86603d".to_owned(),
///     addresses: vec![Address {
///         url: "https://archive.ics.uci.edu/static/public/2/adult.zip".to_owned(),
///         member: vec!["adult.data".to_owned()],
///     }],
/// };
/// let show = |event: Event<'_>| eprintln!("{event:?}");
/// let fetched = fetch(&source, "cache".as_ref(), &FetchLimits::default(), &show)?;
/// println!("{}", fetched.path.display());
/// # Ok::<(), foretell_data::FetchError>(())
/// ```
pub fn fetch(
    source: &Source,
    cache_dir: &Path,
    limits: &FetchLimits,
    progress: &dyn Fn(Event<'_>),
) -> Result<Fetched, FetchError> {
    check(source)?;
    if let Some(fetched) = there(source, cache_dir, progress)? {
        return Ok(fetched);
    }
    let io = |fault| FetchError::Io { path: cache_dir.to_owned(), fault };
    std::fs::create_dir_all(cache_dir).map_err(io)?;
    let _lock = lock(cache_dir, progress)?;
    // Whoever held the lock may have fetched this very file.
    if let Some(fetched) = there(source, cache_dir, progress)? {
        return Ok(fetched);
    }
    let runtime = Builder::new_current_thread().enable_all().build().map_err(io)?;
    let fetching = Fetching { source, folder: cache_dir, limits, progress, runtime };
    fetching.run()
}

fn there(
    source: &Source,
    folder: &Path,
    progress: &dyn Fn(Event<'_>),
) -> Result<Option<Fetched>, FetchError> {
    let found = verified(source, folder)?;
    Ok(found.map(|path| {
        progress(Event::There { path: &path });
        Fetched { path, origin: Origin::There }
    }))
}

/// A file that is being fetched.
struct Fetching<'a> {
    source: &'a Source,
    folder: &'a Path,
    limits: &'a FetchLimits,
    progress: &'a dyn Fn(Event<'_>),
    runtime: Runtime,
}

impl Fetching<'_> {
    fn run(&self) -> Result<Fetched, FetchError> {
        let mut attempts = Vec::new();
        for address in &self.source.addresses {
            match self.ask_address(address) {
                Ok(fetched) => return Ok(fetched),
                Err(Fault::Here(error)) => return Err(error),
                Err(Fault::Address(fault)) => {
                    (self.progress)(Event::Failed { url: &address.url, fault: &fault });
                    attempts.push(Attempted { address: address.clone(), fault });
                }
            }
        }
        Err(FetchError::NoAddress {
            file: self.source.file.clone(),
            sha256: self.source.sha256.to_ascii_lowercase(),
            folder: self.folder.to_owned(),
            attempts,
        })
    }

    fn ask_address(&self, address: &Address) -> Result<Fetched, Fault> {
        let (file, url) = (self.source.file.as_str(), address.url.as_str());
        (self.progress)(Event::Asking { file, url });
        let part = Part::of(self.folder, file, url);
        let (limits, progress) = (self.limits, self.progress);
        let download = Download { file, url, part: &part, limits, progress };
        let pieced = self.runtime.block_on(download.run())?;
        let extracted = match self.wanted(&part, address) {
            Err(Fault::Address(fault)) if pieced => {
                // A piece from before may have been spoilt: once more, from the beginning.
                part.remove().map_err(Fault::at(part.path()))?;
                progress(Event::Retrying { url, fault: &fault, after: Duration::ZERO });
                self.runtime.block_on(download.run())?;
                self.wanted(&part, address)
            }
            wanted => wanted,
        };
        let extracted = match extracted {
            Ok(extracted) => extracted,
            Err(fault) => {
                part.remove().map_err(Fault::at(part.path()))?;
                return Err(fault);
            }
        };
        let bytes = extracted.bytes;
        let path = self.keep(extracted.file)?;
        self.remove_parts()?;
        progress(Event::Stored { path: &path, bytes });
        Ok(Fetched { path, origin: Origin::Downloaded { address: address.clone(), bytes } })
    }

    /// The file out of its part, if it is the one that is meant.
    fn wanted(&self, part: &Part, address: &Address) -> Result<Extracted, Fault> {
        let extracted = extract(part.path(), &address.member, self.folder, self.limits.max_bytes)?;
        if extracted.sum == self.source.sha256.to_ascii_lowercase() {
            return Ok(extracted);
        }
        let what = if extracted.is_page { "a web page" } else { "another file" };
        Err(Fault::Address(format!("it gives {what}, with the sha256 {}", extracted.sum)))
    }

    /// Gives the file its name, unless one has it.
    fn keep(&self, file: NamedTempFile) -> Result<PathBuf, Fault> {
        let path = self.folder.join(&self.source.file);
        match file.persist_noclobber(&path) {
            Ok(_) => Ok(path),
            Err(fault) if fault.error.kind() == ErrorKind::AlreadyExists => {
                // It came there in the meantime, past the lock: by hand, or on a file system without.
                let found = verified(self.source, self.folder).map_err(Fault::Here)?;
                found.ok_or_else(|| Fault::at(&path)(fault.error))
            }
            Err(fault) => Err(Fault::at(&path)(fault.error)),
        }
    }

    /// Also those of addresses that were tried in vain.
    fn remove_parts(&self) -> Result<(), Fault> {
        for address in &self.source.addresses {
            let part = Part::of(self.folder, &self.source.file, &address.url);
            part.remove().map_err(Fault::at(part.path()))?;
        }
        Ok(())
    }
}
