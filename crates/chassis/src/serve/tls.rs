//! TLS for a listener of its own, where no proxy speaks it: TLS 1.2 and 1.3, HTTP/2 by ALPN.
//!
//! Certificate and key are read again when their files change, as certbot and its like leave them, and on SIGHUP. What
//! cannot be read then is logged, and the certificate that was there goes on: a half-written file turns nobody away.

use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;

/// Time a handshake has.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(10);

/// A certificate and its key, as they are in their files.
pub struct Tls {
    certificate: PathBuf,
    key: PathBuf,
    acceptor: RwLock<TlsAcceptor>,
    changed: Mutex<Changed>,
}

/// When the files last changed.
type Changed = [Option<SystemTime>; 2];

impl Tls {
    /// Reads a certificate chain and its private key, both PEM.
    ///
    /// # Errors
    /// With the file in the text, when it cannot be read, or when the two do not belong together.
    pub fn read(certificate: &Path, key: &Path) -> Result<Arc<Self>, String> {
        Ok(Arc::new(Self {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
            acceptor: RwLock::new(acceptor(certificate, key)?),
            changed: Mutex::new(changed(certificate, key)),
        }))
    }

    /// Reads both files again; when that fails, the old certificate stays.
    ///
    /// # Errors
    /// As [`Tls::read`].
    pub fn reload(&self) -> Result<(), String> {
        let acceptor = acceptor(&self.certificate, &self.key)?;
        *self.acceptor.write().unwrap_or_else(PoisonError::into_inner) = acceptor;
        tracing::info!(certificate = %self.certificate.display(), "the certificate was read");
        Ok(())
    }

    /// Reads the files again whenever they change. Runs until it is dropped.
    pub async fn watch(self: Arc<Self>) {
        loop {
            tokio::time::sleep(LOOK).await;
            let now = changed(&self.certificate, &self.key);
            let before = std::mem::replace(&mut *self.changed.lock().unwrap_or_else(PoisonError::into_inner), now);
            if now != before
                && let Err(problem) = self.reload()
            {
                tracing::error!(problem, "the certificate that was there goes on");
            }
        }
    }

    /// Shakes hands; nothing when that fails or takes too long.
    pub(super) async fn accept(&self, stream: TcpStream) -> Option<Line> {
        let acceptor = self.acceptor.read().unwrap_or_else(PoisonError::into_inner).clone();
        let accepted = timeout(HANDSHAKE, acceptor.accept(stream)).await.ok()?.ok()?;
        Some(Line::Tls(Box::new(accepted)))
    }
}

fn changed(certificate: &Path, key: &Path) -> Changed {
    [certificate, key].map(|file| std::fs::metadata(file).and_then(|data| data.modified()).ok())
}

fn acceptor(certificate: &Path, key: &Path) -> Result<TlsAcceptor, String> {
    let problem = |file: &Path, what: &str| format!("{}: {what}", file.display());
    let chain: Result<Vec<_>, _> =
        CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let chain = chain.map_err(|error| problem(certificate, &error.to_string()))?;
    if chain.is_empty() {
        return Err(problem(certificate, "holds no certificate: write it as PEM, the server's own first"));
    }
    // The library's own words could quote the key.
    let private = PrivateKeyDer::from_pem_file(key)
        .map_err(|_| problem(key, "cannot be read as a private key: write it as PEM, without a passphrase"))?;
    let builder = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(|error| error.to_string())?;
    let config = builder.with_no_client_auth().with_single_cert(chain, private);
    let mut config = config.map_err(|error| problem(certificate, &format!("does not go with its key: {error}")))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// A connection, in the clear or not.
pub(super) enum Line {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl AsyncRead for Line {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Line {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write_vectored(context, slices),
            Self::Tls(stream) => Pin::new(stream).poll_write_vectored(context, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Plain(stream) => stream.is_write_vectored(),
            Self::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(context),
            Self::Tls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
