//! Settings of a vLLM engine: from the registry, with the options of the specification over them.

use crate::settings::Share;
use crate::spec::{Keys, ModelSpec, SpecError};
use foretell_core::registry;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The options that set up the engine.
pub(crate) const OPTIONS: [&str; 10] = [
    "tensor_parallel",
    "memory_share",
    "context",
    "dtype",
    "quantization",
    "reasoning_parser",
    "engine_args",
    "executable",
    "start_timeout_s",
    "stop_timeout_s",
];

/// Longest wait for a server to become healthy: large weights are first fetched, then loaded.
const PATIENCE_S: u64 = 1800;

/// How long a server may take to stop before it is killed.
const STOP_PATIENCE_S: u64 = 20;

/// An engine, ready to be started.
pub(crate) struct Engine {
    settings: registry::Engine,
    quantization: Option<String>,
    more: Vec<String>,
    executable: PathBuf,
    pub(crate) patience: Duration,
    pub(crate) stop_patience: Duration,
}

impl Engine {
    /// The engine that a specification asks for.
    pub(crate) fn of(
        spec: &ModelSpec,
        known: registry::Engine,
        keys: Keys<'_>,
    ) -> Result<Self, SpecError> {
        let name = executable(spec);
        let found = find(name, keys).ok_or_else(|| SpecError::NoExecutable {
            spec: spec.to_string(),
            executable: name.to_owned(),
        })?;
        Self::with(spec, known, found)
    }

    /// The same where the program need not be there: the engine is not started.
    pub(crate) fn unstarted(spec: &ModelSpec, known: registry::Engine) -> Result<Self, SpecError> {
        Self::with(spec, known, PathBuf::from(executable(spec)))
    }

    fn with(
        spec: &ModelSpec,
        known: registry::Engine,
        executable: PathBuf,
    ) -> Result<Self, SpecError> {
        let text = |option: &str| spec.option(option).map(str::to_owned);
        let share = spec.number("memory_share", "a number from 0 to 1")?.map(|Share(s)| s);
        let settings = registry::Engine {
            tensor_parallel: spec
                .number("tensor_parallel", "a whole number")?
                .or(known.tensor_parallel),
            memory_share: share.or(known.memory_share),
            context: spec.number("context", "a whole number")?.or(known.context),
            dtype: text("dtype").or(known.dtype),
            reasoning_parser: text("reasoning_parser").or(known.reasoning_parser),
        };
        let wanted = "a whole number of seconds";
        let start = spec.number("start_timeout_s", wanted)?.unwrap_or(PATIENCE_S);
        let stop = spec.number("stop_timeout_s", wanted)?.unwrap_or(STOP_PATIENCE_S);
        let more = spec.option("engine_args").unwrap_or_default();
        Ok(Self {
            settings,
            quantization: text("quantization"),
            more: more.split_whitespace().map(str::to_owned).collect(),
            executable,
            patience: Duration::from_secs(start),
            stop_patience: Duration::from_secs(stop),
        })
    }

    /// The command that starts it: the program, then its arguments.
    pub(crate) fn command(&self, model: &str, port: u16) -> Vec<std::ffi::OsString> {
        let mut args: Vec<String> = vec!["serve".to_owned(), model.to_owned()];
        let mut add = |flag: &str, value: Option<String>| {
            if let Some(value) = value {
                args.extend([format!("--{flag}"), value]);
            }
        };
        add("host", Some("127.0.0.1".to_owned()));
        add("port", Some(port.to_string()));
        add("served-model-name", Some(model.to_owned()));
        add("gpu-memory-utilization", self.settings.memory_share.map(|share| share.to_string()));
        for (flag, value) in self.flags() {
            add(flag, Some(value));
        }
        args.extend(self.more.iter().cloned());
        let program = self.executable.clone().into_os_string();
        std::iter::once(program).chain(args.into_iter().map(Into::into)).collect()
    }

    /// The settings that can change a reply: rounding follows the type, the split over GPUs and the
    /// quantization; the context and the parser decide what is cut off and what is reasoning.
    fn flags(&self) -> Vec<(&'static str, String)> {
        let settings = &self.settings;
        [
            ("tensor-parallel-size", settings.tensor_parallel.map(|gpus| gpus.to_string())),
            ("max-model-len", settings.context.map(|tokens| tokens.to_string())),
            ("dtype", settings.dtype.clone()),
            ("quantization", self.quantization.clone()),
            ("reasoning-parser", settings.reasoning_parser.clone()),
        ]
        .into_iter()
        .filter_map(|(flag, value)| Some((flag, value?)))
        .collect()
    }

    /// What of it is part of a request's key.
    pub(crate) fn variant(&self) -> String {
        let flags = self.flags().into_iter().map(|(flag, value)| format!("--{flag} {value}"));
        let all: Vec<String> = flags.chain(self.more.iter().cloned()).collect();
        format!("vllm serve {}", all.join(" "))
    }
}

/// What a specification calls the program.
fn executable(spec: &ModelSpec) -> &str {
    spec.option("executable").unwrap_or("vllm")
}

/// The program of a name: where it lies, or in a folder of the search path. Whoever gives no search
/// path starts nothing (batch files are written on machines without a GPU), so any name will do.
fn find(name: &str, variables: Keys<'_>) -> Option<PathBuf> {
    if name.contains('/') {
        let path = std::path::absolute(name).ok()?;
        return is_program(&path).then_some(path);
    }
    let Some(path) = variables("PATH") else { return Some(PathBuf::from(name)) };
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|path| is_program(path))
}

fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use foretell_core::Registry;

    fn engine(options: &str) -> Engine {
        let spec = format!("vllm:Qwen/Qwen3-8B?executable=/bin/sh{options}");
        let spec = ModelSpec::parse(&spec).unwrap();
        let known = Registry::embedded().known(&spec.model).engine.unwrap();
        Engine::of(&spec, known, &|_| None).unwrap()
    }

    #[test]
    fn the_registry_sets_up_the_engine_and_options_win() {
        let command = engine("&tensor_parallel=2&engine_args=--enforce-eager --seed 3");
        let command: Vec<String> = command
            .command("Qwen/Qwen3-8B", 4321)
            .into_iter()
            .map(|arg| arg.into_string().unwrap())
            .collect();
        assert_eq!(
            command.join(" "),
            "/bin/sh serve Qwen/Qwen3-8B --host 127.0.0.1 --port 4321 --served-model-name Qwen/Qwen3-8B \
             --gpu-memory-utilization 0.9 --tensor-parallel-size 2 --max-model-len 32768 \
             --dtype bfloat16 --reasoning-parser qwen3 --enforce-eager --seed 3"
        );
    }

    #[test]
    fn what_changes_replies_is_in_the_variant_and_nothing_else() {
        let plain = engine("").variant();
        assert_eq!(engine("&memory_share=0.5&start_timeout_s=5").variant(), plain);
        for options in ["&dtype=float16", "&tensor_parallel=2", "&engine_args=--seed 3"] {
            assert_ne!(engine(options).variant(), plain, "{options}");
        }
    }

    #[test]
    fn a_missing_program_is_said_with_how_to_install_it() {
        use miette::Diagnostic;
        let spec = ModelSpec::parse("vllm:m?executable=no-such-vllm").unwrap();
        let error = Engine::of(&spec, registry::Engine::default(), &|_| Some("/bin".to_owned()))
            .err()
            .unwrap();
        assert!(error.to_string().contains("no-such-vllm"));
        assert!(error.help().unwrap().to_string().contains("pip install vllm"));
    }
}
