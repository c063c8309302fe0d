//! Members of archives, of archives in archives, and of archives that mean no good.

use crate::place::*;
use crate::server::{Reply, Server};
use foretell_core::card::Source;
use foretell_data::FetchLimits;

fn serve(body: Vec<u8>) -> Server {
    Server::start(move |_, request| Reply::of_file(request, &body, "\"v1\""))
}

fn from(server: &Server, content: &[u8], member: &[&str]) -> Source {
    source(content, vec![address(server.url("/a.zip"), member)])
}

/// What the only address did wrong.
#[track_caller]
fn refused(place: &Place, source: &Source, limits: &FetchLimits) -> String {
    let error = place.fetch_within(source, limits).unwrap_err().to_string();
    assert_eq!(place.files(), [""; 0], "nothing is left behind");
    error.split_once("/a.zip").unwrap().1.to_owned()
}

#[test]
fn a_member_is_found_by_its_exact_name() {
    let (place, body) = (Place::new(), content(30_000));
    let members: [(&str, &[u8]); 3] =
        [("tides.csv", b"not this"), ("data/tides.csv", &body), ("data/Tides.csv", b"nor this")];
    let server = serve(zipped(&members));
    place.fetch(&from(&server, &body, &["data/tides.csv"])).unwrap();
    place.holds("tides.csv", &body);
}

#[test]
fn a_member_of_an_archive_in_an_archive_is_found() {
    let (place, body) = (Place::new(), content(30_000));
    let inner = zipped(&[("data/tides.csv", &body), ("data/names.txt", b"x")]);
    let server = serve(zipped(&[("readme.txt", b"y"), ("inner.zip", &inner)]));
    place.fetch(&from(&server, &body, &["inner.zip", "data/tides.csv"])).unwrap();
    place.holds("tides.csv", &body);
}

#[test]
fn a_cut_archive_is_gone_on_with_before_it_is_opened() {
    let (place, body) = (Place::new(), content(90_000));
    let archive = zipped(&[("tides.csv", &body)]);
    let size = archive.len();
    let server = Server::start(move |number, request| {
        let reply = Reply::of_file(request, &archive, "\"v1\"");
        if number == 0 { reply.cut(1_000) } else { reply }
    });
    place.fetch(&from(&server, &body, &["tides.csv"])).unwrap();
    place.holds("tides.csv", &body);
    assert_eq!(server.log()[1], format!("/a.zip bytes=1000-: 206 {}", size - 1_000));
}

#[test]
fn a_missing_member_is_told_with_those_that_are_there() {
    let place = Place::new();
    let server = serve(zipped(&[("a\u{1b}[31m.csv", b"1"), ("b.csv", b"2")]));
    let said = refused(&place, &from(&server, b"1", &["c.csv"]), &limits());
    assert_eq!(
        said,
        " (in it c.csv): the archive has no `c.csv`; it has `a\\u{1b}[31m.csv`, `b.csv`"
    );
}

#[test]
fn what_is_no_archive_or_a_damaged_one_is_refused() {
    let (place, body) = (Place::new(), content(30_000));
    let server = serve(body.clone());
    let said = refused(&place, &from(&server, &body, &["tides.csv"]), &limits());
    assert!(said.contains("no zip archive can be read"), "{said}");
    let mut archive = zipped(&[("tides.csv", &body)]);
    archive[200] ^= 0xFF;
    let server = serve(archive);
    let said = refused(&place, &from(&server, &body, &["tides.csv"]), &limits());
    assert!(said.starts_with(" (in it tides.csv): tides.csv: "), "{said}");
}

#[test]
fn a_bomb_is_stopped_at_the_limit() {
    let place = Place::new();
    let zeros = vec![0; 4_000_000];
    let archive = zipped(&[("tides.csv", &zeros)]);
    assert!(archive.len() < 100_000);
    let limits = FetchLimits { max_bytes: 100_000, ..limits() };
    let server = serve(archive.clone());
    let said = refused(&place, &from(&server, &zeros, &["tides.csv"]), &limits);
    let stopped = "tides.csv unpacks to more than the 100,000 bytes allowed";
    assert_eq!(said, format!(" (in it tides.csv): {stopped}"));
    let server = serve(zipped(&[("inner.zip", &archive)]));
    let source = from(&server, &zeros, &["inner.zip", "tides.csv"]);
    assert!(refused(&place, &source, &limits).ends_with(stopped));
}

#[test]
fn an_archive_that_lies_about_its_sizes_is_stopped_too() {
    let place = Place::new();
    let zeros = vec![0; 4_000_000];
    let mut archive = zipped(&[("tides.csv", &zeros)]);
    // The declared size in both headers becomes 10.
    let (size, small) = (4_000_000_u32.to_le_bytes(), 10_u32.to_le_bytes());
    let at: Vec<_> = (0..archive.len() - 4).filter(|&at| archive[at..at + 4] == size).collect();
    assert!(!at.is_empty());
    for at in at {
        archive[at..at + 4].copy_from_slice(&small);
    }
    let server = serve(archive);
    let limits = FetchLimits { max_bytes: 100_000, ..limits() };
    let said = refused(&place, &from(&server, &zeros, &["tides.csv"]), &limits);
    assert!(said.contains("larger than its declared"), "{said}");
}

#[test]
fn a_name_that_leads_out_of_the_folder_leads_nowhere() {
    let (place, body) = (Place::new(), content(1_000));
    let names = ["../../evil.csv", "/evil.csv", "..\\evil.csv"];
    let members: Vec<_> = names.iter().map(|&name| (name, &body[..])).collect();
    let server = serve(zipped(&members));
    for name in names {
        place.fetch(&from(&server, &body, &[name])).unwrap();
        place.holds("tides.csv", &body);
        std::fs::remove_file(place.cache().join("tides.csv")).unwrap();
    }
    let beside: Vec<_> = std::fs::read_dir(place.folder.path()).unwrap().collect();
    assert_eq!(beside.len(), 1, "the cache and nothing else: {beside:?}");
}

#[test]
fn a_source_whose_name_leads_out_of_the_folder_is_refused_unasked() {
    let place = Place::new();
    let server = serve(b"abc".to_vec());
    let source = Source { file: "../tides.csv".to_owned(), ..from(&server, b"abc", &[]) };
    let error = place.fetch(&source).unwrap_err();
    let said = "the source of `../tides.csv`: `file` is no plain file name";
    assert_eq!(error.to_string(), said);
    assert!(server.log().is_empty() && !place.cache().exists());
}
