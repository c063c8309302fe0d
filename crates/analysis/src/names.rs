//! Texts of runs, each kept once and known by a number: models, datasets, pairs, labels.

use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;
use std::num::NonZeroU32;
use std::sync::Arc;

/// The number of a text in [`Names`]. Equal numbers of one `Names` mean equal texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(NonZeroU32);

impl Name {
    fn at(place: usize) -> Self {
        let number = u32::try_from(place + 1).ok().and_then(NonZeroU32::new);
        Self(number.expect("fewer than four billion texts fit into memory"))
    }

    /// The number itself, from 1; it depends on the order in which texts were read.
    #[must_use]
    pub fn number(self) -> u32 {
        self.0.get()
    }

    fn place(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// Texts, each once.
///
/// # Examples
/// ```
/// use foretell_analysis::Names;
///
/// let mut names = Names::default();
/// let name = names.name("income");
/// assert_eq!((names.name("income"), names.find("incme")), (name, None));
/// assert_eq!(&**names.text(name), "income");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// By their texts, which stand in `texts` alone.
    numbers: HashTable<Name>,
    hasher: DefaultHashBuilder,
    texts: Vec<Arc<str>>,
}

impl Names {
    /// The number of a text, which is added where it is new.
    pub fn name(&mut self, text: &str) -> Name {
        let Self { numbers, hasher, texts } = self;
        let is_it = |name: &Name| &*texts[name.place()] == text;
        let hash_again = |name: &Name| hasher.hash_one(&*texts[name.place()]);
        match numbers.entry(hasher.hash_one(text), is_it, hash_again) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(free) => {
                let name = *free.insert(Name::at(texts.len())).get();
                texts.push(text.into());
                name
            }
        }
    }

    /// The number of a text that is known.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<Name> {
        let is_it = |name: &Name| &**self.text(*name) == text;
        self.numbers.find(self.hasher.hash_one(text), is_it).copied()
    }

    /// The text of a number.
    ///
    /// # Panics
    /// If the number is of other names.
    #[must_use]
    pub fn text(&self, name: Name) -> &Arc<str> {
        &self.texts[name.place()]
    }

    /// The number of a text that most probably is `likely`, which is looked at before hashing.
    pub(crate) fn name_likely(&mut self, text: &str, likely: Option<Name>) -> Name {
        match likely {
            Some(name) if &**self.text(name) == text => name,
            _ => self.name(text),
        }
    }
}
