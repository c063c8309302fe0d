//! Each provider: the exact body that is sent for a specification, and what is read from its replies.

#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

use foretell_core::Registry;
use foretell_llm::{ChatModel, ModelSpec, Opening, SpecError, mismatches, open_model};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

fn open(spec: &str) -> Result<Arc<dyn ChatModel>, SpecError> {
    open_with(spec, "key")
}

fn open_with(spec: &str, key: &str) -> Result<Arc<dyn ChatModel>, SpecError> {
    let registry = Registry::embedded();
    let keys = |_: &str| Some(key.to_owned());
    let opening = Opening {
        keys: &keys,
        timeout: Duration::from_secs(5),
        registry: &registry,
        logs: Path::new("logs"),
    };
    open_model(&ModelSpec::parse(spec)?, &opening)
}

fn recorded(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/providers");
    std::fs::read_to_string(folder.join(format!("{name}.json"))).unwrap()
}

/// Bodies for specifications, and readings of replies by the first of them.
fn snapshot(name: &str, specs: &[&str], replies: &[&str]) {
    let mut text = String::new();
    for spec in specs {
        let model = open(spec).unwrap();
        text.push_str(&format!("{spec}\n{}\n", model.body("PROMPT")));
        if !model.variant().is_empty() {
            text.push_str(&format!("variant: {}\n", model.variant()));
        }
        text.push('\n');
    }
    let model = open(specs[0]).unwrap();
    for reply in replies {
        let read = model.read(&recorded(reply));
        let found = mismatches(model.wanted().unwrap(), &read);
        text.push_str(&format!("{reply}\n{read:#?}\nmismatches: {found:?}\n\n"));
    }
    insta::assert_snapshot!(name, text);
}

#[test]
fn openai() {
    snapshot(
        "openai_responses",
        &[
            "openai:gpt-5-mini?effort=low&max_tokens=10000",
            "openai:gpt-5-mini",
            "openai:gpt-5.2?effort=none&temperature=0&top_p=0.9",
            "openai:gpt-5.2?effort=xhigh&summary=none",
        ],
        &["openai_responses", "openai_responses_incomplete", "openai_responses_refusal"],
    );
    snapshot(
        "openai_chat",
        &[
            "openai:gpt-5-mini?effort=low&api=chat&max_tokens=10000&seed=7",
            "openai:gpt-4.1?temperature=0",
        ],
        &["openai_chat"],
    );
}

#[test]
fn openrouter() {
    snapshot(
        "openrouter",
        &[
            "openrouter:qwen/qwen3-8b?effort=none&only=deepinfra&allow_fallbacks=false&quantizations=bf16,fp16&seed=7",
            "openrouter:qwen/qwen3-8b?effort=2048&require_parameters=false",
            "openrouter:anthropic/claude-opus-4.5?effort=high&max_tokens=8000",
            "openrouter:google/gemini-3-pro-preview",
        ],
        &["openrouter_text", "openrouter_encrypted"],
    );
    snapshot(
        "openrouter_trace",
        &["openrouter:anthropic/claude-opus-4.5?effort=high"],
        &["openrouter_claude", "openrouter_summary"],
    );
}

#[test]
fn anthropic() {
    snapshot(
        "anthropic",
        &[
            "anthropic:claude-opus-4-5?effort=4096",
            "anthropic:claude-opus-4-5",
            "anthropic:claude-opus-4-5?effort=none&temperature=0&max_tokens=500",
            "anthropic:claude-opus-4-5?effort=63999",
            "anthropic:claude-unheard-of?effort=low",
            "anthropic:claude-sonnet-4-5?beta=one-2025-01-01,two-2025-02-02",
        ],
        &[
            "anthropic_thinking",
            "anthropic_redacted",
            "anthropic_plain",
            "anthropic_refusal",
            "anthropic_context",
            "anthropic_max_tokens",
        ],
    );
}

#[test]
fn compatible() {
    snapshot(
        "compatible",
        &[
            "http://127.0.0.1:8000/v1#Qwen/Qwen3-8B?effort=none",
            "http://127.0.0.1:8000/v1#Qwen/Qwen3-8B",
            "http://127.0.0.1:8000/v1#Qwen/Qwen3-8B?effort=512&temperature=0&seed=3",
            "http://127.0.0.1:8000/v1#openai/gpt-oss-20b?effort=high",
            "http://127.0.0.1:8000/v1#google/gemma-3-4b-it?effort=none&top_k=5&min_p=0.1",
            "http://127.0.0.1:8000/v1#granite?chat_template_kwargs={\"thinking\":true}",
        ],
        &[
            "vllm_no_thinking",
            "vllm_reasoning",
            "vllm_reasoning_content",
            "vllm_think_without_opening",
            "vllm_harmony",
        ],
    );
}

