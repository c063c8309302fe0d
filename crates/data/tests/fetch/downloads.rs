//! Files that come whole, in pieces, or changed on the way.

use crate::place::*;
use crate::server::{Reply, Request, Server};
use foretell_data::{FetchLimits, Origin, fetch, find_raw};
use std::time::Duration;

#[test]
fn a_plain_file_is_stored_under_its_name_and_fetched_once() {
    let place = Place::new();
    let body = content(100_000);
    let served = body.clone();
    let server = Server::start(move |_, request| Reply::of_file(request, &served, "\"v1\""));
    let source = source(&body, vec![address(server.url("/a.csv"), &[])]);
    let first = place.fetch(&source).unwrap();
    assert_eq!(first.path, place.cache().join("tides.csv"));
    let origin = Origin::Downloaded { address: source.addresses[0].clone(), bytes: 100_000 };
    assert_eq!(first.origin, origin);
    place.holds("tides.csv", &body);
    assert_eq!(place.fetch(&source).unwrap().origin, Origin::There);
    assert_eq!(server.log(), ["/a.csv whole: 200 100000"]);
    let told = ["asking for tides.csv", "from 0 of Some(100000)", "stored 100000", "there"];
    assert_eq!(place.told(), told);
    assert_eq!(find_raw(&source, &[place.cache()]).unwrap(), Some(first.path));
    let sent = &server.served()[0].request;
    assert_eq!(sent.header("accept-encoding"), Some("identity"));
    assert!(sent.header("user-agent").unwrap().starts_with("foretell/"));
}

#[test]
fn a_sum_in_capitals_is_the_same_sum() {
    let place = Place::new();
    let server = Server::start(|_, _| Reply::whole(b"abc"));
    let mut source = source(b"abc", vec![address(server.url("/a"), &[])]);
    source.sha256 = source.sha256.to_ascii_uppercase();
    place.fetch(&source).unwrap();
    place.holds("tides.csv", b"abc");
}

#[test]
fn after_a_cut_only_the_rest_is_sent() {
    let place = Place::new();
    let body = content(50_000);
    let served = body.clone();
    let server = Server::start(move |number, request| {
        let reply = Reply::of_file(request, &served, "\"v1\"");
        if number == 0 { reply.cut(20_000) } else { reply }
    });
    place.fetch(&source(&body, vec![address(server.url("/a"), &[])])).unwrap();
    place.holds("tides.csv", &body);
    assert_eq!(server.log(), ["/a whole: 200 20000", "/a bytes=20000-: 206 30000"]);
    assert_eq!(server.served()[1].request.header("if-range"), Some("\"v1\""));
    assert!(place.told()[2].starts_with("again: the connection broke: "), "{:?}", place.told());
    assert_eq!(place.told()[3], "from 20000 of Some(50000)");
}

/// Leaves 20,000 bytes of a file of 50,000 behind, as a call that was broken off does.
fn begun(
    place: &Place,
    version: &'static str,
    then: impl Fn(&Request) -> Reply + Send + Sync + 'static,
) -> Server {
    let old = content(50_000);
    let server = Server::start(move |number, request| match number {
        0 => Reply::of_file(request, &old, version).cut(20_000),
        _ => then(request),
    });
    let once = FetchLimits { tries: 1, ..limits() };
    let source = source(b"", vec![address(server.url("/a"), &[])]);
    place.fetch_within(&source, &once).unwrap_err();
    assert_eq!(place.files().len(), 2, "{:?}", place.files());
    server
}

#[test]
fn a_later_call_goes_on_where_one_was_broken_off() {
    let place = Place::new();
    let body = content(50_000);
    let served = body.clone();
    let server = begun(&place, "\"v1\"", move |request| Reply::of_file(request, &served, "\"v1\""));
    place.fetch(&source(&body, vec![address(server.url("/a"), &[])])).unwrap();
    place.holds("tides.csv", &body);
    assert_eq!(server.log()[1..], ["/a bytes=20000-: 206 30000"]);
}

#[test]
fn a_file_that_changed_in_between_starts_anew() {
    let place = Place::new();
    let body = content(40_000).repeat(2);
    let served = body.clone();
    let server = begun(&place, "\"v1\"", move |request| Reply::of_file(request, &served, "\"v2\""));
    place.fetch(&source(&body, vec![address(server.url("/a"), &[])])).unwrap();
    place.holds("tides.csv", &body);
    assert_eq!(server.log()[1..], ["/a bytes=20000-: 200 80000"]);
}

#[test]
fn a_server_without_ranges_starts_anew() {
    let place = Place::new();
    let body = content(50_000);
    let served = body.clone();
    let server = begun(&place, "\"v1\"", move |_| Reply::whole(&served));
    place.fetch(&source(&body, vec![address(server.url("/a"), &[])])).unwrap();
    place.holds("tides.csv", &body);
    assert_eq!(server.log()[1..], ["/a bytes=20000-: 200 50000"]);
}

#[test]
fn without_a_version_nothing_is_gone_on_with() {
    let place = Place::new();
    let body = content(50_000);
    let served = body.clone();
    let server = Server::start(move |number, _| {
        // A weak tag vouches for no byte.
        let reply = Reply::whole(&served).with("ETag", "W/\"v1\"");
        if number == 0 { reply.cut(20_000) } else { reply }
    });
    place.fetch(&source(&body, vec![address(server.url("/a"), &[])])).unwrap();
    place.holds("tides.csv", &body);
    assert_eq!(server.log(), ["/a whole: 200 20000", "/a whole: 200 50000"]);
}

