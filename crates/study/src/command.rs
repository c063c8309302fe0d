//! A study as arguments of `foretell run`.

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
        let lists = [("--reference", &self.references), ("--predictor", &self.predictors)];
        for (flag, tables) in lists {
            for table in tables {
                let spec = table.spec().ok()?;
                let text = spec.to_string();
                let joint = if spec.options.is_empty() { '?' } else { '&' };
                let given = table.name.is_some() || spec.name != text;
                let name = if given { format!("{joint}name={}", spec.name) } else { String::new() };
                add(flag, text + &name);
            }
        }
        self.arms.iter().for_each(|arm| add("--arm", arm.clone()));
        let built_in = Self::default();
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
