//! Colours of figures. People of any colour vision tell the series apart (after Okabe and Ito), and
//! marks differ in shape as well.

/// What a figure is looked at on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// A bright screen.
    #[default]
    Light,
    /// A dark screen.
    Dark,
    /// Paper: black, and colours that stay apart in greys.
    Print,
}

/// What a colour is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ink {
    /// Text and axes.
    Plain,
    /// Text beside what matters.
    Quiet,
    /// Lines behind everything.
    Faint,
    /// The page itself.
    Page,
    /// One of [`SERIES`] things that are told apart.
    Series(usize),
    /// A step of a scale from nothing (0) to all ([`SHADES`]).
    Shade(usize),
}

/// Things that colours tell apart.
pub(crate) const SERIES: usize = 8;

/// The darkest step of a scale.
pub(crate) const SHADES: usize = 10;

type Rgb = (u8, u8, u8);

struct Palette {
    plain: Rgb,
    quiet: Rgb,
    faint: Rgb,
    page: Rgb,
    series: [Rgb; SERIES],
    /// What a scale ends in; it begins in the page.
    full: Rgb,
}

const LIGHT: Palette = Palette {
    plain: (0x1b, 0x1b, 0x1f),
    quiet: (0x5f, 0x63, 0x68),
    faint: (0xd9, 0xdc, 0xe0),
    page: (0xff, 0xff, 0xff),
    series: [
        (0x00, 0x72, 0xb2),
        (0xd5, 0x5e, 0x00),
        (0x00, 0x9e, 0x73),
        (0xb5, 0x5f, 0x92),
        (0xe6, 0x9f, 0x00),
        (0x56, 0xb4, 0xe9),
        (0x7a, 0x6a, 0x2c),
        (0x80, 0x84, 0x8a),
    ],
    full: (0x0b, 0x5a, 0x8f),
};

const DARK: Palette = Palette {
    plain: (0xe8, 0xe8, 0xea),
    quiet: (0xa3, 0xa8, 0xae),
    faint: (0x3a, 0x3f, 0x46),
    page: (0x16, 0x18, 0x1c),
    series: [
        (0x56, 0xb4, 0xe9),
        (0xf0, 0x88, 0x3e),
        (0x2c, 0xc2, 0x95),
        (0xe2, 0x9c, 0xc4),
        (0xf2, 0xb6, 0x32),
        (0xa9, 0xd8, 0xf7),
        (0xc9, 0xb8, 0x6a),
        (0x9a, 0x9f, 0xa6),
    ],
    full: (0x6a, 0xc4, 0xf5),
};

const PRINT: Palette = Palette {
    plain: (0x00, 0x00, 0x00),
    quiet: (0x40, 0x40, 0x40),
    faint: (0xcc, 0xcc, 0xcc),
    page: (0xff, 0xff, 0xff),
    series: [
        (0x00, 0x4c, 0x7f),
        (0xc8, 0x55, 0x00),
        (0x00, 0x8f, 0x68),
        (0x9c, 0x45, 0x7a),
        (0xd9, 0x96, 0x00),
        (0x4a, 0xa8, 0xe0),
        (0x5e, 0x51, 0x20),
        (0x8a, 0x8a, 0x8a),
    ],
    full: (0x30, 0x30, 0x30),
};

impl Theme {
    const fn palette(self) -> &'static Palette {
        match self {
            Self::Light => &LIGHT,
            Self::Dark => &DARK,
            Self::Print => &PRINT,
        }
    }

    /// The colour of an ink.
    pub(crate) fn colour(self, ink: Ink) -> Rgb {
        let palette = self.palette();
        match ink {
            Ink::Plain => palette.plain,
            Ink::Quiet => palette.quiet,
            Ink::Faint => palette.faint,
            Ink::Page => palette.page,
            Ink::Series(at) => palette.series[at % SERIES],
            Ink::Shade(step) => {
                // The first step is seen, too: an empty cell has no shade at all.
                let share = 0.06 + 0.94 * step.min(SHADES) as f64 / SHADES as f64;
                let mix = |from: u8, to: u8| {
                    (f64::from(from) + share * (f64::from(to) - f64::from(from))).round() as u8
                };
                let (page, full) = (palette.page, palette.full);
                (mix(page.0, full.0), mix(page.1, full.1), mix(page.2, full.2))
            }
        }
    }
}

impl Ink {
    /// The ink of text on a step of a scale.
    pub(crate) fn on_shade(step: usize) -> Self {
        if step > SHADES / 2 { Self::Page } else { Self::Plain }
    }

    fn all() -> impl Iterator<Item = Self> {
        [Self::Plain, Self::Quiet, Self::Faint, Self::Page]
            .into_iter()
            .chain((0..SERIES).map(Self::Series))
            .chain((0..=SHADES).map(Self::Shade))
    }
}

/// Rules of a style sheet that give figures drawn in the light theme the colours of another.
pub(crate) fn recoloured(theme: Theme) -> String {
    let hex = |(r, g, b): Rgb| format!("#{r:02X}{g:02X}{b:02X}");
    let rule = |ink: Ink| {
        let (from, to) = (hex(Theme::Light.colour(ink)), hex(theme.colour(ink)));
        format!("svg [fill=\"{from}\"]{{fill:{to}}}svg [stroke=\"{from}\"]{{stroke:{to}}}")
    };
    Ink::all().map(rule).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Relative luminance, as WCAG 2 defines it.
    fn luminance((r, g, b): Rgb) -> f64 {
        let part = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b)
    }

    fn contrast(one: Rgb, other: Rgb) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn text_is_readable_and_marks_are_seen_in_every_theme() {
        for theme in [Theme::Light, Theme::Dark, Theme::Print] {
            let page = theme.colour(Ink::Page);
            for ink in [Ink::Plain, Ink::Quiet] {
                assert!(contrast(theme.colour(ink), page) >= 4.5, "{theme:?} {ink:?}");
            }
            for at in 0..SERIES {
                let seen = contrast(theme.colour(Ink::Series(at)), page);
                assert!(seen >= 2.0, "{theme:?} {at}: {seen}");
            }
            for step in 0..=SHADES {
                let (ground, text) = (Ink::Shade(step), Ink::on_shade(step));
                let seen = contrast(theme.colour(ground), theme.colour(text));
                assert!(seen >= 3.0, "{theme:?} step {step}: {seen}");
            }
        }
    }

    #[test]
    fn colours_of_the_light_theme_are_told_apart_by_a_style_sheet() {
        let colours: BTreeSet<Rgb> = Ink::all().map(|ink| Theme::Light.colour(ink)).collect();
        assert_eq!(colours.len(), Ink::all().count());
    }
}
