//! The views: the reduction as SQL that DataFusion, DuckDB and Spark read alike.

use crate::contrast::Contrast;

/// A view, and the statement that makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// Name.
    pub name: &'static str,
    /// Its query, with `:arm` and `:against` for the arms compared.
    pub query: &'static str,
}

/// The views that are made over the tables of a run, each over those before it.
pub const VIEWS: [View; 6] = [
    View { name: "guesses", query: include_str!("views/guesses.sql") },
    View { name: "slots", query: include_str!("views/slots.sql") },
    View { name: "observations", query: include_str!("views/observations.sql") },
    View { name: "pair_rows", query: include_str!("views/pair_rows.sql") },
    View { name: "counts", query: include_str!("views/counts.sql") },
    View { name: "faults", query: include_str!("views/faults.sql") },
];

impl View {
    /// The statement that makes the view for two arms.
    ///
    /// # Examples
    /// ```
    /// use foretell_analysis::Contrast;
    /// use foretell_analysis::sql::VIEWS;
    ///
    /// let slots = VIEWS[1].statement(&Contrast::default());
    /// assert!(slots.contains("CREATE VIEW slots AS") && slots.contains("arm IN ('with', 'without')"));
    /// ```
    #[must_use]
    pub fn statement(&self, contrast: &Contrast) -> String {
        let text = |name: &str| format!("'{}'", name.replace('\'', "''"));
        let (comments, query): (Vec<&str>, Vec<&str>) =
            self.query.lines().partition(|line| line.starts_with("--"));
        // The longer name first, of which the shorter is no part.
        let query = query.join("\n");
        let query = query.replace(":against", "\u{0}").replace(":arm", &text(&contrast.arm));
        let query = query.replace('\u{0}', &text(&contrast.against));
        let comments = comments.join("\n");
        let comments =
            comments.replace(":against", &contrast.against).replace(":arm", &contrast.arm);
        format!("{comments}\nCREATE VIEW {} AS\n{query}", self.name)
    }
}

/// All statements, for engines that have the table `predictions`.
#[must_use]
pub fn statements(contrast: &Contrast) -> String {
    let all: Vec<String> =
        VIEWS.iter().map(|view| format!("{};\n", view.statement(contrast))).collect();
    all.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_arms_cannot_end_their_text() {
        let contrast = Contrast { arm: "a' OR ':against".into(), against: "b".into() };
        let slots = VIEWS[1].statement(&contrast);
        assert!(slots.contains("WHERE arm IN ('a'' OR '':against', 'b')"), "{slots}");
    }
}
