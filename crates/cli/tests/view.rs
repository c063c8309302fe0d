//! The viewer's door: who is answered, and what is not reachable.
#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

mod scripted;

use scripted::{foretell, succeeds};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};

/// A viewer that is ended with the test.
struct Viewer {
    child: Child,
    port: u16,
    lines: Vec<String>,
}

impl Viewer {
    fn start(folder: &Path, lines: usize, args: &[&str]) -> Self {
        let mut command = foretell(folder);
        command.args(["view", "--no-open"]).args(args);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let lines: Vec<String> = out.lines().take(lines).map(Result::unwrap).collect();
        let port = lines[0].split(':').nth(2).unwrap();
        let port = port.split('/').next().unwrap().parse().unwrap();
        Self { child, port, lines }
    }

    /// Status and whole reply to a request made by hand.
    fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> (u16, String) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let mut request = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        if !headers.iter().any(|(name, _)| *name == "Host") {
            request.push_str(&format!("Host: 127.0.0.1:{}\r\n", self.port));
        }
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
        stream.write_all(request.as_bytes()).unwrap();
        let mut reply = Vec::new();
        stream.read_to_end(&mut reply).unwrap();
        let reply = String::from_utf8_lossy(&reply).into_owned();
        let status = reply.split(' ').nth(1).unwrap().parse().unwrap();
        (status, reply)
    }

    fn get(&self, path: &str) -> (u16, String) {
        self.send("GET", path, &[], "")
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn run(folder: &Path) {
    let args = ["run", "--limit", "60", "--out", "runs/one"];
    succeeds(folder, &args);
}

#[test]
fn foreign_hosts_and_origins_are_refused_and_pages_load_nothing() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path());
    let viewer = Viewer::start(folder.path(), 1, &[]);
    let own = format!("http://127.0.0.1:{}", viewer.port);
    let with = |headers: &[(&str, &str)]| viewer.send("GET", "/run/one", headers, "").0;
    assert_eq!(with(&[]), 200);
    let local = format!("localhost:{}", viewer.port);
    assert_eq!(with(&[("Host", &local)]), 200);
    let foreign = format!("rebound.example:{}", viewer.port);
    for host in ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost:80", foreign.as_str()] {
        assert_eq!(with(&[("Host", host)]), 421, "{host}");
    }
    assert_eq!(with(&[("Origin", &own)]), 200);
    for origin in ["http://evil.example", "null", "https://127.0.0.1", "http://localhost:1"] {
        assert_eq!(with(&[("Origin", origin)]), 403, "{origin}");
    }
    let two = [("Origin", own.as_str()), ("Origin", own.as_str())];
    assert_eq!(with(&two), 403);
    for method in ["PUT", "DELETE", "OPTIONS"] {
        assert_eq!(viewer.send(method, "/run/one", &[("Origin", &own)], "").0, 405, "{method}");
    }
    assert_eq!(viewer.send("POST", "/run/one", &[], "x=1").0, 403);
    assert_eq!(viewer.send("POST", "/run/one", &[("Origin", &own)], "x=1").0, 405);
    let (_, reply) = viewer.get("/run/one");
    let head = reply.split("\r\n\r\n").next().unwrap().to_lowercase();
    for header in [
        "content-security-policy: default-src 'none'; script-src 'self'; style-src 'self';",
        "x-content-type-options: nosniff",
        "referrer-policy: no-referrer",
        "cache-control: no-store",
    ] {
        assert!(head.contains(header), "{header} is missing in\n{head}");
    }
    assert!(!head.contains("access-control-allow"), "{head}");
}

