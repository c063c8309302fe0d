//! The wish to stop: finish what is in flight, send nothing more.

use std::sync::Arc;
use tokio::sync::watch;

/// A flag that a signal handler raises and every stage looks at.
#[derive(Debug, Clone)]
pub struct Stop(Arc<watch::Sender<bool>>);

impl Default for Stop {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl Stop {
    /// Asks all who hold a copy to stop.
    pub fn ask(&self) {
        self.0.send_replace(true);
    }

    /// Whether somebody asked.
    #[must_use]
    pub fn asked(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until somebody asks.
    pub async fn wait(&self) {
        // It fails only when the sender is gone, and `self` holds it.
        let _ = self.0.subscribe().wait_for(|asked| *asked).await;
    }
}
