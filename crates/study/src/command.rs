//! A study as arguments of `foretell run`.

use crate::passes::Passes;
use crate::study::Study;

impl Study {
    /// The arguments after `foretell run` that say all of this study, without quotes; none where they
    /// cannot, since flags name no model that guesses, or a model cannot be read.
    #[must_use]
    pub fn arguments(&self) -> Option<Vec<String>> {
        if self.predictors.is_empty() || self.references.is_empty() || self.pairs.is_empty() {
            return None;
        }
        let mut args = Vec::new();
        let mut add = |flag: &str, value: String| args.extend([flag.to_owned(), value]);
        self.pairs.iter().for_each(|spec| add("--pairs", spec.clone()));
        let all = self.passes();
        let lists = [("--reference", &self.references), ("--predictor", &self.predictors)];
        for (flag, tables) in lists {
            for table in tables {
                let spec = table.spec().ok()?;
                let text = spec.to_string();
                let passes = Passes::of(table, all).ok()?;
                let named = table.name.is_some() || spec.name != text;
                let more = [
                    named.then(|| format!("name={}", spec.name)),
                    (passes.repeats != all.repeats).then(|| format!("repeats={}", passes.repeats)),
                    (passes.ceiling != all.ceiling).then(|| format!("ceiling={}", passes.ceiling)),
                ];
                add(flag, with_options(text, spec.options.is_empty(), more.into_iter().flatten()));
            }
        }
        self.arms.iter().for_each(|arm| add("--arm", arm.clone()));
        if let Some(table) = &self.rationale {
            let spec = table.spec().ok()?;
            let name = std::iter::once(format!("name={}", spec.name));
            add("--rationale-model", with_options(spec.to_string(), spec.options.is_empty(), name));
        }
        let built_in = Self::default();
        if self.repeats != built_in.repeats {
            add("--repeats", self.repeats.to_string());
        }
        if self.ceiling != built_in.ceiling {
            add("--ceiling", self.ceiling.to_string());
        }
        if self.seed != built_in.seed {
            add("--seed", self.seed.to_string());
        }
        if let Some(limit) = self.limit {
            add("--limit", limit.to_string());
        }
        if let Some(budget) = self.budget {
            add("--budget", budget.to_string());
        }
        if self.scenarios != built_in.scenarios {
            add("--scenarios", self.scenarios.to_string());
        }
        if let Some(labels) = &self.labels {
            add("--labels", labels.join(","));
        }
        let paths = [
            ("--prompts", &self.prompts),
            ("--cards", &self.cards),
            ("--raw", &self.raw),
            ("--registry", &self.registry),
        ];
        for (flag, path) in paths {
            if let Some(path) = path {
                add(flag, path.display().to_string());
            }
        }
        for (flag, given) in [("--reprompt", self.reprompt), ("--published", self.published)] {
            if given {
                args.push(flag.to_owned());
            }
        }
        Some(args)
    }
}

/// A specification with more options after those that it has.
fn with_options(spec: String, is_bare: bool, more: impl Iterator<Item = String>) -> String {
    more.fold((spec, is_bare), |(text, is_bare), option| {
        let joint = if is_bare { '?' } else { '&' };
        (format!("{text}{joint}{option}"), false)
    })
    .0
}