#[test]
fn what_is_not_a_run_is_not_reachable() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path());
    std::fs::write(folder.path().join("secret.txt"), "secret").unwrap();
    let viewer = Viewer::start(folder.path(), 1, &["runs/one"]);
    for path in [
        "/secret.txt",
        "/../secret.txt",
        "/run/..",
        "/run/%2e%2e%2fsecret.txt",
        "/run/one/../../secret.txt",
        "/run/one/run.toml",
        "/run/two",
        "/run/one/case?pair=none&of=faithful",
        "/run/one/raw?key=../../secret.txt",
        "/run/one/raw?key=00000000000000000000000000000000",
        "/compare?left=one&right=..%2fsecret.txt",
        "/rate/00",
    ] {
        let (status, reply) = viewer.get(path);
        assert_eq!(status, 404, "{path}\n{reply}");
        assert!(!reply.contains("secret\n") && !reply.ends_with("secret"), "{path}");
    }
}

/// The first address of a case on a page, as a browser reads it.
fn first_case(page: &str) -> String {
    let at = page.find("/case?").or_else(|| page.find("&#x2f;case?")).unwrap();
    let from = page[..at].rfind('"').unwrap() + 1;
    let address = page[from..].split('"').next().unwrap();
    address.replace("&#x2f;", "/").replace("&amp;", "&")
}

#[test]
fn a_case_that_another_model_explains_has_an_address_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let arms = ["--arm", "without", "--arm", "with", "--arm", "rationale"];
    let args = ["run", "--limit", "60", "--out", "runs/one"];
    let third = ["--rationale-model", "sim:rationaliser?name=third"];
    succeeds(folder.path(), &[&args[..], &arms, &third].concat());
    let viewer = Viewer::start(folder.path(), 1, &["runs/one"]);
    for (arm, explainer) in [("with", None), ("rationale", Some("third"))] {
        let (_, list) = viewer.get(&format!("/run/one?arm={arm}"));
        let address = first_case(&list);
        assert_eq!(address.contains("explainer=third"), explainer.is_some(), "{address}");
        let (status, reply) = viewer.get(&address.replace("/case?", "/case.json?"));
        assert_eq!(status, 200, "{address}\n{reply}");
        let body = &reply[reply.find("\r\n\r\n").unwrap()..];
        let case: Value = serde_json::from_str(body.trim()).unwrap();
        assert_eq!(case["explainer"].as_str(), explainer, "{address}");
        assert_ne!(case["verdict"], "not scored", "{address}");
        let guesses = case["predictors"][0]["guesses"].as_array().unwrap();
        assert_eq!(guesses.len(), 3);
        assert!(guesses.iter().all(|of_arm| of_arm.as_array().unwrap().len() == 1), "{guesses:?}");
        let (status, page) = viewer.get(&address);
        assert_eq!((status, page.contains("explained by third")), (200, true), "{address}");
    }
}

/// The cells of the row of a table that begins with a name, without their tags.
fn row<'a>(page: &'a str, name: &str) -> Vec<String> {
    let begins = format!("<th scope=\"row\">{name}</th>");
    let cells = page.split(&*begins).nth(1).and_then(|rest| rest.split("</tr>").next()).unwrap();
    let text = |cell: &'a str| {
        let parts = cell.split('<').enumerate();
        let bare = parts.filter_map(|(at, part)| match at {
            0 => Some(part),
            _ => part.split_once('>').map(|(_, text)| text),
        });
        bare.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    cells.split("<td>").skip(1).map(text).collect()
}

#[test]
fn two_runs_are_compared_by_their_common_cases_alone() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path());
    succeeds(folder.path(), &["run", "--limit", "20", "--out", "runs/two"]);
    let viewer = Viewer::start(folder.path(), 1, &[]);
    let cases = |id: &str| {
        let (_, page) = viewer.get(&format!("/run/{id}"));
        let count = page.split("id=\"count\">").nth(1).unwrap();
        count.split(' ').next().unwrap().parse::<u64>().unwrap()
    };
    let (one, two) = (cases("one"), cases("two"));
    assert!(two > 0 && one == 3 * two, "{one} and {two}");
    let (status, page) = viewer.get("/compare?left=one&right=two");
    assert_eq!(status, 200);
    assert!(page.contains(&format!(">{two} common cases")), "{page}");
    let all = row(&page, "all");
    assert!(all[0].contains("20 pairs"), "{all:?}");
    assert_eq!(all[0], all[1]);
    let left_out = [format!("{} cases", one - two), "0 cases".to_owned()];
    assert_eq!(row(&page, "left out, not in both"), left_out);
}

