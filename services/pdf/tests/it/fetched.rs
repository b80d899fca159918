//! Pictures and style sheets that pages name by URL.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};

use chassis::Clock;
use chassis::testing::Client;
use serde_json::{Value, json};

use crate::made::words_of;
use crate::{Service, bytes, done, file, settings};

/// A server of what pages name, for as long as the test runs; and how often each was asked for.
fn server() -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let noted = asked.clone();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
            let path = lines.next().and_then(|line| line.split(' ').nth(1).map(str::to_owned)).unwrap_or_default();
            let _head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
            let page = "<link rel=stylesheet href='../style.css?v=1&amp;w=2'><p class=big>styled</p><img src=dot.png>";
            let (status, body) = match path.as_str() {
                "/a/page.html" => ("200 OK", page.as_bytes().to_vec()),
                "/css/back.css" => {
                    ("200 OK", b"p{background-image:url(../a/dot.png)} div{background:url('gone.png')}".to_vec())
                }
                "/css/round.css" => ("200 OK", b"@import 'deep/end.css';@import url(round.css);".to_vec()),
                "/css/deep/end.css" => ("200 OK", b"@import '../round.css';.big{font-size:40px}".to_vec()),
                "/style.css?v=1&w=2" => ("200 OK", b".big{font-size:40px}".to_vec()),
                "/a/dot.png" => ("200 OK", include_bytes!("../../data/dot.png").to_vec()),
                "/large.png" => ("200 OK", vec![0; 11 << 20]),
                _ => ("404 Not Found", b"nothing".to_vec()),
            };
            noted.lock().unwrap().push(path);
            let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            let _ = stream.write_all(&body);
        }
    });
    (address, asked)
}

fn open_client() -> Service {
    let allowed = chassis::Settings { fetch_allow: vec!["127.0.0.1/32".parse().unwrap()], ..settings() };
    Service(Client::started(pdf::service(), allowed, Clock::System, &[]))
}

/// The warnings of an answer.
fn warnings(answer: &Value) -> Vec<(String, String)> {
    let text = |one: &Value, key: &str| one[key].as_str().unwrap_or_default().to_owned();
    let all = answer["warnings"].as_array().unwrap();
    all.iter().map(|one| (text(one, "code"), text(one, "message"))).collect()
}

fn warned(client: &Service, path: &str, body: &Value) -> Vec<(String, String)> {
    warnings(&done(client, path, body))
}

/// The page, its sheet and its picture come by URL, relative ones as well.
#[test]
fn what_a_page_names_by_url_is_fetched() {
    let (address, asked) = server();
    let client = open_client();
    let answer = done(&client, "/from-html", &json!({ "url": format!("http://{address}/a/page.html") }));
    assert_eq!(warnings(&answer), []);
    let mut paths = asked.lock().unwrap().clone();
    paths.sort();
    assert_eq!(paths, ["/a/dot.png", "/a/page.html", "/style.css?v=1&w=2"]);
    let Some(words) = words_of(&bytes(&answer["file"])) else { return };
    let height = words[0].bounds[3] - words[0].bounds[1];
    assert!(height > 25.0, "the sheet is not used: {height}");
    // The same by `baseUrl`, by `<base>`, in a template and in Markdown.
    let base = format!("http://{address}/a/");
    for (path, body) in [
        ("/from-html", json!({ "html": "<p>x<img src=dot.png>", "baseUrl": base })),
        ("/from-html", json!({ "html": format!("<base href='{base}'><p>x<img src=dot.png>") })),
        ("/generate", json!({ "html": format!("<p>{{{{ data.a }}}}<img src='{base}dot.png'>"), "data": { "a": 1 } })),
        ("/from-markdown", json!({ "markdown": format!("A ![picture]({base}dot.png)") })),
    ] {
        asked.lock().unwrap().clear();
        assert_eq!(warned(&client, path, &body), [], "{body}");
        assert_eq!(*asked.lock().unwrap(), ["/a/dot.png"], "{body}");
    }
}

