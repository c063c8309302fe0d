//! The wanted file out of what was downloaded.

use super::fault::Fault;
use foretell_core::count;
use foretell_core::id::hex;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{Error, Read, Seek, Write};
use std::path::Path;
use tempfile::NamedTempFile;
use zip::ZipArchive;
use zip::result::ZipError;

/// Names that an error shows of an archive.
const SHOWN: usize = 6;

/// The wanted file under a temporary name, which is removed unless it is kept.
#[derive(Debug)]
pub(super) struct Extracted {
    pub(super) file: NamedTempFile,
    pub(super) bytes: u64,
    pub(super) sum: String,
    /// Whether it begins as a web page does.
    pub(super) is_page: bool,
}

/// Takes a member out of nested zip archives; no member: the whole.
///
/// A member's name is only compared, never used as a path: what is taken out lies in `folder` under
/// a name of this program's own.
pub(super) fn extract(
    archive: &Path,
    member: &[String],
    folder: &Path,
    max_bytes: u64,
) -> Result<Extracted, Fault> {
    let mut input = File::open(archive).map_err(Fault::at(archive))?;
    for name in member {
        input = unpack(input, name, folder, max_bytes)?;
    }
    let mut file = named(folder).map_err(Fault::at(folder))?;
    let poured = pour(&mut input, file.as_file_mut(), max_bytes);
    let (bytes, sum) = poured.map_err(|fault| fault.of("the file", archive, folder))?;
    // A crash must not leave a torn file under the final name.
    file.as_file().sync_all().map_err(Fault::at(folder))?;
    let is_page = begins_as_page(file.as_file_mut()).map_err(Fault::at(folder))?;
    Ok(Extracted { file, bytes, sum, is_page })
}

/// The sha256 of a file.
pub(super) fn sum_of(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    match pour(&mut file, &mut std::io::sink(), u64::MAX) {
        Ok((_, sum)) => Ok(sum),
        Err(Spill::Read(fault) | Spill::Write(fault)) => Err(fault),
        Err(Spill::TooLong(_)) => Err(Error::other("no file has so many bytes")),
    }
}

/// One member of one archive, in a file without a name.
fn unpack(archive: File, name: &str, folder: &Path, max_bytes: u64) -> Result<File, Fault> {
    let unreadable =
        |fault: ZipError| Fault::Address(format!("no zip archive can be read: {fault}"));
    let mut archive = ZipArchive::new(archive).map_err(unreadable)?;
    if archive.index_for_name(name).is_none() {
        return Err(Fault::Address(missing(&archive, name)));
    }
    let in_it = |fault: &dyn std::fmt::Display| Fault::Address(format!("{name}: {fault}"));
    let mut entry = archive.by_name(name).map_err(|fault| in_it(&fault))?;
    if entry.is_dir() {
        return Err(in_it(&"it is a folder of the archive"));
    }
    // What an archive says of itself is not believed: the bytes are counted as they come.
    let mut output = tempfile::tempfile_in(folder).map_err(Fault::at(folder))?;
    pour(&mut entry, &mut output, max_bytes).map_err(|fault| match fault {
        Spill::Read(fault) => in_it(&fault),
        other => other.of(name, folder, folder),
    })?;
    output.rewind().map_err(Fault::at(folder))?;
    Ok(output)
}

fn missing(archive: &ZipArchive<File>, name: &str) -> String {
    let names = archive.file_names().filter_map(Result::ok);
    let names: Vec<_> = names.map(|name| format!("`{}`", name.escape_debug())).collect();
    let shown = names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match names.len() {
        0 => format!("the archive has no `{name}`: it is empty"),
        all if all > SHOWN => {
            format!("the archive has no `{name}`; it has {shown} and {} more", all - SHOWN)
        }
        _ => format!("the archive has no `{name}`; it has {shown}"),
    }
}

/// How copying ends short.
enum Spill {
    Read(Error),
    Write(Error),
    TooLong(u64),
}

impl Spill {
    fn of(self, what: &str, from: &Path, to: &Path) -> Fault {
        match self {
            Self::Read(fault) => Fault::at(from)(fault),
            Self::Write(fault) => Fault::at(to)(fault),
            Self::TooLong(most) => {
                let most = count(most);
                Fault::Address(format!("{what} unpacks to more than the {most} bytes allowed"))
            }
        }
    }
}

/// Copies all bytes, counts them and sums them up.
fn pour(from: &mut impl Read, to: &mut impl Write, max_bytes: u64) -> Result<(u64, String), Spill> {
    let (mut hash, mut bytes) = (Sha256::new(), 0);
    let mut piece = vec![0; 1 << 16];
    loop {
        let read = match from.read(&mut piece) {
            Ok(0) => return Ok((bytes, hex(&hash.finalize()))),
            Ok(read) => read,
            Err(fault) if fault.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(fault) => return Err(Spill::Read(fault)),
        };
        bytes += read as u64;
        if bytes > max_bytes {
            return Err(Spill::TooLong(max_bytes));
        }
        hash.update(&piece[..read]);
        to.write_all(&piece[..read]).map_err(Spill::Write)?;
    }
}

/// A temporary file that others may read once it is kept, as any file of the user's.
fn named(folder: &Path) -> std::io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".fetched-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // The system takes the user's mask off.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

fn begins_as_page(file: &mut File) -> std::io::Result<bool> {
    file.rewind()?;
    let mut head = Vec::new();
    file.take(512).read_to_end(&mut head)?;
    let head = String::from_utf8_lossy(&head).trim_start().to_ascii_lowercase();
    Ok(head.starts_with("<!doctype html") || head.starts_with("<html"))
}
