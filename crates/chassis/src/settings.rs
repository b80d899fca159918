//! Settings: the one file that reads the environment. `flowforge --help` shows every key, its variable and default.

use std::convert::Infallible;
use std::ffi::OsStr;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Args, Command, Parser};
use ipnet::IpNet;
use object_store::aws::AmazonS3Builder;
use tracing::level_filters::LevelFilter;

/// Everything that can be set, by flag or environment variable.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// Address the gateway answers on.
    #[arg(global = true, long, env = "FLOWFORGE_LISTEN", default_value = "127.0.0.1:8000", value_name = "ADDRESS")]
    pub listen: SocketAddr,

    /// Address of the metrics; keep it on loopback.
    #[arg(
        global = true,
        long,
        env = "FLOWFORGE_STATUS_LISTEN",
        default_value = "127.0.0.1:8100",
        value_name = "ADDRESS"
    )]
    pub status_listen: SocketAddr,

    /// Address a single service answers on [default: 127.0.0.1 and the port in kong.yml]
    #[arg(global = true, long, env = "FLOWFORGE_SERVICE_LISTEN", value_name = "ADDRESS")]
    pub service_listen: Option<SocketAddr>,

    /// The gateway contract [default: ./kong.yml, else the built-in copy]
    #[arg(global = true, long, env = "FLOWFORGE_KONG", value_name = "FILE")]
    pub kong: Option<PathBuf>,

    /// Services that run elsewhere, as `pdf-service=http://10.0.0.7:3003`, with commas between.
    #[arg(global = true, long, env = "FLOWFORGE_UPSTREAMS", value_delimiter = ',', value_name = "NAME=URL")]
    pub upstreams: Vec<Upstream>,

    /// Secret by which services recognise their gateway; without it they trust no `X-Consumer-*` header.
    #[arg(
        global = true,
        long,
        env = "FLOWFORGE_GATEWAY_SECRET",
        hide_env_values = true,
        value_name = "SECRET",
        value_parser = Strong
    )]
    pub gateway_secret: Option<Hidden>,

    /// Serve the demo keys on an address others can reach.
    #[arg(global = true, long, env = "FLOWFORGE_ALLOW_DEMO")]
    pub allow_demo: bool,

    /// Log level: off, error, warn, info, debug or trace.
    #[arg(global = true, long, env = "FLOWFORGE_LOG", default_value = "info", value_name = "LEVEL")]
    pub log: LevelFilter,

    /// Leave out the access log (one line a request).
    #[arg(global = true, long, env = "FLOWFORGE_NO_ACCESS_LOG")]
    pub no_access_log: bool,

    /// Largest JSON or form body.
    #[arg(global = true, long, env = "FLOWFORGE_JSON_LIMIT", default_value = "10MB", value_name = "SIZE")]
    pub json_limit: Size,

    /// Memory for bodies in flight, all together; past it, requests are answered 503.
    #[arg(global = true, long, env = "FLOWFORGE_BODY_MEMORY", default_value = "512MB", value_name = "SIZE")]
    pub body_memory: Size,

    /// Memory for answers in flight, all together; past it, requests are answered 503.
    #[arg(global = true, long, env = "FLOWFORGE_ANSWER_MEMORY", default_value = "256MB", value_name = "SIZE")]
    pub answer_memory: Size,

    /// Memory for what requests are decoded to in this process (pixels), all together; past it, they wait, and are
    /// answered 503.
    #[arg(global = true, long, env = "FLOWFORGE_DECODED_MEMORY", default_value = "2GB", value_name = "SIZE")]
    pub decoded_memory: Size,

    /// Largest single file of a request, however it comes.
    #[arg(global = true, long, env = "FLOWFORGE_FILE_LIMIT", default_value = "50MB", value_name = "SIZE")]
    pub file_limit: Size,

    /// All files of a request together.
    #[arg(global = true, long, env = "FLOWFORGE_FILES_LIMIT", default_value = "100MB", value_name = "SIZE")]
    pub files_limit: Size,

    /// Largest body of a stream, after inflation.
    #[arg(global = true, long, env = "FLOWFORGE_STREAM_LIMIT", default_value = "1GB", value_name = "SIZE")]
    pub stream_limit: Size,

    /// Streams at once; past it, they are answered 503.
    #[arg(global = true, long, env = "FLOWFORGE_STREAMS", default_value = "64", value_name = "NUMBER")]
    pub streams: usize,

    /// Time a stream may stand still, in either direction.
    #[arg(global = true, long, env = "FLOWFORGE_STREAM_IDLE", default_value = "30s", value_name = "TIME")]
    pub stream_idle: Span,

    /// Items of one batch.
    #[arg(global = true, long, env = "FLOWFORGE_BATCH", default_value = "100", value_name = "NUMBER")]
    pub batch: usize,

    /// Time a file given by URL may take to arrive.
    #[arg(global = true, long, env = "FLOWFORGE_FETCH_TIME", default_value = "10s", value_name = "TIME")]
    pub fetch_time: Span,

    /// Hosts and networks of your own that URLs may lead to, as `files.lan,10.1.0.0/16`; without it only public
    /// addresses. Metadata services stay closed.
    #[arg(global = true, long, env = "FLOWFORGE_FETCH_ALLOW", value_delimiter = ',', value_name = "HOST|CIDR")]
    pub fetch_allow: Vec<Allowed>,

    /// Where results and uploads are kept until they expire: a folder, or `s3://bucket/prefix` with the usual `AWS_*`
    /// variables [default: flowforge/files in the user's cache folder]
    #[arg(global = true, long, env = "FLOWFORGE_STORE", value_name = "FOLDER|S3")]
    pub store: Option<String>,

    /// Where services keep what is to last: models, collections [default: flowforge in the user's data folder]
    #[arg(global = true, long, env = "FLOWFORGE_DATA", value_name = "FOLDER")]
    pub data: Option<PathBuf>,

    /// Room that stays free on the disk of the data; past it, no more is taken.
    #[arg(global = true, long, env = "FLOWFORGE_DATA_RESERVE", default_value = "512MB", value_name = "SIZE")]
    pub data_reserve: Size,

    /// Time files are kept.
    #[arg(global = true, long, env = "FLOWFORGE_STORE_TIME", default_value = "60m", value_name = "TIME")]
    pub store_time: Span,

    /// All files kept together; past it, no more are taken until some expire.
    #[arg(global = true, long, env = "FLOWFORGE_STORE_LIMIT", default_value = "10GB", value_name = "SIZE")]
    pub store_limit: Size,

    /// The address the gateway is reached at from outside: links to files start with it [default: http://LISTEN]
    #[arg(global = true, long, env = "FLOWFORGE_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,

    /// Secret that signs links to files [default: made by chance and kept in the store]
    #[arg(
        global = true,
        long,
        env = "FLOWFORGE_LINK_SECRET",
        hide_env_values = true,
        value_name = "SECRET",
        value_parser = Strong
    )]
    pub link_secret: Option<Hidden>,

    /// Memory for cached answers.
    #[arg(global = true, long, env = "FLOWFORGE_CACHE_MEMORY", default_value = "64MB", value_name = "SIZE")]
    pub cache_memory: Size,

    /// Redis for the cache of several processes, as `redis://host:6379` (`rediss://` with TLS, several with commas for
    /// a cluster); without it the cache is in memory.
    #[arg(global = true, long, env = "FLOWFORGE_REDIS", hide_env_values = true, value_name = "URL")]
    pub redis: Option<Hidden>,

    /// Worker processes at once [default: the number of cores]
    #[arg(global = true, long, env = "FLOWFORGE_WORKERS", value_name = "NUMBER")]
    pub workers: Option<usize>,

    /// Memory of one worker process.
    #[arg(global = true, long, env = "FLOWFORGE_WORKER_MEMORY", default_value = "1GB", value_name = "SIZE")]
    pub worker_memory: Size,

    /// The program that worker processes run [default: this one]
    #[arg(global = true, long, env = "FLOWFORGE_WORKER_PROGRAM", value_name = "FILE")]
    pub worker_program: Option<PathBuf>,

    /// Time a request has from its head to its answer.
    #[arg(global = true, long, env = "FLOWFORGE_DEADLINE", default_value = "25s", value_name = "TIME")]
    pub deadline: Span,

    /// Time a connection may be silent: between requests, and from the first to the last byte of a head.
    #[arg(global = true, long, env = "FLOWFORGE_IDLE", default_value = "60s", value_name = "TIME")]
    pub idle: Span,

    /// Threads that compute [default: the number of cores]
    #[arg(global = true, long, env = "FLOWFORGE_COMPUTE_THREADS", value_name = "NUMBER")]
    pub compute_threads: Option<usize>,

    /// Calls that may wait for a compute thread.
    #[arg(global = true, long, env = "FLOWFORGE_COMPUTE_QUEUE", default_value = "1024", value_name = "NUMBER")]
    pub compute_queue: usize,

    /// Connections a listener holds at once.
    #[arg(global = true, long, env = "FLOWFORGE_CONNECTIONS", default_value = "16384", value_name = "NUMBER")]
    pub connections: usize,

    /// The certificate chain (PEM) of the gateway's own TLS, for those without a proxy that speaks it; read again when it
    /// changes.
    #[arg(global = true, long, env = "FLOWFORGE_TLS_CERTIFICATE", value_name = "FILE", requires = "tls_key")]
    pub tls_certificate: Option<PathBuf>,

    /// The private key (PEM) of that certificate.
    #[arg(global = true, long, env = "FLOWFORGE_TLS_KEY", value_name = "FILE", requires = "tls_certificate")]
    pub tls_key: Option<PathBuf>,

    /// After a signal to stop: time during which readiness is off but new requests are still answered, each with
    /// `Connection: close`.
    #[arg(global = true, long, env = "FLOWFORGE_DRAIN", default_value = "1s", value_name = "TIME")]
    pub drain: Span,

    /// After that: time requests in flight get to end.
    #[arg(global = true, long, env = "FLOWFORGE_SHUTDOWN", default_value = "30s", value_name = "TIME")]
    pub shutdown: Span,
}

