//! Certificates are checked, against what the machine trusts.

use std::io::Write;
use std::process::Command;

use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, crypto::aws_lc_rs};

use super::*;

/// What this machine trusts is found once in a process, by its environment: this test runs itself anew in other ones.
#[test]
fn https_is_checked() {
    const ROLE: &str = "FLOWFORGE_TEST_CERTIFICATES";
    const NAME: &str = "files::fetch::tests::https::https_is_checked";
    if let Some(role) = crate::settings::variable(ROLE) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        return runtime.block_on(https(role == "trusted"));
    }
    let mut authority = tempfile::NamedTempFile::new().unwrap();
    authority.write_all(include_bytes!("tls/authority.pem")).unwrap();
    for (role, file) in [("trusted", authority.path()), ("none", "/nowhere".as_ref())] {
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", NAME])
            .env(ROLE, role)
            .env("SSL_CERT_FILE", file)
            .env("SSL_CERT_DIR", "/nowhere")
            // A proxy of the environment would connect in our place, to wherever it is told.
            .envs(
                ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"]
                    .map(|name| (name, "http://127.0.0.1:1")),
            )
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("1 passed"), "{role}: {text}");
    }
}

async fn https(trusted: bool) {
    // Made once, for files.test, by an authority whose key is gone; valid from 2020 to 2120.
    let certificate = CertificateDer::from_pem_slice(include_bytes!("tls/server.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("tls/server.key")).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let tls = TlsAcceptor::from(Arc::new(config));
    let plain = Server::answering(OPEN, ok("", "by http")).await;
    let to_plain = plain.url();
    let server = Server::start_with(OPEN, Some(tls), move |head| {
        Reply::All(if head.starts_with("GET /down") { moved(&to_plain) } else { ok("", "by https") })
    })
    .await;
    let fetcher = with_names(&[OPEN], |_, _| vec!["127.0.0.2"]);
    let port = server.address.port();
    assert_eq!(fetch(&fetcher, &plain.url()).await.unwrap(), b"by http");
    let outcome = fetch(&fetcher, &format!("https://files.test:{port}/secret")).await;
    if !trusted {
        return unreached(outcome, "no certificates to check https with");
    }
    assert_eq!(outcome.unwrap(), b"by https");
    refused(fetch(&fetcher, &format!("https://files.test:{port}/down")).await, "from https to plain http");
    for host in ["other.test", OPEN] {
        let outcome = fetch(&fetcher, &format!("https://{host}:{port}/secret")).await;
        unreached(outcome, "certificate is not valid");
    }
    let no_tls = TcpListener::bind((OPEN, 0)).await.unwrap();
    let url = format!("https://files.test:{}/secret", no_tls.local_addr().unwrap().port());
    tokio::spawn(async move {
        let (mut stream, _) = no_tls.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    });
    unreached(fetch(&fetcher, &url).await, "certificate is not valid");
}
