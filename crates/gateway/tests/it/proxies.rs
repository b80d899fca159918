//! Behind proxies: whose budget a stranger's request is charged to. These need a connection, which has another end.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use chassis::{Clock, Listener, Runtime, Settings, Signals, serve};
use gateway::{Contract, GatewaySettings};

use crate::{app, variables};

const CONTRACT: &str = "_format_version: '3.0'\nservices: [{name: echo, url: 'http://echo:1', routes: [{name: r, paths: [/]}]}]\n\
    plugins: [{name: rate-limiting, config: {minute: 1, limit_by: ip}}]";

/// A gateway on a port of loopback, for as long as the tests run.
fn listening(settings: GatewaySettings) -> SocketAddr {
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let contract = Contract::read(CONTRACT, &variables).unwrap().trusting(&settings);
            let shared = Runtime::new(Settings::default(), Clock::manual(1_767_268_800_000)).unwrap();
            let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), app(contract, &shared)).await.unwrap();
            tell.send(listener.address().unwrap()).unwrap();
            serve(vec![listener], shared, Signals::listen()).await;
        });
    });
    told.recv().unwrap()
}

fn status(gateway: SocketAddr, headers: &str) -> u16 {
    let mut stream = TcpStream::connect(gateway).unwrap();
    write!(stream, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{headers}\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

#[test]
fn strangers_behind_a_trusted_proxy_have_budgets_of_their_own() {
    let trusted_ips = vec!["127.0.0.0/8".parse().unwrap()];
    let gateway = listening(GatewaySettings { trusted_ips: trusted_ips.clone(), ..GatewaySettings::default() });
    for (headers, expected) in [
        ("X-Real-IP: 1.1.1.1\r\n", 200),
        ("X-Real-IP: 2.2.2.2\r\n", 200),
        ("X-Real-IP: 1.1.1.1\r\nX-Forwarded-For: 3.3.3.3\r\n", 429),
        ("X-Real-IP: 2001:db8::1\r\n", 200),
        ("X-Real-IP: 2001:db8::2\r\n", 429),
        ("", 200),
        ("X-Real-IP: nobody\r\n", 429),
    ] {
        assert_eq!(status(gateway, headers), expected, "{headers}");
    }
    let real_ip_header = "x-forwarded-for".parse().unwrap();
    let gateway = listening(GatewaySettings { trusted_ips, real_ip_header, real_ip_recursive: true });
    for (headers, expected) in [
        ("X-Forwarded-For: 1.1.1.1\r\n", 200),
        ("X-Forwarded-For: 7.7.7.7, 1.1.1.1, 127.0.0.9\r\n", 429),
        ("X-Forwarded-For: 7.7.7.7\r\nX-Real-IP: 1.1.1.1\r\n", 200),
    ] {
        assert_eq!(status(gateway, headers), expected, "{headers}");
    }
}

#[test]
fn whoever_is_not_trusted_opens_no_budget_by_a_header() {
    let elsewhere = vec!["10.0.0.0/8".parse().unwrap()];
    for settings in
        [GatewaySettings::default(), GatewaySettings { trusted_ips: elsewhere, ..GatewaySettings::default() }]
    {
        let gateway = listening(settings);
        assert_eq!(status(gateway, "X-Real-IP: 1.1.1.1\r\n"), 200);
        assert_eq!(status(gateway, "X-Real-IP: 2.2.2.2\r\nX-Forwarded-For: 3.3.3.3\r\n"), 429);
    }
}
