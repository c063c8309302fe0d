//! Texts that are searched now and then, kept compressed: the explanations of a large study are most
//! of what a viewer holds, and unpacking them takes about as long as looking through them.

use crate::arena::{Arena, Wanted};
use rayon::prelude::*;
use zstd::bulk::{Compressor, Decompressor};

/// Bytes of text from which on a block is closed: enough to compress well, and small beside the rest
/// when each thread has one of them unpacked.
const BLOCK: usize = 256 << 10;

/// The fastest level: what it leaves out saves little of texts of a few words.
const LEVEL: i32 = 1;

/// Where a text stands: its block, and its number in that.
pub(crate) type Place = (u32, u32);

/// Texts, to be searched without regard to case.
#[derive(Debug, Default)]
pub(crate) struct Packed {
    blocks: Vec<Block>,
}

#[derive(Debug)]
struct Block {
    bytes: Box<[u8]>,
    /// Length of the bytes when they are unpacked.
    length: usize,
    /// Where each text ends in these.
    ends: Box<[usize]>,
}

/// Packs texts one after the other.
pub(crate) struct Packer {
    packed: Packed,
    /// The block that is not closed yet.
    open: Arena,
    compressor: Compressor<'static>,
}

impl Packer {
    /// A packer without texts.
    ///
    /// # Errors
    /// Where there is no memory for it.
    pub(crate) fn new() -> std::io::Result<Self> {
        let (packed, open) = (Packed::default(), Arena::default());
        Ok(Self { packed, open, compressor: Compressor::new(LEVEL)? })
    }

    /// Adds a text made of parts.
    pub(crate) fn push<'a>(
        &mut self,
        parts: impl IntoIterator<Item = &'a str>,
    ) -> std::io::Result<Place> {
        let place = (self.packed.blocks.len() as u32, self.open.push(parts));
        if self.open.bytes().len() >= BLOCK {
            self.close()?;
        }
        Ok(place)
    }

    /// The texts that were added.
    pub(crate) fn finish(mut self) -> std::io::Result<Packed> {
        if !self.open.bytes().is_empty() {
            self.close()?;
        }
        Ok(self.packed)
    }

    fn close(&mut self) -> std::io::Result<()> {
        let bytes = self.compressor.compress(self.open.bytes())?.into_boxed_slice();
        let ends = self.open.ends().into();
        self.packed.blocks.push(Block { bytes, length: self.open.bytes().len(), ends });
        self.open.clear();
        Ok(())
    }
}

impl Packed {
    /// For each of `wanted` which texts hold it, by block.
    ///
    /// # Errors
    /// Where there is no memory to unpack.
    pub(crate) fn holding(&self, wanted: &[Wanted]) -> std::io::Result<Vec<Vec<Vec<bool>>>> {
        let unpacker = || (Decompressor::new(), Vec::new());
        let found: Vec<Vec<Vec<bool>>> = self
            .blocks
            .par_iter()
            .map_init(unpacker, |(decompressor, text), block| {
                let Ok(decompressor) = decompressor else {
                    return Err(std::io::Error::from(std::io::ErrorKind::OutOfMemory));
                };
                text.clear();
                text.reserve(block.length);
                decompressor.decompress_to_buffer(&block.bytes, text)?;
                Ok(wanted.iter().map(|wanted| wanted.among(text, &block.ends)).collect())
            })
            .collect::<std::io::Result<_>>()?;
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_of_many_blocks_is_found_where_it_was_put() {
        let texts: Vec<String> =
            (0..9_000).map(|at| format!("Text {at} {}", "ab ".repeat(40))).collect();
        let mut packer = Packer::new().unwrap();
        let places: Vec<Place> =
            texts.iter().map(|text| packer.push([text.as_str(), "More"]).unwrap()).collect();
        let packed = packer.finish().unwrap();
        assert!(packed.blocks.len() > 2, "{} blocks", packed.blocks.len());
        let kept: usize = packed.blocks.iter().map(|block| block.bytes.len()).sum();
        assert!(kept < texts.iter().map(String::len).sum::<usize>() / 4, "{kept} bytes");
        let wanted = [Wanted::new("TEXT 8999 "), Wanted::new("more"), Wanted::new("absent")];
        let found = packed.holding(&wanted).unwrap();
        let holds = |wanted: usize, (block, at): Place| found[block as usize][wanted][at as usize];
        let counts = [0, 1, 2].map(|wanted| places.iter().filter(|at| holds(wanted, **at)).count());
        assert_eq!(counts, [1, 9_000, 0]);
        assert!(holds(0, places[8_999]));
    }

    #[test]
    fn nothing_is_packed_into_nothing() {
        let packed = Packer::new().unwrap().finish().unwrap();
        assert!(packed.holding(&[Wanted::new("a")]).unwrap().is_empty());
    }
}
