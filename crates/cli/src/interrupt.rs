//! Ctrl-C: once to finish what is in flight, twice to stop now.

use crate::output::say;
use foretell_llm::Stop;
use tokio::runtime::Handle;

/// Listens for Ctrl-C and raises the flag.
pub(crate) fn listen(runtime: &Handle) -> Stop {
    let stop = Stop::default();
    let flag = stop.clone();
    runtime.spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            if flag.asked() {
                // Nothing that was committed is lost.
                std::process::exit(i32::from(crate::exit::INCOMPLETE));
            }
            flag.ask();
            say("stopping: waiting for what is in flight (Ctrl-C again to stop now)");
        }
    });
    stop
}
