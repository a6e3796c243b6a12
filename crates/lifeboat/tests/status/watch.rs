//! `lifeboat status --watch` on a pipe: a block for each change, and none for an age alone.

use std::{
    io::{BufRead, BufReader},
    process::Stdio,
    sync::Arc,
};

use super::{
    asking,
    hand_made::{Server, failing, sound, view},
};

#[test]
fn every_change_is_told_once() {
    let server = Server::of(view(vec![sound("main")])).start();
    let mut child = asking(&server, "status --watch")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut headlines = lines
        .map(Result::unwrap)
        .filter(|line| line.contains("asset") && line.ends_with('.'));
    assert_eq!(headlines.next().unwrap(), "The only asset is ok.");
    let mut older = view(vec![sound("main")]);
    older.generation += 1;
    server.views.send(Arc::new(older)).unwrap();
    server
        .views
        .send(Arc::new(view(vec![failing("main")])))
        .unwrap();
    assert_eq!(headlines.next().unwrap(), "The only asset is FAILING.");
    child.kill().unwrap();
    child.wait().unwrap();
}