#[test]
fn a_date_serves_where_there_is_no_strong_tag() {
    const DATE: &str = "Wed, 26 Mar 2014 10:00:00 GMT";
    let place = Place::new();
    let body = content(50_000);
    let served = body.clone();
    let server = Server::start(move |number, request| {
        let mut reply = Reply::of_file(request, &served, DATE);
        reply.headers.retain(|(name, _)| *name != "ETag");
        let reply = reply.with("ETag", "W/\"v1\"").with("Last-Modified", DATE);
        if number == 0 { reply.cut(20_000) } else { reply }
    });
    place.fetch(&source(&body, vec![address(server.url("/a"), &[])])).unwrap();
    place.holds("tides.csv", &body);
    assert_eq!(server.served()[1].request.header("if-range"), Some(DATE));
    assert_eq!(server.log()[1], "/a bytes=20000-: 206 30000");
}

#[test]
fn a_part_that_is_already_whole_is_not_sent_again() {
    let place = Place::new();
    let body = content(20_000);
    let served = body.clone();
    let server = begun(&place, "\"v1\"", move |request| Reply::of_file(request, &served, "\"v1\""));
    place.fetch(&source(&body, vec![address(server.url("/a"), &[])])).unwrap();
    place.holds("tides.csv", &body);
    assert_eq!(server.log()[1..], ["/a bytes=20000-: 416 0"]);
}

#[test]
fn a_part_longer_than_the_file_starts_anew() {
    let place = Place::new();
    let body = content(10_000);
    let served = body.clone();
    let server = begun(&place, "\"v1\"", move |request| Reply::of_file(request, &served, "\"v1\""));
    place.fetch(&source(&body, vec![address(server.url("/a"), &[])])).unwrap();
    place.holds("tides.csv", &body);
    assert_eq!(server.log()[1..], ["/a bytes=20000-: 416 0", "/a whole: 200 10000"]);
}

#[test]
fn another_range_than_asked_for_starts_anew() {
    let place = Place::new();
    let body = content(50_000);
    let served = body.clone();
    let server = begun(&place, "\"v1\"", move |request| match request.header("range") {
        Some(_) => Reply { status: 206, body: served[..9].to_vec(), ..Reply::default() }
            .with("Content-Range", "bytes 0-8/50000"),
        None => Reply::whole(&served),
    });
    place.fetch(&source(&body, vec![address(server.url("/a"), &[])])).unwrap();
    place.holds("tides.csv", &body);
    assert_eq!(server.log()[1..], ["/a bytes=20000-: 206 9", "/a whole: 200 50000"]);
}

#[test]
fn a_spoilt_part_is_fetched_once_more_from_the_beginning() {
    let place = Place::new();
    let body = content(50_000);
    let served = body.clone();
    // The tag stays although the first bytes were others.
    let server = begun(&place, "\"v1\"", move |request| Reply::of_file(request, &served, "\"v1\""));
    let part = place.files().into_iter().find(|name| name.ends_with(".part")).unwrap();
    std::fs::write(place.cache().join(part), vec![b'x'; 20_000]).unwrap();
    place.fetch(&source(&body, vec![address(server.url("/a"), &[])])).unwrap();
    place.holds("tides.csv", &body);
    assert_eq!(server.log()[1..], ["/a bytes=20000-: 206 30000", "/a whole: 200 50000"]);
}

#[test]
fn redirects_are_followed() {
    let place = Place::new();
    let server = Server::start(|_, request| match request.path.as_str() {
        "/old" => Reply::status(301).with("Location", "/newer"),
        "/newer" => Reply::status(302).with("Location", "/a"),
        _ => Reply::whole(b"abc"),
    });
    place.fetch(&source(b"abc", vec![address(server.url("/old"), &[])])).unwrap();
    place.holds("tides.csv", b"abc");
    assert_eq!(server.log().len(), 3);
}

#[test]
fn a_body_of_unknown_length_is_taken_to_its_end() {
    let place = Place::new();
    let server = Server::start(|_, _| Reply { unsized_body: true, ..Reply::whole(b"abc") });
    place.fetch(&source(b"abc", vec![address(server.url("/a"), &[])])).unwrap();
    place.holds("tides.csv", b"abc");
    assert_eq!(place.told()[1], "from 0 of None");
}

#[test]
fn calls_for_one_folder_wait_for_each_other() {
    let place = Place::new();
    let body = content(50_000);
    let served = body.clone();
    let server = Server::start(move |_, request| Reply {
        silence: Duration::from_millis(200),
        ..Reply::of_file(request, &served, "\"v1\"")
    });
    let source = source(&body, vec![address(server.url("/a"), &[])]);
    let (cache, limits) = (place.cache(), limits());
    let origins: Vec<_> = std::thread::scope(|scope| {
        let call = || fetch(&source, &cache, &limits, &|_| {}).unwrap().origin;
        let calls: Vec<_> = (0..4).map(|_| scope.spawn(call)).collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    place.holds("tides.csv", &body);
    assert_eq!(origins.iter().filter(|&origin| *origin == Origin::There).count(), 3);
    assert_eq!(server.log(), ["/a whole: 200 50000"]);
}
