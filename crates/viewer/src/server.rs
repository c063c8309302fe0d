//! The server: routes, and the threads that make pages.

use crate::error::ViewError;
use crate::guard::guard;
use crate::pages::{self, Page, Refused};
use crate::render::environment;
use crate::runs::{RunSlot, Runs};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path as PathOf, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use foretell_study::{Layout, Ratings};
use minijinja::{Environment, Value};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};
use tokio::net::TcpListener;

const ICON: &str = include_str!("../assets/icon.svg");
const SCRIPT: &str = include_str!("../assets/viewer.js");
const STYLE: &str = include_str!("../assets/style.css");

/// Longest form that is read: a rating has a few words.
const LONGEST_FORM: usize = 16 << 10;

/// The pages over some runs.
pub struct Viewer {
    pub(crate) runs: Runs,
    templates: Environment<'static>,
    /// Whether only the pages of raters are served.
    pub(crate) raters_only: bool,
    /// Studies of people that take answers here; held from the first look at one on.
    ratings: OnceLock<Vec<Mutex<Ratings>>>,
    opening: Mutex<()>,
}

impl Viewer {
    /// Shows the runs named.
    ///
    /// # Errors
    /// [`ViewError`] names the folder that is no run.
    pub fn of_runs(folders: &[PathBuf]) -> Result<Self, ViewError> {
        Self::over(Runs::named(folders)?)
    }

    /// Shows all runs in a folder, also those that are started later.
    ///
    /// # Errors
    /// [`ViewError::NoRuns`] where there is none.
    pub fn of_folder(folder: &Path) -> Result<Self, ViewError> {
        Self::over(Runs::within(folder)?)
    }

    fn over(runs: Runs) -> Result<Self, ViewError> {
        let templates = environment()?;
        let (ratings, opening) = (OnceLock::new(), Mutex::default());
        Ok(Self { runs, templates, raters_only: false, ratings, opening })
    }

    /// Serves the pages of raters alone: whoever rates cannot look around.
    #[must_use]
    pub fn for_raters_only(self) -> Self {
        Self { raters_only: true, ..self }
    }

    /// The links of raters as paths, by run and number; holds the studies of people from now on.
    ///
    /// # Errors
    /// [`ViewError`]: one of them is damaged, or takes answers elsewhere.
    pub fn rater_links(&self) -> Result<Vec<(u32, String)>, ViewError> {
        self.open_ratings()?;
        let mut links = Vec::new();
        for ratings in self.ratings() {
            let ratings = ratings.lock().unwrap_or_else(|broken| broken.into_inner());
            links.extend(ratings.links().paths());
        }
        Ok(links)
    }

    /// The port that the links of raters name ([`foretell_study::RaterLinks::port`]); of several
    /// studies the lowest. None where there is no study.
    ///
    /// # Errors
    /// As [`Viewer::rater_links`].
    pub fn rating_port(&self) -> Result<Option<u16>, ViewError> {
        self.open_ratings()?;
        let ports = self.ratings().iter().map(|ratings| {
            let ratings = ratings.lock().unwrap_or_else(|broken| broken.into_inner());
            ratings.links().port()
        });
        Ok(ports.min())
    }

    /// Opens the studies of people of all runs, once.
    pub(crate) fn open_ratings(&self) -> Result<(), ViewError> {
        let _one_at_a_time = self.opening.lock().unwrap_or_else(|broken| broken.into_inner());
        if self.ratings.get().is_some() {
            return Ok(());
        }
        let mut opened = Vec::new();
        for slot in self.runs.list()? {
            if Layout::new(&slot.folder).human_study().is_file() {
                opened.push(Mutex::new(Ratings::open(&slot.folder)?));
            }
        }
        self.ratings.get_or_init(|| opened);
        Ok(())
    }

    /// The studies of people that were opened.
    pub(crate) fn ratings(&self) -> &[Mutex<Ratings>] {
        self.ratings.get().map_or(&[], Vec::as_slice)
    }

    /// Reads the first run, most likely the one that is looked at first. What is wrong with it shows
    /// on its page.
    fn read_ahead(&self) {
        if self.raters_only {
            return;
        }
        let first = self.runs.list().ok().and_then(|slots| slots.first().cloned());
        if let Some(read) = first.and_then(|slot| slot.read().ok()) {
            let _ = read.data.explanations();
        }
    }

    pub(crate) fn render(&self, template: &str, context: Value) -> Result<String, ViewError> {
        Ok(self.templates.get_template(template)?.render(context)?)
    }

    pub(crate) fn slot(&self, id: &str) -> Result<Arc<RunSlot>, Refused> {
        self.runs.get(id).ok_or_else(|| Refused::missing(format!("no run is called {id} here")))
    }
}

/// A viewer at an address.
pub(crate) struct App {
    pub(crate) viewer: Viewer,
    port: u16,
}

impl App {
    /// Whether a `Host` is this server, by a name that leads nowhere else.
    pub(crate) fn is_own_host(&self, host: &str) -> bool {
        let port = self.port.to_string();
        let name = host.strip_suffix(port.as_str()).and_then(|host| host.strip_suffix(':'));
        let name = name.or((self.port == 80).then_some(host));
        matches!(name, Some("127.0.0.1" | "localhost"))
    }
}