impl Default for Settings {
    /// The defaults alone, without flags and environment.
    fn default() -> Self {
        #[derive(Parser)]
        struct Defaults {
            #[command(flatten)]
            settings: Settings,
        }
        let command = <Defaults as clap::CommandFactory>::command().mut_args(|arg| arg.env(None::<&str>));
        let matches = command.get_matches_from(["defaults"]);
        <Defaults as clap::FromArgMatches>::from_arg_matches(&matches).expect("the defaults are valid").settings
    }
}

/// The value of a variable that `kong.yml` names as `${NAME}`.
#[must_use]
pub fn variable(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "this is the one file that reads the environment")]
    std::env::var(name).ok()
}

/// The user's own folder for what can be made again (XDG Base Directory Specification), when there is one.
pub(crate) fn cache_folder() -> Option<PathBuf> {
    let absolute = |name| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")))
}

/// The user's own folder for what is to last (XDG Base Directory Specification), when there is one.
pub(crate) fn data_folder() -> Option<PathBuf> {
    let absolute = |name| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = absolute("XDG_DATA_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/share")));
    home.map(|home| home.join("flowforge"))
}

/// The folder all users share for what is not kept.
pub(crate) fn temporary_folder() -> PathBuf {
    std::env::temp_dir()
}

/// S3 as the usual `AWS_*` variables describe it.
pub(crate) fn s3() -> AmazonS3Builder {
    AmazonS3Builder::from_env()
}