#[test]
fn every_word_of_a_search_has_to_occur_and_a_phrase_as_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    succeeds(
        folder.path(),
        &["run", "--pairs", "moral_machines", "--limit", "60", "--out", "runs/one"],
    );
    let viewer = Viewer::start(folder.path(), 1, &["runs/one"]);
    let found = |text: &str| {
        let (_, page) = viewer.get(&format!("/run/one?text={text}"));
        let count = page.split("id=\"count\">").nth(1).unwrap();
        count.split(' ').next().unwrap().parse::<u64>().unwrap()
    };
    let (woman, lane, both) = (found("WOMAN"), found("lane"), found("lane++WOMAN"));
    assert!(0 < both && both <= woman.min(lane), "{woman}, {lane}, {both}");
    assert_eq!(both, found("woman+Lane"));
    assert_eq!(found("woman+nosuchword"), 0);
    assert_eq!(found("%22lane+woman%22"), 0);
    assert!(found("%22pregnant+woman%22") > 0);
}

#[test]
fn names_that_a_run_does_not_have_are_told() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path());
    let viewer = Viewer::start(folder.path(), 1, &["runs/one"]);
    for (query, says) in [
        ("effect=nope", "`nope` is no value of `effect`, so that cases of every effect are shown"),
        ("reference=nope", "no reference `nope` in this run, so that no case is shown"),
        ("predictor=nope", "no predictor `nope` in this run"),
        ("arm=nope", "no arm `nope` in this run, so that nothing is compared"),
        ("arm=without", "`without` is not compared with itself: shown is `with` against `without`"),
    ] {
        let (_, page) = viewer.get(&format!("/run/one?{query}"));
        assert!(page.contains(says), "{query}\n{page}");
        let (_, page) = viewer.get(&format!("/compare?left=one&right=one&{query}"));
        assert!(page.contains(&format!("one: {says}")), "{query}\n{page}");
    }
    let (_, page) = viewer.get("/run/one?arm=without");
    assert!(page.contains("NSG, with against without"), "{page}");
    let (_, page) = viewer.get("/run/one?effect=misled&arm=with");
    assert!(!page.contains("class=\"note\">no ") && !page.contains("is no value"), "{page}");
}

#[test]
fn a_run_that_is_worked_on_is_told_from_one_that_was_stopped() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path());
    let viewer = Viewer::start(folder.path(), 1, &[]);
    let tag = |page: &str| {
        let tag = page.split("class=\"tag ").nth(1)?.split_once('>')?.1;
        Some(tag.split('<').next()?.to_owned())
    };
    let shown = |path: &str| tag(&viewer.get(path).1);
    assert_eq!((shown("/").as_deref(), shown("/run/one")), (Some("complete"), None));
    let manifest = folder.path().join("runs/one/run.toml");
    let text = std::fs::read_to_string(&manifest).unwrap();
    std::fs::write(&manifest, text.replacen("complete = true", "complete = false", 1)).unwrap();
    let stopped = viewer.get("/run/one/version").1;
    for path in ["/", "/run/one"] {
        assert_eq!(shown(path).as_deref(), Some("stopped"), "{path}");
    }
    let lock = std::fs::File::open(folder.path().join("runs/one/.lock")).unwrap();
    lock.lock().unwrap();
    for path in ["/", "/run/one"] {
        assert_eq!(shown(path).as_deref(), Some("running"), "{path}");
    }
    assert!(viewer.get("/run/one").1.contains("Figures change when a stage"));
    // Pages that are open learn of it.
    let last = |reply: &str| reply.lines().last().unwrap().to_owned();
    assert_ne!(last(&stopped), last(&viewer.get("/run/one/version").1));
}