/// Serves until `stop` is done.
///
/// # Errors
/// What the system says of the listener.
pub async fn serve(
    viewer: Viewer,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let port = listener.local_addr().map(|address: SocketAddr| address.port())?;
    let app = Arc::new(App { viewer, port });
    let reading = Arc::clone(&app);
    // Not awaited: whoever asks for the run meanwhile waits for the same reading.
    tokio::task::spawn_blocking(move || reading.viewer.read_ahead());
    axum::serve(listener, routes(app)).with_graceful_shutdown(stop).await
}

fn routes(app: Arc<App>) -> Router {
    let asset = |kind: &'static str, text: &'static str| {
        get(move || async move { ([(header::CONTENT_TYPE, kind)], text) })
    };
    let mut router = Router::new()
        .route("/rate/{token}", get(rate).post(answer))
        .route("/rate/{token}/{place}", get(rate_at))
        .route("/icon.svg", asset("image/svg+xml", ICON))
        .route("/viewer.js", asset("text/javascript; charset=utf-8", SCRIPT))
        .route("/style.css", asset("text/css; charset=utf-8", STYLE));
    if !app.viewer.raters_only {
        router = router.merge(looking());
    }
    router
        .fallback(get(nowhere))
        .layer(DefaultBodyLimit::max(LONGEST_FORM))
        .layer(from_fn_with_state(Arc::clone(&app), guard))
        .with_state(app)
}

/// The pages for those who may see everything.
fn looking() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(overview))
        .route("/version", get(overview_version))
        .route("/run/{run}", get(cases))
        .route("/run/{run}/version", get(version))
        .route("/run/{run}/case", get(case))
        .route("/run/{run}/case.json", get(case_json))
        .route("/run/{run}/raw", get(raw))
        .route("/compare", get(compare))
        .route("/compare/case", get(compare_case))
}

/// Makes a page on a thread that may wait for files.
async fn made(
    app: Arc<App>,
    make: impl FnOnce(&Viewer) -> Result<Page, Refused> + Send + 'static,
) -> Response {
    let done = tokio::task::spawn_blocking(move || {
        let made = make(&app.viewer);
        made.unwrap_or_else(|refused| pages::message(&app.viewer, &refused))
    });
    match done.await {
        Ok(page) => page.into_response(),
        Err(fault) => {
            let fault = ViewError::Thread(fault.to_string()).to_string();
            (StatusCode::INTERNAL_SERVER_ERROR, fault).into_response()
        }
    }
}

type Query = RawQuery;

async fn overview(State(app): State<Arc<App>>) -> Response {
    made(app, pages::overview).await
}

async fn overview_version(State(app): State<Arc<App>>) -> Response {
    made(app, pages::overview_version).await
}

async fn cases(
    State(app): State<Arc<App>>,
    PathOf(run): PathOf<String>,
    RawQuery(query): Query,
) -> Response {
    made(app, move |viewer| pages::cases(viewer, &run, &query.unwrap_or_default())).await
}

async fn version(State(app): State<Arc<App>>, PathOf(run): PathOf<String>) -> Response {
    made(app, move |viewer| Ok(Page::text(viewer.slot(&run)?.version()))).await
}

async fn case(
    State(app): State<Arc<App>>,
    PathOf(run): PathOf<String>,
    RawQuery(query): Query,
) -> Response {
    made(app, move |viewer| pages::case(viewer, &run, &query.unwrap_or_default())).await
}

async fn case_json(
    State(app): State<Arc<App>>,
    PathOf(run): PathOf<String>,
    RawQuery(query): Query,
) -> Response {
    made(app, move |viewer| pages::case_json(viewer, &run, &query.unwrap_or_default())).await
}

async fn raw(
    State(app): State<Arc<App>>,
    PathOf(run): PathOf<String>,
    RawQuery(query): Query,
) -> Response {
    made(app, move |viewer| pages::raw(viewer, &run, &query.unwrap_or_default())).await
}

async fn compare(State(app): State<Arc<App>>, RawQuery(query): Query) -> Response {
    made(app, move |viewer| pages::compare(viewer, &query.unwrap_or_default())).await
}

async fn compare_case(State(app): State<Arc<App>>, RawQuery(query): Query) -> Response {
    made(app, move |viewer| pages::compare_case(viewer, &query.unwrap_or_default())).await
}

async fn rate(State(app): State<Arc<App>>, PathOf(token): PathOf<String>) -> Response {
    made(app, move |viewer| pages::rate(viewer, &token)).await
}

async fn rate_at(
    State(app): State<Arc<App>>,
    PathOf((token, place)): PathOf<(String, String)>,
) -> Response {
    made(app, move |viewer| pages::rate_at(viewer, &token, &place)).await
}

async fn answer(
    State(app): State<Arc<App>>,
    PathOf(token): PathOf<String>,
    form: String,
) -> Response {
    made(app, move |viewer| pages::answer(viewer, &token, &form)).await
}

async fn nowhere(State(app): State<Arc<App>>) -> Response {
    made(app, |_| Err(Refused::missing("there is no such page".to_owned()))).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_with_its_port_are_answered() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("run")).unwrap();
        std::fs::write(folder.path().join("run/run.toml"), "").unwrap();
        let app = App { viewer: Viewer::of_folder(folder.path()).unwrap(), port: 8080 };
        for own in ["127.0.0.1:8080", "localhost:8080"] {
            assert!(app.is_own_host(own), "{own}");
        }
        for other in [
            "",
            "127.0.0.1",
            "127.0.0.1:80",
            "evil.example:8080",
            "localhost.evil.example:8080",
            "127.0.0.1:18080",
            "[::1]:8080",
        ] {
            assert!(!app.is_own_host(other), "{other}");
        }
    }
}
