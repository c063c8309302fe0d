//! Ctrl-C and SIGTERM: once to finish what is in flight, twice to stop now.

use foretell_llm::{Stop, Tell};
use tokio::runtime::Handle;

/// Listens for the wish to stop and raises the flag. `resume` is the command that goes on, for those
/// who do not wait for the end.
pub(crate) fn listen(runtime: &Handle, resume: String, tell: Tell) -> Stop {
    let stop = Stop::default();
    let flag = stop.clone();
    runtime.spawn(async move {
        let mut wishes = Wishes::listen();
        while wishes.next().await {
            if flag.asked() {
                tell(&format!(
                    "stopped: what was answered is kept, what was in flight is asked again. Resume \
                     with:\n  {resume}"
                ));
                std::process::exit(i32::from(crate::exit::INCOMPLETE));
            }
            flag.ask();
            tell("stopping: waiting for what is in flight (Ctrl-C again to stop now)");
        }
    });
    stop
}

/// Ends when the user or the system wishes so.
pub(crate) async fn wish_to_stop() {
    if !Wishes::listen().next().await {
        // Where no wish can be heard, none ends it.
        std::future::pending::<()>().await;
    }
}

/// Wishes to stop, of the user or of the system.
#[cfg(unix)]
struct Wishes([Option<tokio::signal::unix::Signal>; 2]);

#[cfg(unix)]
impl Wishes {
    fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        // Where the system does not let us hear one, there is still the other.
        Self([SignalKind::interrupt(), SignalKind::terminate()].map(|kind| signal(kind).ok()))
    }

    /// Waits for the next; `false` where there will be none.
    async fn next(&mut self) -> bool {
        let [interrupt, terminate] = &mut self.0;
        tokio::select! {
            Some(()) = heard(interrupt) => true,
            Some(()) = heard(terminate) => true,
            else => false,
        }
    }
}

#[cfg(unix)]
async fn heard(signal: &mut Option<tokio::signal::unix::Signal>) -> Option<()> {
    match signal {
        Some(signal) => signal.recv().await,
        None => None,
    }
}

#[cfg(not(unix))]
struct Wishes;

#[cfg(not(unix))]
impl Wishes {
    fn listen() -> Self {
        Self
    }

    /// Waits for the next; `false` where there will be none.
    async fn next(&mut self) -> bool {
        tokio::signal::ctrl_c().await.is_ok()
    }
}
