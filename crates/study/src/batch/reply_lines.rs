//! The lines of files of replies, by the requests that they answer.

use super::import::Imported;
use crate::error::StudyError;
use foretell_llm::{LineFault, LineResult, RequestKey, read_line};
use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::PathBuf;

/// Where a line lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spot {
    pub(super) key: RequestKey,
    file: u32,
    line: u32,
    offset: u64,
    bytes: u32,
}

/// The lines of all files, by the request that they answer.
pub(super) struct Index<'a> {
    paths: &'a [PathBuf],
    files: Vec<File>,
    spots: Vec<Spot>,
    /// Whether the request of that spot took its line.
    taken: Vec<bool>,
}

impl<'a> Index<'a> {
    pub(super) fn read(paths: &'a [PathBuf], imported: &mut Imported) -> Result<Self, StudyError> {
        let mut index = Self { paths, files: Vec::new(), spots: Vec::new(), taken: Vec::new() };
        for (number, path) in paths.iter().enumerate() {
            let at = |fault| StudyError::Io { path: path.clone(), fault };
            let mut lines = BufReader::new(File::open(path).map_err(at)?);
            index.files.push(File::open(path).map_err(at)?);
            let (mut bytes, mut offset, mut line) = (Vec::new(), 0_u64, 0_u32);
            loop {
                bytes.clear();
                let read = lines.read_until(b'\n', &mut bytes).map_err(at)?;
                if read == 0 {
                    break;
                }
                line += 1;
                let text = String::from_utf8_lossy(&bytes);
                if !text.trim().is_empty() {
                    imported.lines += 1;
                    let place = || format!("{}:{line}", path.display());
                    match read_line(text.trim()) {
                        Ok(found) => index.spots.push(Spot {
                            key: found.key,
                            file: number as u32,
                            line,
                            offset,
                            bytes: read as u32,
                        }),
                        Err(fault @ LineFault::Broken(_)) => {
                            imported.broken.add(|| format!("{}: {fault}", place()));
                        }
                        Err(fault) => imported.foreign.add(|| format!("{}: {fault}", place())),
                    }
                }
                offset += read as u64;
            }
        }
        index.spots.sort_unstable();
        index.taken = vec![false; index.spots.len()];
        Ok(index)
    }

    /// The lines of a request that has not taken them yet.
    pub(super) fn take(&mut self, key: &RequestKey) -> &[Spot] {
        let from = self.spots.partition_point(|spot| spot.key < *key);
        let to = from + self.spots[from..].partition_point(|spot| spot.key == *key);
        if from == to || self.taken[from] {
            return &[];
        }
        self.taken[from..to].fill(true);
        &self.spots[from..to]
    }

    pub(super) fn result(&self, spot: &Spot) -> Result<LineResult, StudyError> {
        let path = &self.paths[spot.file as usize];
        let at = |fault| StudyError::Io { path: path.clone(), fault };
        let mut file = &self.files[spot.file as usize];
        let mut bytes = vec![0; spot.bytes as usize];
        file.seek(SeekFrom::Start(spot.offset)).map_err(at)?;
        file.read_exact(&mut bytes).map_err(at)?;
        let line = read_line(String::from_utf8_lossy(&bytes).trim());
        // It was read a moment ago.
        line.map(|line| line.result).map_err(|fault| at(std::io::Error::other(fault.to_string())))
    }

    pub(super) fn place(&self, spot: &Spot) -> String {
        format!("{}:{}", self.paths[spot.file as usize].display(), spot.line)
    }

    /// The requests whose lines nobody took.
    pub(super) fn untaken(&self) -> HashSet<RequestKey> {
        let spots = self.spots.iter().zip(&self.taken);
        spots.filter(|(_, taken)| !**taken).map(|(spot, _)| spot.key).collect()
    }

    pub(super) fn name_unknown(&self, imported: &mut Imported) {
        let mut unknown: Vec<&Spot> = self
            .spots
            .iter()
            .zip(&self.taken)
            .filter(|(_, taken)| !**taken)
            .map(|(s, _)| s)
            .collect();
        unknown.sort_by_key(|spot| (spot.file, spot.line));
        for spot in unknown {
            let why = "no request of this run, as far as its answers are there, has this key";
            imported.unknown.add(|| format!("{}: {} {why}", self.place(spot), spot.key));
        }
    }
}