/// A service that is another process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    /// Its name in `kong.yml`.
    pub service: String,
    /// `http://host:port`.
    pub url: String,
}

impl FromStr for Upstream {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((service, url)) if url.starts_with("http://") => {
                Ok(Self { service: service.to_owned(), url: url.trim_end_matches('/').to_owned() })
            }
            _ => Err("write it as NAME=http://host:port".to_owned()),
        }
    }
}

/// A host or network that URLs may lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allowed {
    /// A host by name, with whatever addresses it has.
    Host(String),
    /// Addresses.
    Network(IpNet),
}

impl FromStr for Allowed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self::Network(address.into()));
        }
        if text.contains('/') {
            return text.parse().map(Self::Network).map_err(|_| "write a network as 10.1.0.0/16".to_owned());
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if text.is_empty() || !text.chars().all(plain) {
            return Err("write a host as files.lan, without scheme, port or path".to_owned());
        }
        Ok(Self::Host(text.to_ascii_lowercase()))
    }
}

/// A secret setting: usable, not printable.
#[derive(Clone)]
pub struct Hidden(String);

impl Hidden {
    /// A secret that cannot be guessed.
    fn strong(text: &str) -> Result<Self, String> {
        if text.len() < 16 || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("needs at least 16 printable characters without spaces".to_owned());
        }
        Ok(Self(text.to_owned()))
    }

    /// The secret itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl FromStr for Hidden {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("hidden")
    }
}

