//! Addresses that fail, files that are others, and what is said of them.

use crate::place::*;
use crate::server::{Reply, Server};
use foretell_data::{FetchError, FetchLimits, Origin, find_raw};
use std::time::Duration;

#[test]
fn the_next_address_is_asked_when_one_fails() {
    let place = Place::new();
    let server = Server::start(|_, request| match request.path.as_str() {
        "/gone" => Reply::status(404),
        "/page" => Reply::whole(b"\n<!DOCTYPE html><html>log in</html>"),
        _ => Reply::whole(b"abc"),
    });
    let urls = ["/gone", "/page", "/a", "/never"].map(|path| address(server.url(path), &[]));
    let source = source(b"abc", urls.to_vec());
    let fetched = place.fetch(&source).unwrap();
    let origin = Origin::Downloaded { address: source.addresses[2].clone(), bytes: 3 };
    assert_eq!(fetched.origin, origin);
    place.holds("tides.csv", b"abc");
    // What lasts is asked once.
    assert_eq!(server.log(), ["/gone whole: 404 0", "/page whole: 200 35", "/a whole: 200 3"]);
    assert_eq!(place.told()[1], "failed: 404 Not Found");
    let page = "failed: it gives a web page, with the sha256 ";
    assert!(place.told().iter().any(|told| told.starts_with(page)), "{:?}", place.told());
}

#[test]
fn a_part_of_an_address_that_failed_does_not_stay() {
    let place = Place::new();
    let body = content(50_000);
    let served = body.clone();
    let server = Server::start(move |_, request| match request.path.as_str() {
        "/cut" => Reply::whole(&served).with("ETag", "\"v1\"").cut(100),
        _ => Reply::whole(&served),
    });
    let urls = ["/cut", "/a"].map(|path| address(server.url(path), &[]));
    place.fetch(&source(&body, urls.to_vec())).unwrap();
    place.holds("tides.csv", &body);
}

#[test]
fn a_fault_that_passes_is_waited_for() {
    let place = Place::new();
    let server = Server::start(|number, _| match number {
        0 => Reply::status(503).with("Retry-After", "0"),
        1 => Reply::status(429),
        _ => Reply::whole(b"abc"),
    });
    place.fetch(&source(b"abc", vec![address(server.url("/a"), &[])])).unwrap();
    place.holds("tides.csv", b"abc");
    assert_eq!(
        place.told()[1..3],
        ["again: 503 Service Unavailable", "again: 429 Too Many Requests"]
    );
}

#[test]
fn a_silent_server_is_given_up() {
    let place = Place::new();
    let server =
        Server::start(|_, _| Reply { silence: Duration::from_secs(5), ..Reply::whole(b"abc") });
    let limits = FetchLimits { tries: 1, silence: Duration::from_millis(100), ..limits() };
    let source = source(b"abc", vec![address(server.url("/a"), &[])]);
    let error = place.fetch_within(&source, &limits).unwrap_err().to_string();
    assert!(error.contains("/a: no answer in time"), "{error}");
}

#[test]
fn when_all_fail_every_address_and_the_way_by_hand_are_told() {
    let place = Place::new();
    let server = Server::start(|_, request| match request.path.as_str() {
        "/gone" => Reply::status(404),
        "/down" => Reply::status(502),
        "/loop" => Reply::status(302).with("Location", "/loop"),
        _ => Reply::whole(b"abd"),
    });
    // A port that no system gives away on its own.
    let nobody = "http://127.0.0.1:1";
    let addresses = vec![
        address(server.url("/gone"), &[]),
        address(server.url("/down"), &["tides.csv"]),
        address(server.url("/loop"), &[]),
        address(server.url("/other"), &[]),
        address(server.url("/other"), &["inner.zip", "tides.csv"]),
        address(format!("{nobody}/a"), &[]),
    ];
    let error = place.fetch(&source(b"abc", addresses)).unwrap_err();
    assert!(matches!(error, FetchError::NoAddress { .. }));
    let said =
        said(&error, &place.cache(), &[&server.address, nobody]).replace(" (os error 111)", "");
    insta::assert_snapshot!(said);
    assert!(said.lines().count() <= 20);
    assert!(place.files().is_empty(), "{:?}", place.files());
    assert_eq!(server.log().iter().filter(|line| line.starts_with("/down")).count(), 3);
}