#[test]
fn as_many_cases_are_egregious_as_the_analysis_counts_also_where_few_were_guessed() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path());
    let setup = ["human", "setup", "runs/one", "--raters", "2", "--per-rater", "4"];
    succeeds(folder.path(), &setup);
    let counts = || {
        let viewer = Viewer::start(folder.path(), 1, &["runs/one"]);
        let (_, page) = viewer.get("/run/one");
        let chip = page.split("all wrong alike (egregious) <span class=\"count\">").nth(1).unwrap();
        let chip: u64 = chip.split('<').next().unwrap().parse().unwrap();
        let args = ["analyze", "egregious", "runs/one", "--by", "", "--format", "json"];
        let (out, _) = succeeds(folder.path(), &args);
        let table: Value = serde_json::from_str(&out).unwrap();
        let sheet = table.get("egregious").unwrap_or(&table);
        (chip, sheet["rows"][0]["egregious"].as_u64().unwrap())
    };
    let (chip, counted) = counts();
    assert!(chip > 0 && chip == counted, "{chip} and {counted}");
    // Of a predictor that answered some of its pairs and was not asked the others.
    std::fs::write(
        folder.path().join("runs/one/human/answers.jsonl"),
        "{\"rater\":1,\"position\":1,\"answer\":\"CASE 1\",\"confidence\":\"low\",\"seconds\":null}\n",
    )
    .unwrap();
    succeeds(folder.path(), &["human", "export", "runs/one"]);
    let (chip, counted) = counts();
    assert_eq!(chip, counted);
}

#[test]
fn links_of_raters_lead_to_the_same_port_at_every_start() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path());
    let setup = ["human", "setup", "runs/one", "--raters", "2", "--per-rater", "4"];
    let (out, _) = succeeds(folder.path(), &setup);
    let printed: Vec<&str> = out.lines().filter(|line| line.starts_with("rater ")).collect();
    assert!(out.contains("foretell view runs/one --rate") && printed.len() == 2, "{out}");
    for _ in 0..2 {
        let viewer = Viewer::start(folder.path(), 2, &["runs/one", "--rate"]);
        assert_eq!(viewer.lines, printed);
        let port = viewer.port.to_string();
        let path = printed[1].split(&*port).nth(1).unwrap();
        let (status, page) = viewer.get(path);
        assert!(status == 303 && page.contains(&format!("location: {path}/1")), "{page}");
        let (status, page) = viewer.get(&format!("{path}/1"));
        assert!(status == 200 && page.contains("until you save the next one"), "{page}");
        let (status, page) = viewer.get("/rate/0000");
        assert!(status == 404 && !page.contains("href=\"/\""), "{page}");
    }
    let port = printed[0].split(':').nth(2).unwrap().split('/').next().unwrap();
    let taken = std::net::TcpListener::bind(("127.0.0.1", port.parse::<u16>().unwrap())).unwrap();
    let said = scripted::fails(folder.path(), 3, &["view", "runs/one", "--rate", "--no-open"]);
    assert!(said.contains(port) && said.contains("`--port`"), "{said}");
    drop(taken);
}

#[test]
fn what_cannot_be_viewed_is_told_before_anything_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let said = scripted::fails(folder.path(), 3, &["view", "--no-open"]);
    assert!(said.contains("no runs to view"), "{said}");
    let said = scripted::fails(folder.path(), 3, &["view", "nothing", "--no-open"]);
    assert!(said.contains("nothing"), "{said}");
    run(folder.path());
    let said = scripted::fails(folder.path(), 3, &["view", "runs/one", "--rate", "--no-open"]);
    assert!(said.contains("foretell human setup"), "{said}");
}

