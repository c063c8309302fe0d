//! A server as a child process: in a process group of its own, its log in a file, and no part of it
//! left behind however this program ends.

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use std::ffi::OsString;
use std::fs::File;
use std::future::Future;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{self, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// Between two looks at a server that starts or stops.
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// Lines of the log that an error repeats, and the longest of them.
const LAST_LINES: usize = 12;
const LONGEST_LINE: usize = 200;

/// Keys of hosted providers, which a server of our own has no use for.
const NOT_ITS_OWN: [&str; 3] = ["OPENAI_API_KEY", "OPENROUTER_API_KEY", "ANTHROPIC_API_KEY"];

/// Watches from outside. It reads until this program closes the pipe by ending, in whatever way, and
/// then does what this program would have done; a word on the pipe says that there is nothing to do.
const WATCHDOG: &str = r#"
read -r word && exit 0
kill -TERM "-$1" 2>/dev/null || exit 0
for _ in $(seq "$2"); do
    kill -0 "-$1" 2>/dev/null || exit 0
    sleep 1
done
kill -KILL "-$1" 2>/dev/null
"#;

/// A server that runs. Dropping it stops it.
pub(crate) struct Child {
    group: Pid,
    log: PathBuf,
    stop_patience: Duration,
    process: Mutex<process::Child>,
    watchdog: Mutex<Watchdog>,
}

struct Watchdog {
    process: process::Child,
    pipe: Option<ChildStdin>,
}

impl Child {
    /// Starts a command with its output in `log`.
    pub(crate) fn start(
        command: &[OsString],
        log: &Path,
        stop_patience: Duration,
    ) -> Result<Self, String> {
        let (program, args) = command.split_first().expect("a command holds its program");
        let at_log = |fault: std::io::Error| format!("{}: {fault}", log.display());
        if let Some(folder) = log.parent() {
            std::fs::create_dir_all(folder).map_err(at_log)?;
        }
        let mut output = File::create(log).map_err(at_log)?;
        let words: Vec<_> = command.iter().map(|word| word.to_string_lossy()).collect();
        writeln!(output, "{}", words.join(" ")).map_err(at_log)?;
        let errors = output.try_clone().map_err(at_log)?;
        let mut command = Command::new(program);
        NOT_ITS_OWN.iter().for_each(|variable| {
            command.env_remove(variable);
        });
        let process = command
            .args(args)
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            // Its own group: a Ctrl-C at the terminal does not reach it while requests are in
            // flight, and its workers are reached together.
            .process_group(0)
            .spawn()
            .map_err(|fault| format!("cannot start {}: {fault}", program.display()))?;
        let group = Pid::from_child(&process);
        Ok(Self {
            group,
            log: log.to_owned(),
            stop_patience,
            process: Mutex::new(process),
            watchdog: Mutex::new(Watchdog::start(group, stop_patience).map_err(|fault| {
                let _ = kill_process_group(group, Signal::KILL);
                format!("cannot start the watchdog of {}: {fault}", program.display())
            })?),
        })
    }

    /// Waits until `well`, as long as the server runs and patience lasts.
    pub(crate) async fn wait_until<F: Future<Output = bool>>(
        &self,
        patience: Duration,
        well: impl Fn() -> F,
    ) -> Result<(), String> {
        let started = Instant::now();
        loop {
            if let Some(why) = self.ended() {
                return Err(why);
            }
            if well().await {
                return Ok(());
            }
            if started.elapsed() > patience {
                let seconds = patience.as_secs();
                return Err(format!(
                    "the server was not healthy after {seconds} s (`start_timeout_s=` gives it longer); {}",
                    self.last_words()
                ));
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    }

    /// Why the server has ended; `None` while it runs.
    pub(crate) fn ended(&self) -> Option<String> {
        let status = self.status()?;
        Some(format!("the server ended ({status}); {}", self.last_words()))
    }

    fn status(&self) -> Option<ExitStatus> {
        lock(&self.process).try_wait().ok().flatten()
    }

    /// The end of the log.
    fn last_words(&self) -> String {
        let path = self.log.display();
        let Ok(text) = std::fs::read(&self.log) else { return format!("its log is {path}") };
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<String> = text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| line.chars().filter(|c| !c.is_control()).take(LONGEST_LINE).collect())
            .collect();
        let last = lines[lines.len().saturating_sub(LAST_LINES)..].join("\n  ");
        format!("the end of its log {path}:\n  {last}")
    }

    /// Asks the whole group to stop, gives it time, and then leaves nothing of it.
    fn stop(&self) {
        let _ = kill_process_group(self.group, Signal::TERM);
        let started = Instant::now();
        loop {
            // Reaps the leader, which would else count as part of its group.
            let leader_gone = self.status().is_some();
            let group_gone = test_kill_process_group(self.group).is_err();
            if leader_gone && group_gone {
                break;
            }
            if started.elapsed() > self.stop_patience {
                let _ = kill_process_group(self.group, Signal::KILL);
                let _ = lock(&self.process).wait();
                break;
            }
            std::thread::sleep(BETWEEN_LOOKS);
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.stop();
        lock(&self.watchdog).dismiss();
    }
}

impl Watchdog {
    fn start(group: Pid, stop_patience: Duration) -> std::io::Result<Self> {
        let mut process = Command::new("/bin/sh")
            .args(["-c", WATCHDOG, "foretell-watchdog"])
            .arg(group.as_raw_nonzero().to_string())
            .arg(stop_patience.as_secs().to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Out of reach of what is sent to this program's group or to the server's.
            .process_group(0)
            .spawn()?;
        let pipe = process.stdin.take();
        Ok(Self { process, pipe })
    }

    /// Sends it home: the server has stopped.
    fn dismiss(&mut self) {
        if let Some(mut pipe) = self.pipe.take() {
            // A watchdog that is gone already needs no word.
            let _ = pipe.write_all(b"stopped\n");
        }
        let _ = self.process.wait();
    }
}

/// No thread panics while it holds one of these.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
