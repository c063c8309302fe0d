//! Templates: every text is made inert and escaped, whoever wrote it.

use crate::error::ViewError;
use crate::inert::inert;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Value, ValueKind};
use minijinja::{AutoEscape, Environment, Output, State, UndefinedBehavior, escape_formatter};

const TEMPLATES: [(&str, &str); 10] = [
    ("base", include_str!("../templates/base.html.jinja")),
    ("overview", include_str!("../templates/overview.html.jinja")),
    ("cases", include_str!("../templates/cases.html.jinja")),
    ("case", include_str!("../templates/case.html.jinja")),
    ("case_body", include_str!("../templates/case_body.html.jinja")),
    ("compare", include_str!("../templates/compare.html.jinja")),
    ("compare_case", include_str!("../templates/compare_case.html.jinja")),
    ("rate", include_str!("../templates/rate.html.jinja")),
    ("raw", include_str!("../templates/raw.html.jinja")),
    ("message", include_str!("../templates/message.html.jinja")),
];

/// The templates, ready.
pub(crate) fn environment() -> Result<Environment<'static>, ViewError> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_formatter(formatted);
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?;
    environment.set_syntax(syntax);
    for (name, text) in TEMPLATES {
        environment.add_template(name, text)?;
    }
    Ok(environment)
}

fn formatted(
    out: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), minijinja::Error> {
    match value.as_str() {
        Some(text) if value.kind() == ValueKind::String && !value.is_safe() => {
            escape_formatter(out, state, &Value::from(inert(text).into_owned()))
        }
        _ => escape_formatter(out, state, value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use minijinja::context;

    #[test]
    fn all_text_is_escaped_and_inert() {
        let mut environment = environment().unwrap();
        environment.add_template("t", "<p title=\"{{ x }}\">{{ x }}</p>").unwrap();
        let shown = environment.get_template("t").unwrap();
        let shown = shown.render(context! { x => "<script>\"'\u{202e}\u{7}" }).unwrap();
        assert!(!shown.contains("<script") && shown.contains("&lt;script&gt;"), "{shown}");
        assert!(shown.contains("⟨U+202E⟩␇") && !shown.contains("\"\""), "{shown}");
    }
}