#[test]
fn vllm() {
    // A program that surely exists; it is never started here.
    let program = std::env::current_exe().unwrap();
    let bodies = |spec: &str| {
        let model = open(&format!("{spec}executable={}", program.display())).unwrap();
        format!("{spec}\n{}\nvariant: {}\n", model.body("PROMPT"), model.variant())
    };
    let specs = [
        "vllm:Qwen/Qwen3-8B?",
        "vllm:Qwen/Qwen3-8B?effort=none&dtype=float16&",
        "vllm:meta-llama/Llama-2-7b-chat-hf?",
    ];
    insta::assert_snapshot!("vllm", specs.map(bodies).join("\n"));
}

#[test]
fn a_plain_request_to_a_server_is_what_it_always_was() {
    // Changing it would send everybody's requests again.
    let model = open("http://127.0.0.1:8000/v1#qwen3?temperature=0&max_tokens=9&seed=1").unwrap();
    let expected = r#"{"max_tokens":9,"messages":[{"content":"p","role":"user"}],"model":"qwen3","seed":1,"temperature":0.0}"#;
    assert_eq!((model.body("p").as_str(), model.variant()), (expected, ""));
}

#[test]
fn what_cannot_be_done_is_refused_before_anything_is_sent() {
    for (spec, says) in [
        ("openai:gpt-5-mini?effort=none", "can do minimal, low, medium, high, default (it always"),
        ("openrouter:google/gemini-3-flash-preview?effort=none", "always reasons"),
        ("openai:gpt-5-mini?temperature=0", "takes no `temperature` while it reasons"),
        ("anthropic:claude-opus-4-5?effort=2048&temperature=0.5", "takes no `temperature`"),
        ("anthropic:claude-opus-4-5?effort=2048&max_tokens=2048", "leaves none of max_tokens=2048"),
        ("openai:gpt-5-mini?seed=3", "Responses takes no `seed`"),
        ("openai:gpt-4.1?summary=auto", "is an option of Responses"),
        ("openai:gpt-5-mini?only=azure", "there is no option `only`"),
        ("openrouter:qwen/qwen3-8b?require_parameters=yes", "`yes` is not true or false"),
        ("http://h/v1#m?chat_template_kwargs=thinking", "a JSON object"),
    ] {
        let error = open(spec).err().unwrap_or_else(|| panic!("{spec}")).to_string();
        assert!(error.contains(says), "{error}");
    }
}

#[test]
fn a_key_that_no_header_can_carry_is_not_repeated() {
    for spec in ["openai:gpt-5-mini", "anthropic:claude-opus-4-5", "openrouter:x/y"] {
        for key in ["sk-secret\nof two lines", " sk-secret", "sk-secret\u{7f}"] {
            let error = open_with(spec, key).err().unwrap();
            assert!(matches!(error, SpecError::BadKey { .. }), "{error:?}");
            assert!(!format!("{error} {error:?}").contains("sk-secret"), "{error:?}");
        }
    }
}

#[test]
fn several_addresses_ask_what_one_asks() {
    let schema = serde_json::json!({"type": "object"});
    let bodies = |spec: &str| {
        let model = open(spec).unwrap();
        (model.body("p"), model.body_in_schema("p", "name", &schema).unwrap())
    };
    let one = bodies("http://127.0.0.1:1/v1#m?temperature=0.5");
    assert_eq!(one, bodies("http://127.0.0.1:1/v1,http://127.0.0.1:2/v1#m?temperature=0.5"));
    assert!(one.1.contains("json_schema"));
}

#[test]
fn a_password_in_an_address_is_refused_wherever_the_address_stands() {
    let spec = ModelSpec::parse("openai:gpt-5-mini").unwrap();
    let address = "https://me:secret@127.0.0.1/v1".to_owned();
    let error = spec.with_option("address".to_owned(), address).unwrap_err().to_string();
    assert!(error.contains("key_env") && !error.contains("secret"), "{error}");
}
