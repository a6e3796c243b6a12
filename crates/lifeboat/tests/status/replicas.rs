//! One address, two replicas: the command line finds the one that leads.

use std::{
    io,
    net::{SocketAddr, TcpListener, TcpStream},
    thread,
};

use lifeboat_testkit::http_server::HttpServer;

use super::{
    asking,
    hand_made::{Server, sound, view},
    support::run,
};

/// An address behind which connections go to each of these in turn, as to the pods of a Service.
fn in_turn(replicas: Vec<SocketAddr>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for (client, replica) in listener.incoming().zip(replicas.iter().cycle()) {
            let (client, server) = (client.unwrap(), TcpStream::connect(replica).unwrap());
            let ends = (client.try_clone().unwrap(), server.try_clone().unwrap());
            thread::spawn(move || pipe(client, server));
            thread::spawn(move || pipe(ends.1, ends.0));
        }
    });
    address
}

fn pipe(mut from: TcpStream, mut to: TcpStream) {
    // Whoever has heard enough hangs up.
    let _ = io::copy(&mut from, &mut to);
    let _ = to.shutdown(std::net::Shutdown::Write);
}

fn address(url: &str) -> SocketAddr {
    let address = url.trim_start_matches("http://").trim_end_matches('/');
    address.parse().unwrap()
}

#[test]
fn whoever_stands_by_is_passed_over() {
    let leader = Server::of(view(vec![sound("main")])).start();
    let standby = HttpServer::start();
    standby.answer(503, r#"{"error":"this Lifeboat is a standby"}"#);
    let both = in_turn(vec![address(&standby.url()), leader.address]);
    let ran = run(asking(&leader, "status").env("LIFEBOAT_SERVER", format!("http://{both}")));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(
        ran.stdout.contains("The only asset is ok."),
        "{}",
        ran.stdout
    );
    assert!(!standby.received().is_empty());
}

#[test]
fn where_nobody_leads_that_is_told() {
    let leader = Server::of(view(vec![sound("main")])).start();
    let standby = HttpServer::start();
    standby.answer(503, r#"{"error":"this Lifeboat is a standby"}"#);
    let ran = run(asking(&leader, "status").env("LIFEBOAT_SERVER", standby.url()));
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stderr.contains("this Lifeboat is a standby"),
        "{}",
        ran.stderr
    );
    assert_eq!(standby.received().len(), 8);
}
