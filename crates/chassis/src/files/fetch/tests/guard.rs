//! Where a fetch goes, and where it does not.

use super::*;

#[tokio::test]
async fn an_address_is_judged_however_it_is_spelled() {
    let server = Server::answering("127.0.0.1", ok("", "private")).await;
    // Whatever is taken for a name leads to loopback as well.
    let fetcher = with_names(&[], |_, _| vec!["127.0.0.1", "::1"]);
    for host in [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "0177.0.0.1",
        "0177.00.00.01",
        "017700000001",
        "0x7f.1",
        "0x7f.0x0.0x0.0x1",
        "0x7f000001",
        "0x0000007f000001",
        "2130706433",
        "127.0.0.1.",
        "127.0.0.1%2e",
        "%31%32%37.0.0.1",
        "１２７.0.0.1",
        "127。0。0。1",
        "127｡0｡0｡1",
        "①②⑦.0.0.①",
        "127.0.0.1\t",
        "0",
        "0x0",
        "0.0.0.0",
        "[::]",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "example.com@127.0.0.1",
        "example.com%40@127.0.0.1",
        "example.com\\@127.0.0.1",
        "10.0.0.1",
        "192.168.1.1",
        "[fc00::1]",
        "[fe80::1]",
        "localhost",
        "LOCALHOST.",
        "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
        "127.0.0.1.nip.io",
    ] {
        refused(fetch(&fetcher, &server.at(host)).await, "leads to");
    }
    for host in [
        "127.0.0.256",
        "0x7f.0.0.0.1",
        "[::1",
        "[::1%25lo]",
        "127.0.0.1 ",
        "a b",
        "a{b",
        "a\"b",
        "a%00b",
        "",
        "1.2.3.4.5",
    ] {
        refused(fetch(&fetcher, &server.at(host)).await, "is not a valid URL");
    }
    for host in ["169.254.169.254", "[fd00:ec2::254]", "[::ffff:a9fe:a9fe]", "metadata.google.internal", "METADATA."] {
        refused(fetch(&fetcher, &server.at(host)).await, "closed for good");
    }
    for url in ["file:///secret", "ftp://127.0.0.1/secret", "gopher://127.0.0.1/secret"] {
        refused(fetch(&fetcher, url).await, "http:// or https://");
    }
    refused(fetch(&fetcher, &server.at(&"a".repeat(9_000))).await, "longer than 8 KB");
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn the_operator_opens_hosts_and_networks() {
    let open = Server::answering(OPEN, ok("", "open")).await;
    let private = Server::answering("127.0.0.1", ok("", "private")).await;
    let by_network = with_names(&["127.0.0.2/31"], |_, _| vec!["127.0.0.2"]);
    assert_eq!(fetch(&by_network, &open.url()).await.unwrap(), b"open");
    assert_eq!(fetch(&by_network, &open.at("[::ffff:127.0.0.2]")).await.unwrap(), b"open");
    assert_eq!(fetch(&by_network, &open.at("any.test")).await.unwrap(), b"open");
    refused(fetch(&by_network, &private.url()).await, "leads to 127.0.0.1, where no public address was found");
    let by_name = with_names(&["files.test"], |_, _| vec!["127.0.0.1"]);
    assert_eq!(fetch(&by_name, &private.at("files.test")).await.unwrap(), b"private");
    assert_eq!(fetch(&by_name, &private.at("FILES.test.")).await.unwrap(), b"private");
    let before = private.connections();
    refused(fetch(&by_name, &private.at("other.test")).await, "leads to other.test, where no public");
    refused(fetch(&by_name, &private.url()).await, "leads to 127.0.0.1");
    assert_eq!(private.connections(), before);
    let to_metadata = with_names(&["files.test", "0.0.0.0/0"], |_, _| vec!["169.254.169.254", "168.63.129.16"]);
    refused(fetch(&to_metadata, &private.at("files.test")).await, "leads to files.test");
}

#[tokio::test]
async fn a_redirect_is_judged_like_a_url() {
    let private = Server::answering("127.0.0.1", ok("", "private")).await;
    let port = private.address.port();
    let fetcher = with_names(&[OPEN, "open.test"], |name, _| match name {
        "open.test" => vec!["127.0.0.2"],
        _ => vec!["127.0.0.1"],
    });
    for (target, why) in [
        (format!("http://127.0.0.1:{port}/"), "no public address"),
        (format!("//127.1:{port}/"), "no public address"),
        (format!("http:\\\\2130706433:{port}/"), "no public address"),
        (format!("http://[::ffff:127.0.0.1]:{port}/"), "no public address"),
        (format!("https://private.test:{port}/secret"), "leads to private.test"),
        (format!("http://user:secret@private.test:{port}/secret"), "leads to private.test"),
        ("http://169.254.169.254/secret".to_owned(), "closed for good"),
        ("http://metadata/secret".to_owned(), "closed for good"),
    ] {
        let open = Server::answering(OPEN, moved(&target)).await;
        refused(fetch(&fetcher, &open.at("open.test")).await, why);
        assert_eq!(open.connections(), 1);
    }
    for target in
        ["file:///etc/secret", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "javascript:1", "http://[", "\u{7f}\u{7f}://"]
    {
        let open = Server::answering(OPEN, moved(target)).await;
        assert!(matches!(fetch(&fetcher, &open.url()).await, Err(Fault::Unreachable(_))), "{target}");
    }
    let nowhere = Server::answering(OPEN, "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n").await;
    unreached(fetch(&fetcher, &nowhere.url()).await, "127.0.0.2 answered 302");
    let long = Server::answering(OPEN, moved(&format!("/{}", "a".repeat(9_000)))).await;
    unreached(fetch(&fetcher, &long.url()).await, "redirects to what is no web address");
    assert_eq!(private.connections(), 0);
}

#[tokio::test]
async fn redirects_are_followed_a_while() {
    let server = Server::start(OPEN, |head| {
        Reply::All(match head.split(' ').nth(1).unwrap() {
            "/a/b?x" => "HTTP/1.1 301 Moved\r\nLocation: c\r\nContent-Length: 0\r\n\r\n".into(),
            "/a/c" => "HTTP/1.1 307 Moved\r\nLocation: ?d\r\nContent-Length: 5\r\n\r\nmoved".into(),
            "/a/c?d" => "HTTP/1.1 308 Moved\r\nLocation: /end/file.txt\r\nContent-Length: 0\r\n\r\n".into(),
            "/end/file.txt" => ok("", "here"),
            _ => moved("/secret"),
        })
    })
    .await;
    let fetcher = fetcher(&[OPEN]);
    let fetched = fetcher.open(&Holder::default(), &format!("http://{}/a/b?x", server.address), PATIENT).await.unwrap();
    assert_eq!(fetched.name.as_deref(), Some("file.txt"));
    assert_eq!(read(fetched).await.unwrap(), b"here");
    let before = server.connections();
    unreached(fetch(&fetcher, &server.url()).await, "redirects again and again");
    assert_eq!(server.connections() - before, MAX_REDIRECTS + 1);
    server.all_closed().await;
}

#[tokio::test]
async fn user_info_stays_with_its_origin() {
    let other = Server::start(OPEN, |_| Reply::All(ok("", "other"))).await;
    let to_other = format!("http://thief:pw@{}/", other.address);
    let first = Server::start(OPEN, move |head| {
        Reply::All(match head.split(' ').nth(1).unwrap() {
            "/secret?secret" => moved("/same"),
            _ => moved(&to_other),
        })
    })
    .await;
    let url = first.at("us%40er:p%3Ass@127.0.0.2");
    assert_eq!(fetch(&fetcher(&[OPEN]), &url).await.unwrap(), b"other");
    // `printf 'us@er:p:ss' | base64`
    let sent: Vec<_> =
        first.requests().iter().map(|head| head.contains("authorization: Basic dXNAZXI6cDpzcw==")).collect();
    assert_eq!(sent, [true, true]);
    assert!(!other.requests()[0].contains("authorization"));
}

#[test]
fn https_is_not_left_for_http() {
    let url = Url::parse("https://a.test/x").unwrap();
    assert!(matches!(next(&url, b"http://a.test/x"), Err(Fault::Refused(_))));
    assert_eq!(next(&url, b"//b.test/y").unwrap().as_str(), "https://b.test/y");
}

#[tokio::test]
async fn a_name_is_judged_by_where_the_connection_goes() {
    let private = Server::answering("127.0.0.1", ok("", "private")).await;
    let port = private.address.port();
    // The open server redirects to the very same name, which then leads elsewhere.
    let listener = Server::answering(OPEN, moved(&format!("http://rebound.test:{port}/"))).await;
    let rebound = with_names(&[OPEN], |_, asked| if asked == 0 { vec!["127.0.0.2"] } else { vec!["127.0.0.1"] });
    refused(fetch(&rebound, &listener.at("rebound.test")).await, "leads to rebound.test, where no public");
    assert_eq!(listener.connections(), 1, "the first answer was open");
    // Each connection asks once: the second answer is never that of the first connection.
    let open = Server::answering(OPEN, ok("", "open")).await;
    let flapping = with_names(&[OPEN], |_, asked| if asked % 2 == 0 { vec!["127.0.0.2"] } else { vec!["127.0.0.1"] });
    for _ in 0..4 {
        assert_eq!(fetch(&flapping, &open.at("flapping.test")).await.unwrap(), b"open");
        refused(fetch(&flapping, &private.at("flapping.test")).await, "leads to flapping.test");
    }
    // Good and bad addresses in one answer: only the good ones are tried, also when nobody listens there.
    for bad in ["127.0.0.1", "::ffff:127.0.0.1", "0.0.0.0", "169.254.169.254"] {
        for good in ["127.0.0.2", "127.0.0.3"] {
            for mixture in [[bad, good], [good, bad]] {
                let mixed = with_names(&["127.0.0.2/31"], move |_, _| mixture.to_vec());
                match good {
                    "127.0.0.2" => assert_eq!(fetch(&mixed, &open.at("mixed.test")).await.unwrap(), b"open"),
                    _ => unreached(fetch(&mixed, &private.at("mixed.test")).await, "mixed.test takes no connections"),
                }
            }
        }
    }
    assert_eq!(private.connections(), 0);
}

#[tokio::test]
async fn names_that_lead_nowhere() {
    refused(
        fetch(&with_names(&[], |_, _| vec![]), "http://nowhere.test/secret").await,
        "leads to nowhere.test, where no public address",
    );
    let failing = Arc::new(|_| Box::pin(async { Err(io::ErrorKind::Other.into()) }) as _);
    let failing = Fetcher::with_lookup(&settings(&[]), failing);
    refused(fetch(&failing, "http://failing.test/secret").await, "leads to failing.test, where no public address");
    let long = "a.".repeat(400);
    let fault = fetch(&with_names(&[], |_, _| vec!["10.0.0.1"]), &format!("http://{long}")).await.unwrap_err();
    assert!(fault.to_string().len() < 300, "{fault}");
    assert!(!fault.to_string().contains("10.0.0.1"));
}

#[tokio::test]
async fn lookups_that_hang_hold_a_bounded_number_of_places() {
    static STARTED: AtomicUsize = AtomicUsize::new(0);
    let hanging: Lookup = Arc::new(|_| {
        STARTED.fetch_add(1, Ordering::SeqCst);
        Box::pin(std::future::pending())
    });
    let fetcher = Fetcher::with_lookup(&settings(&[]), hanging);
    let soon = Patience::Whole(Duration::from_millis(300));
    let all = (0..100).map(|_| fetch_for(&fetcher, "http://hanging.test/secret", soon));
    for outcome in futures_util::future::join_all(all).await {
        assert!(matches!(outcome, Err(Fault::TooSlow(_))), "{outcome:?}");
    }
    assert_eq!(STARTED.load(Ordering::SeqCst), 64);
}