/// Reads a secret that cannot be guessed. clap itself shows the value it refuses, and what is shown ends up in a journal.
#[derive(Clone)]
struct Strong;

impl TypedValueParser for Strong {
    type Value = Hidden;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<Hidden, clap::Error> {
        Hidden::strong(&value.to_string_lossy()).map_err(|why| {
            let name = arg.and_then(Arg::get_long).unwrap_or_default();
            clap::Error::raw(ErrorKind::ValueValidation, format!("--{name} {why}\n")).with_cmd(command)
        })
    }
}

/// A number of bytes, written `512`, `64KB`, `10MB` or `1GB` (powers of 1024).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size(pub usize);

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (digits, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
        let factor: usize = match unit.trim().to_ascii_uppercase().as_str() {
            "" | "B" => 1,
            "KB" => 1 << 10,
            "MB" => 1 << 20,
            "GB" => 1 << 30,
            _ => return Err("write it as 512, 64KB, 10MB or 1GB".to_owned()),
        };
        let size = digits.parse::<usize>().ok().and_then(|number| number.checked_mul(factor));
        size.map(Self).ok_or_else(|| "is not a number of bytes".to_owned())
    }
}

impl std::fmt::Display for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            bytes if bytes >= 1 << 20 && bytes % (1 << 20) == 0 => write!(f, "{} MB", bytes >> 20),
            bytes if bytes >= 1 << 10 && bytes % (1 << 10) == 0 => write!(f, "{} KB", bytes >> 10),
            bytes => write!(f, "{bytes} bytes"),
        }
    }
}

/// A length of time, written `250ms`, `25s` or `2m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span(pub Duration);

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (digits, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
        let number = digits.parse::<u32>().map_err(|_| "is not a length of time".to_owned())?;
        match unit.trim() {
            "ms" => Ok(Self(Duration::from_millis(u64::from(number)))),
            "s" => Ok(Self(Duration::from_secs(u64::from(number)))),
            "m" => Ok(Self(Duration::from_secs(u64::from(number) * 60))),
            _ => Err("write it as 250ms, 25s or 2m".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_are_read_and_shown() {
        assert_eq!("10MB".parse(), Ok(Size(10 << 20)));
        assert_eq!("64kb".parse(), Ok(Size(64 << 10)));
        assert_eq!(Size(10 << 20).to_string(), "10 MB");
        assert_eq!("250ms".parse(), Ok(Span(Duration::from_millis(250))));
        assert!("10XB".parse::<Size>().is_err() && "99999999999999GB".parse::<Size>().is_err());
        assert!("5".parse::<Span>().is_err());
    }

    #[test]
    fn a_secret_is_never_shown() {
        let secret = Hidden::strong("0123456789abcdefgh").unwrap();
        assert!(!format!("{secret:?}").contains("0123"));
        assert!(Hidden::strong("short").is_err() && Hidden::strong("with spaces in between").is_err());
    }

    #[test]
    fn hosts_and_networks_are_told_apart() {
        assert_eq!("Files.lan".parse(), Ok(Allowed::Host("files.lan".into())));
        assert_eq!("10.1.0.0/16".parse(), Ok(Allowed::Network("10.1.0.0/16".parse().unwrap())));
        assert_eq!("::1".parse(), Ok(Allowed::Network("::1/128".parse().unwrap())));
        for wrong in ["", "http://files.lan", "files.lan:80", "10.1.0.0/99", "*"] {
            assert!(wrong.parse::<Allowed>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn defaults_are_those_of_the_design() {
        let settings = Settings::default();
        assert_eq!(settings.listen.port(), 8000);
        assert_eq!(settings.json_limit, Size(10 << 20));
        assert_eq!(settings.deadline, Span(Duration::from_secs(25)));
    }
}
