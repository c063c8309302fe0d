//! Names of models as providers, servers and imports write them: one bare form to compare them by,
//! and the family that they belong to.

/// Families that a name shows, and who makes them. `gpt` includes `gpt-oss`.
const FAMILIES: [(&str, &str); 6] = [
    ("gpt", "OpenAI"),
    ("claude", "Anthropic"),
    ("gemini", "Google"),
    ("gemma", "Google"),
    ("qwen", "Alibaba"),
    ("llama", "Meta"),
];

/// What imports add to a name after `_` to say how the model reasoned.
const EFFORT_SUFFIXES: [&str; 11] = [
    "true", "false", "thinking", "none", "minimal", "low", "medium", "high", "xhigh", "max",
    "default",
];

/// The name without provider, effort suffix, date and variant, in small letters, with `-` for the
/// dots of versions. Two names of one bare form mean one model.
///
/// # Examples
/// ```
/// use foretell_core::family::bare_name;
/// assert_eq!(bare_name("Qwen/Qwen3-0.6B_True"), "qwen3-0-6b");
/// assert_eq!(bare_name("openai/gpt-5.2_medium"), "gpt-5-2");
/// assert_eq!(bare_name("claude-opus-4-5-20251101"), bare_name("anthropic/claude-opus-4.5:beta"));
/// ```
#[must_use]
pub fn bare_name(name: &str) -> String {
    let name = name.trim().trim_end_matches('/');
    let name = name.rsplit('/').next().unwrap_or(name);
    let name = name.split(':').next().unwrap_or(name).to_lowercase();
    let name = match name.rsplit_once('_') {
        Some((front, suffix)) if is_effort(suffix) => front,
        _ => &name,
    };
    without_date(&name.replace('.', "-")).to_owned()
}

fn is_effort(suffix: &str) -> bool {
    EFFORT_SUFFIXES.contains(&suffix)
        || (!suffix.is_empty() && suffix.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Providers add the day of a snapshot: `-20251101` or `-2025-08-07`.
fn without_date(name: &str) -> &str {
    let parts: Vec<&str> = name.split('-').collect();
    let digits = |part: &str, count: usize| {
        part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let dated = match parts[..] {
        [.., day] if digits(day, 8) && day.starts_with("20") => day.len() + 1,
        [.., year, month, day]
            if digits(year, 4) && digits(month, 2) && digits(day, 2) && year.starts_with("20") =>
        {
            "-2025-08-07".len()
        }
        _ => 0,
    };
    if dated < name.len() { &name[..name.len() - dated] } else { name }
}

/// The family that a name shows, in any case and with any provider and suffix around it.
///
/// # Examples
/// ```
/// use foretell_core::family::family_of;
/// assert_eq!(family_of("openai/gpt-oss-120b"), Some("gpt"));
/// assert_eq!(family_of("meta-llama/Llama-2-7b-chat-hf"), Some("llama"));
/// assert_eq!(family_of("mistralai/Mistral-7B-v0.1"), None);
/// ```
#[must_use]
pub fn family_of(name: &str) -> Option<&'static str> {
    find(name).map(|(family, _)| family)
}

/// Who makes the family that a name shows.
#[must_use]
pub fn vendor_of(name: &str) -> Option<&'static str> {
    find(name).map(|(_, vendor)| vendor)
}

fn find(name: &str) -> Option<(&'static str, &'static str)> {
    let name = bare_name(name);
    FAMILIES.into_iter().find(|(family, _)| name.contains(family))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_field_find_their_family() {
        for (name, family) in [
            ("Qwen/Qwen3-0.6B_True", Some("qwen")),
            ("Qwen/Qwen3-32B_False", Some("qwen")),
            ("openai/gpt-5.2_medium", Some("gpt")),
            ("GPT-5-nano", Some("gpt")),
            ("openai/gpt-oss-20b_low", Some("gpt")),
            ("anthropic/claude-haiku-4.5_none", Some("claude")),
            ("google/gemini-3-flash-preview_minimal", Some("gemini")),
            ("google/gemma-3-27b-it", Some("gemma")),
            ("META-LLAMA/Meta-Llama-3-8B-Instruct", Some("llama")),
            // The prefix is a provider's, not the model's.
            ("meta-llama/other-1b", None),
            ("", None),
        ] {
            assert_eq!(family_of(name), family, "{name}");
        }
    }

    #[test]
    fn only_suffixes_of_effort_and_dates_are_taken_off() {
        for (name, bare) in [
            ("m_v2", "m_v2"),
            ("m_4096", "m"),
            ("gpt-5-mini-2025-08-07", "gpt-5-mini"),
            ("claude-sonnet-4-5-20250929", "claude-sonnet-4-5"),
            ("20251101", "20251101"),
            ("a/b/", "b"),
            ("é-10000000", "é-10000000"),
        ] {
            assert_eq!(bare_name(name), bare);
        }
    }
}
