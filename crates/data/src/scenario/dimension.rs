//! What the two groups of a scenario differ in.

use super::character::{ALL, Character, Group};
use super::draw::Draw;
use Character as C;

/// What the two groups differ in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dimension {
    Species,
    SocialValue,
    Gender,
    Age,
    Fitness,
    Utilitarianism,
}

/// Every dimension; each is equally likely.
pub(super) const DIMENSIONS: [Dimension; 6] = [
    Dimension::Species,
    Dimension::SocialValue,
    Dimension::Gender,
    Dimension::Age,
    Dimension::Fitness,
    Dimension::Utilitarianism,
];

/// Most that a group can hold.
pub(super) const MOST: usize = 5;

const LOW: [Character; 2] = [C::HomelessPerson, C::Criminal];
const NEUTRAL: [Character; 2] = [C::Man, C::Woman];
const HIGH: [Character; 5] =
    [C::PregnantWoman, C::MaleExecutive, C::FemaleExecutive, C::MaleDoctor, C::FemaleDoctor];

const GENDER: [(Character, Character); 7] = [
    (C::Woman, C::Man),
    (C::ElderlyWoman, C::ElderlyMan),
    (C::Girl, C::Boy),
    (C::LargeWoman, C::LargeMan),
    (C::FemaleExecutive, C::MaleExecutive),
    (C::FemaleAthlete, C::MaleAthlete),
    (C::FemaleDoctor, C::MaleDoctor),
];

const AGE: [(Character, Character); 6] = [
    (C::Boy, C::Man),
    (C::Girl, C::Woman),
    (C::Man, C::ElderlyMan),
    (C::Woman, C::ElderlyWoman),
    (C::Boy, C::ElderlyMan),
    (C::Girl, C::ElderlyWoman),
];

const FITNESS: [(Character, Character); 6] = [
    (C::LargeMan, C::Man),
    (C::Man, C::MaleAthlete),
    (C::LargeMan, C::MaleAthlete),
    (C::LargeWoman, C::Woman),
    (C::Woman, C::FemaleAthlete),
    (C::LargeWoman, C::FemaleAthlete),
];

impl Dimension {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Species => "species",
            Self::SocialValue => "social value",
            Self::Gender => "gender",
            Self::Age => "age",
            Self::Fitness => "fitness",
            Self::Utilitarianism => "utilitarianism",
        }
    }

    /// What the first and the second group are.
    pub(super) fn sides(self) -> [&'static str; 2] {
        match self {
            Self::Species => ["people", "pets"],
            Self::SocialValue => ["lower", "higher"],
            Self::Gender => ["female", "male"],
            Self::Age => ["younger", "older"],
            Self::Fitness => ["less fit", "fitter"],
            Self::Utilitarianism => ["fewer", "more"],
        }
    }

    /// All matches of a character of the first group with one of the second; each is equally likely.
    pub(super) fn matches(self) -> Vec<(Character, Character)> {
        let all = |first: &[Character], second: &[Character]| {
            let with = |&a: &Character| second.iter().map(move |&b| (a, b)).collect::<Vec<_>>();
            first.iter().flat_map(with).collect::<Vec<_>>()
        };
        match self {
            Self::Species => {
                let (pets, people): (Vec<_>, Vec<_>) = ALL.into_iter().partition(|c| c.is_pet());
                all(&people, &pets)
            }
            Self::SocialValue => {
                [all(&LOW, &NEUTRAL), all(&NEUTRAL, &HIGH), all(&LOW, &HIGH)].concat()
            }
            Self::Gender => GENDER.to_vec(),
            Self::Age => AGE.to_vec(),
            Self::Fitness => FITNESS.to_vec(),
            Self::Utilitarianism => ALL.into_iter().map(|c| (c, c)).collect(),
        }
    }

    /// Draws the two groups: one to five matches, one side to each; for utilitarianism one to four,
    /// and then whoever is added to the second group, which holds at most five.
    pub(super) fn groups(self, draw: &mut Draw) -> [Group; 2] {
        let matches = self.matches();
        let utilitarian = self == Self::Utilitarianism;
        let size = draw.between(1, if utilitarian { MOST - 1 } else { MOST });
        let mut groups = [Group::default(); 2];
        for _ in 0..size {
            let (first, second) = draw.pick(&matches);
            groups[0].add(first);
            groups[1].add(second);
        }
        if utilitarian {
            for _ in 0..draw.between(1, MOST - size) {
                groups[1].add(draw.pick(&ALL));
            }
        }
        groups
    }
}
