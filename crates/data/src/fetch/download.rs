//! The bytes of one address into its part, over as many tries as it may take.

use super::event::Event;
use super::fault::Fault;
use super::part::Part;
use super::request::{Answer, FetchLimits, ask, client, told};
use foretell_core::count;
use reqwest::{Client, Response};
use std::fs::File;
use std::io::Write;
use std::time::Duration;

/// One address, the part that it fills, and what it may cost.
pub(super) struct Download<'a> {
    pub(super) file: &'a str,
    pub(super) url: &'a str,
    pub(super) part: &'a Part,
    pub(super) limits: &'a FetchLimits,
    pub(super) progress: &'a dyn Fn(Event<'_>),
}

/// How one try ended short of the whole.
enum Trouble {
    Passing { fault: String, after: Option<Duration> },
    Fault(Fault),
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Download<'_> {
    /// Fills the part; true where it was put together from pieces.
    pub(super) async fn run(&self) -> Result<bool, Fault> {
        let client = client(self.url, self.limits).map_err(Fault::Address)?;
        let mut pause = self.limits.pause;
        let mut tries = 1;
        loop {
            let (fault, after) = match self.once(&client).await {
                Ok(pieced) => return Ok(pieced),
                Err(Trouble::Fault(fault)) => return Err(fault),
                Err(Trouble::Passing { fault, after }) => (fault, after.unwrap_or(pause)),
            };
            if tries >= self.limits.tries {
                return Err(Fault::Address(format!("{fault} (asked {tries} times)")));
            }
            (self.progress)(Event::Retrying { url: self.url, fault: &fault, after });
            tokio::time::sleep(after).await;
            (tries, pause) = (tries + 1, pause * 2);
        }
    }

    async fn once(&self, client: &Client) -> Result<bool, Trouble> {
        let here = || Fault::at(self.part.path());
        let begun = self.part.begun().map_err(here())?;
        match ask(client, self.url, begun.as_ref()).await {
            Answer::Complete => Ok(true),
            Answer::Lasting(fault) => Err(Fault::Address(fault).into()),
            Answer::Passing { fault, after } => Err(Trouble::Passing { fault, after }),
            Answer::NotThis => {
                self.part.remove().map_err(here())?;
                let fault = "what was there cannot be gone on with".to_owned();
                Err(Trouble::Passing { fault, after: Some(Duration::ZERO) })
            }
            Answer::Whole { response, total, version } => {
                let file = self.part.start(version.as_deref()).map_err(here())?;
                self.receive(response, file, 0, total).await.map(|()| false)
            }
            Answer::Rest { response, total } => {
                let file = self.part.go_on().map_err(here())?;
                let done = begun.map_or(0, |begun| begun.done);
                self.receive(response, file, done, total).await.map(|()| true)
            }
        }
    }

    async fn receive(
        &self,
        mut response: Response,
        mut file: File,
        mut done: u64,
        total: Option<u64>,
    ) -> Result<(), Trouble> {
        self.check_size(total.unwrap_or(0), "has")?;
        (self.progress)(Event::Started { file: self.file, done, total });
        let broken = |fault| Trouble::Passing { fault, after: None };
        while let Some(piece) = response.chunk().await.map_err(|fault| broken(told(&fault)))? {
            done += piece.len() as u64;
            self.check_size(done, "sent")?;
            file.write_all(&piece).map_err(Fault::at(self.part.path()))?;
            (self.progress)(Event::Received { file: self.file, done });
        }
        match total {
            Some(total) if done != total => {
                let (done, total) = (count(done), count(total));
                Err(broken(format!("it ended after {done} of {total} bytes")))
            }
            _ => Ok(()),
        }
    }

    /// A file past the limit is not the one that is meant, and may have no end.
    fn check_size(&self, bytes: u64, verb: &str) -> Result<(), Fault> {
        let most = self.limits.max_bytes;
        if bytes <= most {
            return Ok(());
        }
        self.part.remove().map_err(Fault::at(self.part.path()))?;
        let (bytes, most) = (count(bytes), count(most));
        Err(Fault::Address(format!("it {verb} {bytes} bytes, more than the {most} allowed")))
    }
}
