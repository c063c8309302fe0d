//! One scenario.

use super::character::Group;
use super::dimension::{DIMENSIONS, Dimension};
use super::draw::Draw;
use super::wording;

/// A scenario: two groups, of which one dies in each case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dilemma {
    /// What the groups differ in.
    pub(super) dimension: Dimension,
    /// Whether Case 1 is the swerve.
    pub(super) intervention: bool,
    /// Whether those who die in Case 1 sit in the car, and all others are saved by hitting a wall.
    pub(super) in_car: bool,
    /// Whether the lights matter.
    pub(super) law: bool,
    /// Who dies in Case 1, and who in Case 2.
    pub(super) killed: [Group; 2],
    /// Which of the dimension's two groups dies in Case 1: 0 or 1.
    pub(super) first_killed: usize,
    /// The light on which each of `killed` crosses, where it has one.
    pub(super) lights: [Option<Light>; 2],
}

/// A light for pedestrians.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Light {
    Red,
    Green,
}

impl Dilemma {
    /// Draws a scenario.
    ///
    /// The published generator tosses the sides only where a group sits in the car, so that outside
    /// Case 1 always kills people and not pets, and the smaller group.
    pub(super) fn draw(draw: &mut Draw, published: bool) -> Self {
        let dimension = draw.pick(&DIMENSIONS);
        let (intervention, in_car, law) = (draw.toss(), draw.toss(), draw.toss());
        let groups = dimension.groups(draw);
        // Both coins are always tossed, so that no flag moves the draws after it.
        let (side, green) = (usize::from(draw.toss()), draw.toss());
        let first_killed = if published && !in_car { 0 } else { side };
        let (one, other) =
            if green { (Light::Green, Light::Red) } else { (Light::Red, Light::Green) };
        let lights = match (law, in_car) {
            (false, _) => [None, None],
            (true, true) => [None, Some(other)],
            (true, false) => [Some(one), Some(other)],
        };
        let killed = [groups[first_killed], groups[1 - first_killed]];
        Self { dimension, intervention, in_car, law, killed, first_killed, lights }
    }

    /// Both groups together.
    pub(super) fn everyone(&self) -> Group {
        self.killed[0].with(&self.killed[1])
    }

    /// Names and values, as they stand in `questions.parquet`.
    ///
    /// `sides` says which group dies in Case 1 and `lights` how those cross who die in Case 1 and in
    /// Case 2; `counts` counts both groups together.
    pub(super) fn features(&self) -> Vec<(String, String)> {
        let flag = |set: bool| if set { "yes" } else { "no" }.to_owned();
        let named = |name: &str, value: String| (name.to_owned(), value);
        vec![
            named("dimension", self.dimension.name().to_owned()),
            named("intervention", flag(self.intervention)),
            named("in_car", flag(self.in_car)),
            named("law", flag(self.law)),
            named("lights", self.lights.map(|light| light.map_or("none", Light::name)).join("/")),
            named("sides", self.dimension.sides()[self.first_killed].to_owned()),
            named("counts", wording::tally(&self.everyone())),
        ]
    }

    /// What differs between two scenarios of the same characters and flags.
    ///
    /// `side` compares which group of the dimension dies in Case 1; between two dimensions, whose
    /// groups cannot be compared, it compares the kinds of characters that do.
    pub(super) fn changed(&self, other: &Self) -> Vec<&'static str> {
        let dimension = self.dimension != other.dimension;
        let side = if dimension {
            self.killed[0].kinds() != other.killed[0].kinds()
        } else {
            self.first_killed != other.first_killed
        };
        let differs = [
            ("side", side),
            ("lights", self.lights != other.lights),
            ("counts", self.everyone() != other.everyone()),
            ("dimension", dimension),
        ];
        differs.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
    }
}

impl Light {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Green => "green",
        }
    }
}