#[test]
fn ratings_are_taken_from_own_pages_alone_and_by_one_server_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path());
    let setup = ["human", "setup", "runs/one", "--raters", "2", "--per-rater", "4"];
    let (out, _) = succeeds(folder.path(), &setup);
    assert!(out.contains("4 pairs") && out.contains("to each side"), "{out}");
    let study = || std::fs::read(folder.path().join("runs/one/human/study.json")).unwrap();
    let first = study();
    let said = scripted::fails(folder.path(), 3, &setup);
    assert!(said.contains("already"), "{said}");
    std::fs::remove_dir_all(folder.path().join("runs/one/human")).unwrap();
    succeeds(folder.path(), &setup);
    assert!(first == study(), "the same seed drew another study");

    let viewer = Viewer::start(folder.path(), 2, &["runs/one", "--rate"]);
    let path = format!("/rate/{}", viewer.lines[0].rsplit('/').next().unwrap());
    let (status, page) = viewer.get(&format!("{path}/1"));
    assert_eq!(status, 200);
    let label = page.split("name=\"answer\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let label = label.replace(' ', "+");
    let body = format!("position=1&answer={label}&confidence=low&seconds=2.5");
    let own = format!("http://127.0.0.1:{}", viewer.port);
    for headers in [vec![], vec![("Origin", "null")], vec![("Origin", "http://evil.example")]] {
        assert_eq!(viewer.send("POST", &path, &headers, &body).0, 403);
    }
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let send = |body: &str| viewer.send("POST", &path, &[("Origin", &own), form], body);
    assert_eq!(send(&body).0, 303);
    for (wrong, says) in [
        ("position=2&answer=neither&confidence=low", "none of the labels"),
        ("position=99&answer=CASE+1&confidence=low", "has no case 99"),
        ("position=2&answer=CASE+1&confidence=total", "nothing was saved"),
    ] {
        let (status, reply) = send(wrong);
        assert!(status == 200 && reply.contains(says), "{wrong}\n{reply}");
    }
    let said = scripted::fails(folder.path(), 3, &["view", "runs/one", "--rate", "--no-open"]);
    assert!(said.contains("in use") || said.contains("another"), "{said}");
    let (out, _) = succeeds(folder.path(), &["human", "export", "runs/one"]);
    assert!(out.contains("1 of 8 tasks"), "{out}");
    assert!(out.contains("gave the people's label in") && out.contains("of 1 case"), "{out}");
    let (table, _) = succeeds(
        folder.path(),
        &["analyze", "missing", "runs/one", "--where", "predictor=human", "--format", "csv"],
    );
    assert!(table.contains("not_asked"), "{table}");
}

