//! Settings: the one file that reads the environment. `flowforge --help` shows every key, its variable and default.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::{Args, Parser};
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
    #[arg(global = true, long, env = "FLOWFORGE_GATEWAY_SECRET", hide_env_values = true, value_name = "SECRET")]
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

    /// After a signal to stop: time during which readiness is off but new requests are still answered.
    #[arg(global = true, long, env = "FLOWFORGE_DRAIN", default_value = "0s", value_name = "TIME")]
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

/// A secret setting: usable, not printable.
#[derive(Clone)]
pub struct Hidden(String);

impl Hidden {
    /// The secret itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl FromStr for Hidden {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let printable = text.bytes().all(|byte| byte.is_ascii_graphic());
        if text.len() < 16 || !printable {
            return Err("needs at least 16 printable characters without spaces".to_owned());
        }
        Ok(Self(text.to_owned()))
    }
}

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("hidden")
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
        let secret: Hidden = "0123456789abcdefgh".parse().unwrap();
        assert!(!format!("{secret:?}").contains("0123"));
    }

    #[test]
    fn defaults_are_those_of_the_design() {
        let settings = Settings::default();
        assert_eq!(settings.listen.port(), 8000);
        assert_eq!(settings.json_limit, Size(10 << 20));
        assert_eq!(settings.deadline, Span(Duration::from_secs(25)));
    }
}
