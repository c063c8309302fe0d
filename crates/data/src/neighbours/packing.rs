//! Where each column's code lies in a packed row, and the distance of two packed rows.

/// A column's place: `bits` bits from `shift` of word `word`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Field {
    word: usize,
    shift: u32,
    bits: u32,
}

impl Field {
    fn mask(self) -> u64 {
        ((1 << self.bits) - 1) << self.shift
    }
}

/// Where the codes of a row lie in its words.
///
/// A column takes the bits that its levels need and never lies across two words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Packing {
    fields: Vec<Field>,
    masks: Vec<WordMask>,
}

/// The bits of a word that belong to fields: the highest of each field, and the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct WordMask {
    high: u64,
    low: u64,
}

impl WordMask {
    /// One bit for each field in which two words differ, given their exclusive or.
    ///
    /// Adding a field's low bits all set carries into its highest bit where any of them is set, and
    /// never further, so that no field touches the next.
    #[inline]
    pub(super) fn differing(self, xor: u64) -> u64 {
        (((xor & self.low) + self.low) | xor) & self.high
    }
}

impl Packing {
    /// A place for columns of these numbers of levels, in their order.
    pub(super) fn new(levels: &[u32]) -> Self {
        let mut fields = Vec::with_capacity(levels.len());
        let mut masks = vec![WordMask::default()];
        let (mut word, mut used) = (0, 0);
        for &levels in levels {
            let bits = u32::BITS - levels.saturating_sub(1).leading_zeros();
            if used + bits > u64::BITS {
                (word, used) = (word + 1, 0);
                masks.push(WordMask::default());
            }
            // A column of one level needs no bit, and may come when the word is full.
            let field = Field { word, shift: if bits == 0 { 0 } else { used }, bits };
            let high = if bits == 0 { 0 } else { 1 << (used + bits - 1) };
            masks[word].high |= high;
            masks[word].low |= field.mask() & !high;
            fields.push(field);
            used += bits;
        }
        Self { fields, masks }
    }

    /// Words of a row.
    pub(super) fn words(&self) -> usize {
        self.masks.len()
    }

    /// Columns of a row.
    pub(super) fn columns(&self) -> usize {
        self.fields.len()
    }

    /// The mask of the only word, where there is one.
    pub(super) fn single(&self) -> Option<WordMask> {
        if let [mask] = self.masks[..] { Some(mask) } else { None }
    }

    /// Writes a code into a row of zeros.
    pub(super) fn put(&self, row: &mut [u64], column: usize, code: u16) {
        let field = self.fields[column];
        row[field.word] |= u64::from(code) << field.shift;
    }

    /// Reads a code.
    pub(super) fn get(&self, row: &[u64], column: usize) -> u16 {
        let field = self.fields[column];
        let code = (row[field.word] & field.mask()) >> field.shift;
        u16::try_from(code).expect("a code has at most 16 bits")
    }

    /// All bits of these columns, word by word.
    pub(super) fn bits_of(&self, columns: &[usize]) -> Vec<u64> {
        let mut bits = vec![0; self.words()];
        for &column in columns {
            let field = self.fields[column];
            bits[field.word] |= field.mask();
        }
        bits
    }

    /// Columns in which two rows differ.
    pub(super) fn distance(&self, a: &[u64], b: &[u64]) -> u32 {
        let words = a.iter().zip(b).zip(&self.masks);
        words.map(|((a, b), mask)| mask.differing(a ^ b).count_ones()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_takes_the_bits_it_needs_and_stays_in_one_word() {
        let packing = Packing::new(&[1, 2, 3, 65_536, 65_536, 65_536, 65_536]);
        let bits: Vec<u32> = packing.fields.iter().map(|field| field.bits).collect();
        assert_eq!(bits, [0, 1, 2, 16, 16, 16, 16]);
        assert_eq!(packing.words(), 2);
        assert_eq!(packing.fields[6], Field { word: 1, shift: 0, bits: 16 });
    }

    #[test]
    fn a_column_of_one_level_fits_into_a_full_word() {
        let packing = Packing::new(&[65_536, 65_536, 65_536, 65_536, 1]);
        assert_eq!(packing.words(), 1);
        let mut row = [0];
        packing.put(&mut row, 3, 65_535);
        packing.put(&mut row, 4, 0);
        assert_eq!((packing.get(&row, 3), packing.get(&row, 4)), (65_535, 0));
        assert_eq!(packing.bits_of(&[4]), [0]);
    }

    #[test]
    fn a_difference_in_any_bit_of_a_field_counts_once() {
        let packing = Packing::new(&[2, 16, 3, 1]);
        for (code, distance) in [(0, 0), (1, 1), (6, 1), (8, 1), (15, 1)] {
            let mut row = [0];
            packing.put(&mut row, 1, code);
            assert_eq!(packing.distance(&row, &[0]), distance, "code {code}");
        }
        let mut row = [0];
        packing.put(&mut row, 0, 1);
        packing.put(&mut row, 1, 7);
        packing.put(&mut row, 2, 2);
        assert_eq!(packing.distance(&row, &[0]), 3);
    }
}
