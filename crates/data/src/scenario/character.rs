//! Who can be hurt.

/// A kind of person or pet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Character {
    Man,
    Woman,
    PregnantWoman,
    Baby,
    ElderlyMan,
    ElderlyWoman,
    Boy,
    Girl,
    HomelessPerson,
    LargeWoman,
    LargeMan,
    Criminal,
    MaleExecutive,
    FemaleExecutive,
    FemaleAthlete,
    MaleAthlete,
    FemaleDoctor,
    MaleDoctor,
    Dog,
    Cat,
}

use Character as C;

/// Every kind, in the order in which texts and counts list them.
pub(super) const ALL: [Character; 20] = [
    C::Man,
    C::Woman,
    C::PregnantWoman,
    C::Baby,
    C::ElderlyMan,
    C::ElderlyWoman,
    C::Boy,
    C::Girl,
    C::HomelessPerson,
    C::LargeWoman,
    C::LargeMan,
    C::Criminal,
    C::MaleExecutive,
    C::FemaleExecutive,
    C::FemaleAthlete,
    C::MaleAthlete,
    C::FemaleDoctor,
    C::MaleDoctor,
    C::Dog,
    C::Cat,
];

impl Character {
    pub(super) fn is_pet(self) -> bool {
        matches!(self, Self::Dog | Self::Cat)
    }

    /// The noun for one, and for several.
    pub(super) fn nouns(self) -> (&'static str, &'static str) {
        match self {
            Self::Man => ("man", "men"),
            Self::Woman => ("woman", "women"),
            Self::PregnantWoman => ("pregnant woman", "pregnant women"),
            Self::Baby => ("baby", "babies"),
            Self::ElderlyMan => ("elderly man", "elderly men"),
            Self::ElderlyWoman => ("elderly woman", "elderly women"),
            Self::Boy => ("boy", "boys"),
            Self::Girl => ("girl", "girls"),
            Self::HomelessPerson => ("homeless person", "homeless people"),
            Self::LargeWoman => ("large woman", "large women"),
            Self::LargeMan => ("large man", "large men"),
            Self::Criminal => ("criminal", "criminals"),
            Self::MaleExecutive => ("male executive", "male executives"),
            Self::FemaleExecutive => ("female executive", "female executives"),
            Self::FemaleAthlete => ("female athlete", "female athletes"),
            Self::MaleAthlete => ("male athlete", "male athletes"),
            Self::FemaleDoctor => ("female doctor", "female doctors"),
            Self::MaleDoctor => ("male doctor", "male doctors"),
            Self::Dog => ("dog", "dogs"),
            Self::Cat => ("cat", "cats"),
        }
    }
}

/// A group: how many there are of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Group([u8; ALL.len()]);

impl Group {
    pub(super) fn add(&mut self, character: Character) {
        self.0[character as usize] += 1;
    }

    /// Both groups together.
    pub(super) fn with(&self, other: &Self) -> Self {
        let mut both = *self;
        for (count, more) in both.0.iter_mut().zip(other.0) {
            *count += more;
        }
        both
    }

    /// How many there are.
    pub(super) fn size(&self) -> usize {
        self.0.iter().map(|&count| usize::from(count)).sum()
    }

    /// The kinds that there are, with their counts, in the order of [`ALL`].
    pub(super) fn counts(&self) -> impl Iterator<Item = (Character, u8)> {
        ALL.into_iter().zip(self.0).filter(|(_, count)| *count > 0)
    }

    /// The set of kinds, one bit each.
    pub(super) fn kinds(&self) -> u32 {
        self.counts().fold(0, |bits, (character, _)| bits | 1 << character as u32)
    }

    pub(super) fn all_pets(&self) -> bool {
        self.counts().all(|(character, _)| character.is_pet())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_listed_by_their_number() {
        assert!(ALL.iter().enumerate().all(|(i, &character)| character as usize == i));
    }
}