/// Pictures of sheets are relative to the sheet; those of the sheet in the request to the page.
#[test]
fn pictures_of_sheets_are_fetched() {
    let (address, asked) = server();
    let client = open_client();
    let base = format!("http://{address}/a/");
    let html = "<link rel=stylesheet href=../css/back.css><p>x<div>y</div>";
    let told = warned(&client, "/from-html", &json!({ "html": html, "baseUrl": base }));
    let [(code, message)] = told.as_slice() else { panic!("{told:?}") };
    assert!(code == "file-missing" && message.starts_with("the picture gone.png could not be fetched"), "{message}");
    let mut paths = asked.lock().unwrap().clone();
    paths.sort();
    assert_eq!(paths, ["/a/dot.png", "/css/back.css", "/css/gone.png"]);
    asked.lock().unwrap().clear();
    for css in ["p{background:url(dot.png)}".to_owned(), format!("p{{background:url({base}dot.png)}}")] {
        assert_eq!(warned(&client, "/from-html", &json!({ "html": "<p>x", "css": css, "baseUrl": base })), []);
    }
    assert_eq!(*asked.lock().unwrap(), ["/a/dot.png", "/a/dot.png"]);
}

#[test]
fn what_does_not_come_is_told() {
    let (address, asked) = server();
    let client = open_client();
    let html = format!(
        "<p>x<img src=http://{address}/gone.png><img src=http://10.0.0.1/in.png><img src=http://{address}/large.png><img src=alone.png>"
    );
    let mut told = warned(&client, "/from-html", &json!({ "html": html }));
    told.sort();
    let expected = [
        "the picture alone.png is not there: send it as one of files",
        "the picture gone.png could not be fetched: 127.0.0.1 answered 404",
        "the picture in.png leads to 10.0.0.1, where no public address was found",
        "the picture large.png the file is larger than the limit of 10 MB",
    ];
    assert_eq!(told.len(), expected.len(), "{told:?}");
    for ((code, message), expected) in told.iter().zip(expected) {
        assert!(code == "file-missing" && message.starts_with(expected), "{message}");
    }
    assert_eq!(client.post("/from-html", &json!({ "html": html, "strict": true })).status, 422);
    // What is sent, or not wanted, is not fetched.
    asked.lock().unwrap().clear();
    let html = format!("<p>x<img src='http://{address}/a/dot.png'>");
    let dot = file("dot.png", include_bytes!("../../data/dot.png"));
    assert_eq!(warned(&client, "/from-html", &json!({ "html": html, "files": [dot] })), []);
    assert_eq!(warned(&client, "/from-html", &json!({ "html": html, "fetch": false })).len(), 1);
    assert_eq!(*asked.lock().unwrap(), Vec::<String>::new());
    // Fifty at most.
    let many: String = (0..60).map(|at| format!("<img src='http://{address}/{at}.png'>")).collect();
    let told = warned(&client, "/from-html", &json!({ "html": format!("<p>x{many}") }));
    assert_eq!(asked.lock().unwrap().len(), 50);
    assert!(told.iter().any(|(_, message)| message.ends_with("a page may name 50 files by URL")), "{told:?}");
}

/// Sheets that name sheets, each by an address relative to itself; those that name each other come once.
#[test]
fn imported_sheets_are_fetched() {
    let (address, asked) = server();
    let client = open_client();
    let html = "<style>@import 'round.css';</style><p class=big>styled</p>";
    let answer =
        done(&client, "/from-html", &json!({ "html": html, "baseUrl": format!("http://{address}/css/page.html") }));
    assert_eq!(warnings(&answer), []);
    let mut paths = asked.lock().unwrap().clone();
    paths.sort();
    paths.dedup();
    assert_eq!(paths, ["/css/deep/end.css", "/css/round.css"]);
    let Some(words) = words_of(&bytes(&answer["file"])) else { return };
    assert!(words[0].bounds[3] - words[0].bounds[1] > 25.0, "the sheet is not used");
}