#[test]
fn a_file_that_is_too_large_is_refused() {
    let place = Place::new();
    let server = Server::start(|_, request| Reply {
        unsized_body: request.path == "/endless",
        ..Reply::whole(&content(50_000))
    });
    let limits = FetchLimits { max_bytes: 10_000, ..limits() };
    let urls = ["/large", "/endless"].map(|path| address(server.url(path), &[]));
    let error = place.fetch_within(&source(b"abc", urls.to_vec()), &limits).unwrap_err();
    let error = error.to_string();
    let large = "/large: it has 50,000 bytes, more than the 10,000 allowed";
    assert!(error.contains(large), "{error}");
    assert!(error.contains("/endless: it sent "), "{error}");
    assert_eq!(server.log().len(), 2, "asked once each");
    assert!(place.files().is_empty());
}

#[test]
fn another_file_of_that_name_is_never_overwritten() {
    let place = Place::new();
    let server = Server::start(|_, _| Reply::whole(b"abc"));
    let source = source(b"abc", vec![address(server.url("/a"), &[])]);
    std::fs::create_dir(place.cache()).unwrap();
    std::fs::write(place.cache().join("tides.csv"), "mine").unwrap();
    let error = place.fetch(&source).unwrap_err();
    insta::assert_snapshot!(said(&error, &place.cache(), &[]));
    place.holds("tides.csv", b"mine");
    assert!(server.log().is_empty());
}

#[test]
fn a_file_that_comes_there_meanwhile_is_not_overwritten_either() {
    let place = Place::new();
    let path = place.cache().join("tides.csv");
    let server = Server::start(move |_, _| {
        std::fs::write(&path, "mine").unwrap();
        Reply::whole(b"abc")
    });
    let error = place.fetch(&source(b"abc", vec![address(server.url("/a"), &[])])).unwrap_err();
    assert!(matches!(error, FetchError::OtherFile { .. }), "{error}");
    assert_eq!(std::fs::read(place.cache().join("tides.csv")).unwrap(), b"mine");
}

#[test]
fn a_folder_that_cannot_be_made_stops_before_anything_is_asked() {
    let place = Place::new();
    let server = Server::start(|_, _| Reply::whole(b"abc"));
    std::fs::write(place.cache(), "a file where the folder should be").unwrap();
    let error = place.fetch(&source(b"abc", vec![address(server.url("/a"), &[])])).unwrap_err();
    assert!(matches!(error, FetchError::Io { .. }), "{error}");
    assert!(server.log().is_empty());
}

#[test]
fn a_raw_file_is_looked_for_in_one_folder_after_the_other() {
    let place = Place::new();
    let raw = place.folder.path().join("raw");
    std::fs::create_dir(&raw).unwrap();
    std::fs::create_dir(place.cache()).unwrap();
    let source = source(b"abc", vec![]);
    let find = || find_raw(&source, &[raw.clone(), place.cache()]);
    assert_eq!(find().unwrap(), None);
    std::fs::write(place.cache().join("tides.csv"), "abc").unwrap();
    assert_eq!(find().unwrap(), Some(place.cache().join("tides.csv")));
    std::fs::write(raw.join("tides.csv"), "abc").unwrap();
    assert_eq!(find().unwrap(), Some(raw.join("tides.csv")));
    std::fs::write(raw.join("tides.csv"), "edited").unwrap();
    assert!(matches!(find(), Err(FetchError::OtherFile { path, .. }) if path.starts_with(&raw)));
}