#[test]
fn the_last_answer_can_be_corrected_until_the_next_one_and_both_stay_on_record() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path());
    let setup = ["human", "setup", "runs/one", "--raters", "2", "--per-rater", "4"];
    succeeds(folder.path(), &setup);
    let viewer = Viewer::start(folder.path(), 2, &["runs/one", "--rate"]);
    let link = format!("/rate/{}", viewer.lines[0].rsplit('/').next().unwrap());
    let own = format!("http://127.0.0.1:{}", viewer.port);
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let send = |body: &str| {
        let (status, reply) = viewer.send("POST", &link, &[("Origin", &own), form], body);
        let place = reply.split("location: ").nth(1).map(|rest| rest.lines().next().unwrap());
        (status, place.map(str::to_owned), reply)
    };
    let leads = |to: &str| (303, Some(format!("{link}/{to}")));
    let sent = |body: &str| {
        let (status, place, _) = send(body);
        (status, place)
    };
    let lines = || {
        let path = folder.path().join("runs/one/human/answers.jsonl");
        std::fs::read_to_string(path).unwrap_or_default().lines().count()
    };
    // What is not answered yet cannot be corrected, and no case comes before its turn.
    let (status, _, reply) = send("position=1&answer=CASE+1&confidence=low&corrects=yes");
    assert!(status == 200 && reply.contains("no answer to correct"), "{reply}");
    assert!(viewer.get(&format!("{link}/2")).1.contains(&format!("location: {link}/1")));
    assert!(viewer.get(&format!("{link}/end")).1.contains(&format!("location: {link}/1")));

    let first = "position=1&answer=CASE+1&confidence=low&seconds=4";
    assert_eq!(sent(first), leads("2"));
    // Sent twice: counts once. Answered otherwise from another window: shows what was kept.
    assert_eq!(sent(first), leads("2"));
    assert_eq!(sent("position=1&answer=CASE+2&confidence=low&seconds=4"), leads("1"));
    assert_eq!(lines(), 1);
    let (_, page) = viewer.get(&format!("{link}/1"));
    assert!(page.contains("<strong>CASE 1</strong>, sure: <strong>low</strong>"), "{page}");
    let correction = "position=1&answer=CASE+2&confidence=high&seconds=1.5&corrects=yes";
    assert_eq!(sent(correction), leads("2"));
    // Its success was lost, say.
    assert_eq!(sent(correction), leads("2"));
    assert_eq!(lines(), 2);

    assert_eq!(sent("position=2&answer=CASE+1&confidence=low&seconds=3"), leads("3"));
    let (status, _, reply) = send("position=1&answer=CASE+1&confidence=low&corrects=yes");
    assert!(status == 200 && reply.contains("only the last answer can be corrected"), "{reply}");
    assert_eq!(lines(), 3);
    // An earlier case is not shown again.
    let (status, page) = viewer.get(&format!("{link}/1"));
    assert!(status == 200 && page.contains("Case 1 is answered"), "{page}");
    assert!(!page.contains("class=\"question\"") && !page.contains("<form"), "{page}");

    let (out, _) = succeeds(folder.path(), &["human", "export", "runs/one"]);
    assert!(out.contains("2 of 8 tasks") && out.contains("1 of them corrected"), "{out}");
    let path = folder.path().join("runs/one/human/ratings.parquet");
    let rows = foretell_tables::read::<foretell_tables::RatingRow>(&path).unwrap();
    let told: Vec<_> = rows
        .iter()
        .filter(|row| row.answer.is_some())
        .map(|row| {
            let [answer, first] = [&row.answer, &row.first_answer].map(|it| it.as_deref().unwrap());
            (row.rater, row.position, answer, first, row.corrections, row.seconds)
        })
        .collect();
    let wanted =
        [(1, 1, "CASE 2", "CASE 1", 1, Some(5.5)), (1, 2, "CASE 1", "CASE 1", 0, Some(3.0))];
    assert_eq!(told, wanted);
}

#[test]
fn a_line_that_a_kill_cut_off_is_no_answer_and_no_fault() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path());
    succeeds(folder.path(), &["human", "setup", "runs/one", "--raters", "2", "--per-rater", "4"]);
    let answers = folder.path().join("runs/one/human/answers.jsonl");
    let whole = "{\"rater\":1,\"position\":1,\"answer\":\"CASE 1\",\"confidence\":\"low\",\"seconds\":null}\n";
    std::fs::write(&answers, format!("{whole}{{\"rater\":1,\"posi")).unwrap();
    let (out, _) = succeeds(folder.path(), &["human", "status", "runs/one"]);
    assert!(out.contains("rater 1  1 of 4"), "{out}");
    drop(Viewer::start(folder.path(), 2, &["runs/one", "--rate"]));
    assert_eq!(std::fs::read_to_string(&answers).unwrap(), whole);
    std::fs::write(&answers, "nonsense\n").unwrap();
    let said = scripted::fails(folder.path(), 3, &["human", "export", "runs/one"]);
    assert!(said.contains("line 1"), "{said}");
}
