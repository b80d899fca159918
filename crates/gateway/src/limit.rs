//! The rate-limiting plugin: calendar-aligned fixed windows, as Kong counts them, but exact: a request is admitted and
//! counted in one step, and a refused one is not counted.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use chassis::Window;
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use serde::Deserialize;

use crate::field::{Host, Port, ServerTimeout, Text};
use crate::period::Period;

const SHARDS: usize = 64;
/// Budgets a shard holds before those of past windows are thrown out.
const SWEEP_AT: usize = 1024;
/// Budgets of addresses a shard holds at most (half a million in all); further addresses share one.
const MAX_ADDRESSES: usize = 8192;

/// Whom a budget belongs to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LimitBy {
    #[default]
    Consumer,
    Credential,
    Ip,
    Service,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    second: Option<u64>,
    minute: Option<u64>,
    hour: Option<u64>,
    day: Option<u64>,
    month: Option<u64>,
    year: Option<u64>,
    #[serde(default)]
    limit_by: LimitBy,
    policy: Option<Policy>,
    #[serde(rename = "fault_tolerant")]
    _fault_tolerant: Option<bool>,
    #[serde(default)]
    hide_client_headers: bool,
    redis: Option<Redis>,
    #[serde(rename = "sync_rate")]
    _sync_rate: Option<f64>,
}

/// Where Kong counts; not used here yet.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Redis {
    host: Option<Text<Host>>,
    #[serde(rename = "port")]
    _port: Option<Port>,
    #[serde(rename = "timeout")]
    _timeout: Option<ServerTimeout>,
    #[serde(rename = "username")]
    _username: Option<Text>,
    #[serde(rename = "password")]
    _password: Option<Text>,
    #[serde(rename = "database")]
    _database: Option<i64>,
    #[serde(rename = "ssl")]
    _ssl: Option<bool>,
    #[serde(rename = "ssl_verify")]
    _ssl_verify: Option<bool>,
    #[serde(rename = "server_name")]
    _server_name: Option<Text<Host>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Policy {
    Local,
    Redis,
}

/// The limits of one plugin instance.
#[derive(Debug)]
pub(crate) struct RateLimiting {
    pub(crate) limits: Vec<Limit>,
    pub(crate) by: LimitBy,
    pub(crate) hide_headers: bool,
    /// Whether counting is asked to be shared, which is not done yet.
    pub(crate) wants_redis: bool,
}

/// Requests allowed in one window.
#[derive(Debug)]
pub(crate) struct Limit {
    pub(crate) period: Period,
    pub(crate) requests: u64,
    names: [HeaderName; 2],
    value: HeaderValue,
}

impl RateLimiting {
    pub(crate) fn new(config: &Config) -> Result<Self, String> {
        let given = [config.second, config.minute, config.hour, config.day, config.month, config.year];
        let mut limits: Vec<Limit> = Vec::new();
        for (period, requests) in Period::ALL.into_iter().zip(given) {
            let Some(requests) = requests else { continue };
            if requests == 0 {
                return Err(format!("config.{}: must be greater than 0", period.name()));
            }
            if let Some(shorter) = limits.last().filter(|shorter| shorter.requests > requests) {
                let (longer, shorter) = (period.name(), shorter.period.name());
                return Err(format!("config: the limit of {longer} is lower than that of {shorter}"));
            }
            limits.push(Limit { period, requests, names: period.headers(), value: requests.into() });
        }
        if limits.is_empty() {
            return Err("config: needs a limit, such as minute: 100".into());
        }
        let wants_redis = config.policy == Some(Policy::Redis);
        if wants_redis && config.redis.as_ref().is_none_or(|redis| redis.host.is_none()) {
            return Err("config.redis.host: is needed for the policy redis".into());
        }
        Ok(Self { limits, by: config.limit_by, hide_headers: config.hide_client_headers, wants_redis })
    }
}

/// Whose budget is charged, when it is not a consumer's.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Identifier {
    Key([u8; 32]),
    Ip(Option<IpAddr>),
    Service(u64),
}

/// The address whose budget is charged: of IPv6 the network of 64 bits that one subscriber has.
pub(crate) fn budget_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(mapped) => mapped.into(),
            None => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        },
        IpAddr::V4(_) => address,
    }
}

/// What the counters say.
#[derive(Debug)]
pub(crate) struct Verdict {
    pub(crate) admitted: bool,
    pub(crate) windows: Vec<Window>,
}

/// The tightest window: least remaining, and of equals the longer one.
pub(crate) fn tightest(windows: &[Window]) -> Option<&Window> {
    windows.iter().rev().min_by_key(|window| window.remaining)
}

/// A number as a header: without an allocation up to 99, and with one beyond.
fn number(value: u64) -> HeaderValue {
    const PAIRS: &str = "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748\
        4950515253545556575859606162636465666768697071727374757677787980818283848586878889909192939495969798\
        99";
    if let Ok(small) = usize::try_from(value)
        && small < 100
    {
        return HeaderValue::from_static(&PAIRS[2 * small + usize::from(small < 10)..2 * small + 2]);
    }
    let mut digits = [0; 20];
    let mut start = digits.len();
    let mut rest = value;
    while rest > 0 {
        start -= 1;
        digits[start] = b"0123456789"[usize::try_from(rest % 10).unwrap_or_default()];
        rest /= 10;
    }
    HeaderValue::from_maybe_shared(Bytes::copy_from_slice(&digits[start..])).expect("digits are a header value")
}

/// Requests counted in one window of one budget.
struct Count {
    start: i64,
    end: i64,
    used: u64,
    /// When it began to count, by a clock that never steps.
    opened: Instant,
}

impl Count {
    /// Starts anew in the window that begins at `start`, if it is another one. A clock that steps back opens none: the
    /// count stands until its window is over, by the clock or by the time that passed (the clock may have been far ahead).
    fn enter(&mut self, (start, end): (i64, i64)) {
        if start == self.start {
            return;
        }
        let length = Duration::from_secs((self.end - self.start).unsigned_abs());
        if start > self.start || self.opened.elapsed() >= length {
            *self = Self { start, end, used: 0, opened: Instant::now() };
        }
    }
}

struct Shard {
    budgets: HashMap<(u64, Identifier), Vec<Count>>,
    sweep_at: usize,
    swept: i64,
}

impl Shard {
    /// Throws out the budgets of past windows when there are many: the next time later, if most were still in use, and
    /// at most once a second.
    fn sweep(&mut self, now: i64) {
        if self.budgets.len() < self.sweep_at || self.swept == now {
            return;
        }
        self.swept = now;
        self.budgets.retain(|_, counts| counts.iter().any(|count| count.end > now));
        self.sweep_at = (self.budgets.len() * 2).clamp(SWEEP_AT, MAX_ADDRESSES);
    }
}

/// The budgets of one consumer, by plugin instance.
type Budgets = Vec<(u64, Vec<Count>)>;

/// The counters of all budgets. Those of consumers lie ready by number; strangers come and go.
pub(crate) struct Counters {
    consumers: Vec<Arc<Mutex<Budgets>>>,
    /// The ids the consumers have in the contract.
    ids: Vec<String>,
    strangers: Arc<Strangers>,
}

/// The budgets of whoever is no consumer.
struct Strangers {
    shards: Vec<Mutex<Shard>>,
    hasher: RandomState,
}

impl Counters {
    pub(crate) fn new(ids: impl IntoIterator<Item = String>) -> Self {
        let shard = || Mutex::new(Shard { budgets: HashMap::new(), sweep_at: SWEEP_AT, swept: 0 });
        let ids: Vec<String> = ids.into_iter().collect();
        let strangers = Strangers { shards: (0..SHARDS).map(|_| shard()).collect(), hasher: RandomState::new() };
        Self { consumers: ids.iter().map(|_| Arc::default()).collect(), ids, strangers: Arc::new(strangers) }
    }

    /// The counters of a contract that takes the place of another: who was known goes on with what is left.
    pub(crate) fn after(before: &Self, ids: impl IntoIterator<Item = String>) -> Self {
        let known: HashMap<&str, &Arc<Mutex<Budgets>>> =
            before.ids.iter().map(String::as_str).zip(&before.consumers).collect();
        let ids: Vec<String> = ids.into_iter().collect();
        let consumers =
            ids.iter().map(|id| known.get(id.as_str()).map_or_else(Arc::default, |known| Arc::clone(known)));
        Self { consumers: consumers.collect(), ids, strangers: before.strangers.clone() }
    }

    /// Admits and counts a request of a consumer, or refuses it and does not.
    pub(crate) fn charge_consumer(
        &self,
        instance: u64,
        consumer: usize,
        plugin: &RateLimiting,
        now: Timestamp,
    ) -> Verdict {
        let mut budgets = self.consumers[consumer].lock().unwrap_or_else(PoisonError::into_inner);
        let index = budgets.iter().position(|(known, _)| *known == instance).unwrap_or_else(|| {
            budgets.push((instance, plugin.new_counts()));
            budgets.len() - 1
        });
        plugin.count(&mut budgets[index].1, now)
    }

    /// The same for whoever is no consumer.
    pub(crate) fn charge(
        &self,
        instance: u64,
        identifier: Identifier,
        plugin: &RateLimiting,
        now: Timestamp,
    ) -> Verdict {
        let mut key = (instance, identifier);
        let index = usize::try_from(self.strangers.hasher.hash_one(&key) % SHARDS as u64).unwrap_or_default();
        let mut shard = self.strangers.shards[index].lock().unwrap_or_else(PoisonError::into_inner);
        let crowded = shard.budgets.len() >= shard.sweep_at;
        if crowded && !shard.budgets.contains_key(&key) {
            shard.sweep(now.as_second());
            if matches!(key.1, Identifier::Ip(_)) && shard.budgets.len() >= MAX_ADDRESSES {
                key.1 = Identifier::Ip(None);
            }
        }
        plugin.count(shard.budgets.entry(key).or_insert_with(|| plugin.new_counts()), now)
    }
}

impl RateLimiting {
    /// The headers Kong would send.
    pub(crate) fn tell(&self, windows: &[Window], answer: &mut HeaderMap) {
        const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
        const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
        const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");
        let Some(tightest) = tightest(windows) else { return };
        for (limit, window) in self.limits.iter().zip(windows) {
            let [limit_name, remaining_name] = &limit.names;
            let remaining = number(window.remaining);
            if window.period == tightest.period {
                answer.insert(LIMIT, limit.value.clone());
                answer.insert(REMAINING, remaining.clone());
                answer.insert(RESET, number(window.reset_seconds));
            }
            answer.insert(limit_name, limit.value.clone());
            answer.insert(remaining_name, remaining);
        }
    }

    fn new_counts(&self) -> Vec<Count> {
        let never = || Count { start: i64::MIN, end: i64::MIN, used: 0, opened: Instant::now() };
        self.limits.iter().map(|_| never()).collect()
    }

    /// Admits and counts in one step; the caller holds the budget's lock.
    fn count(&self, counts: &mut [Count], now: Timestamp) -> Verdict {
        for (count, limit) in counts.iter_mut().zip(&self.limits) {
            count.enter(limit.period.window(now));
        }
        let admitted = counts.iter().zip(&self.limits).all(|(count, limit)| count.used < limit.requests);
        if admitted {
            counts.iter_mut().for_each(|count| count.used += 1);
        }
        let window = |(limit, count): (&Limit, &Count)| Window {
            period: limit.period.name(),
            limit: limit.requests,
            remaining: limit.requests - count.used,
            reset_seconds: (count.end - now.as_second()).clamp(1, count.end - count.start).unsigned_abs(),
        };
        Verdict { admitted, windows: self.limits.iter().zip(counts.iter()).map(window).collect() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn plugin(config: Value) -> Result<RateLimiting, String> {
        RateLimiting::new(&serde_json::from_value(config).unwrap())
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn charge(counters: &Counters, plugin: &RateLimiting, now: &str) -> Verdict {
        counters.charge_consumer(0, 1, plugin, at(now))
    }

    #[test]
    fn a_limit_is_exact_and_the_next_window_starts_anew() {
        let (counters, plugin) =
            (Counters::new(["ann", "bob"].map(str::to_owned)), plugin(json!({ "minute": 3, "day": 5 })).unwrap());
        let admitted = |now| (0..10).filter(|_| charge(&counters, &plugin, now).admitted).count();
        assert_eq!(admitted("2026-01-01T10:00:59Z"), 3);
        assert_eq!(admitted("2026-01-01T10:01:00Z"), 2, "the day's limit is the tighter one now");
        assert_eq!(admitted("2026-01-01T10:02:00Z"), 0);
        assert_eq!(admitted("2026-01-02T00:00:00Z"), 3, "refused requests were not counted");
    }

    #[test]
    fn many_at_once_are_admitted_exactly() {
        let (counters, plugin) =
            (Counters::new(["ann", "bob"].map(str::to_owned)), plugin(json!({ "minute": 100 })).unwrap());
        let admitted = std::thread::scope(|scope| {
            let many = || (0..2_500).filter(|_| charge(&counters, &plugin, "2026-01-01T10:00:00Z").admitted).count();
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(many)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum::<usize>()
        });
        assert_eq!(admitted, 100);
    }

    #[test]
    fn headers_tell_of_the_tightest_window() {
        let (counters, plugin) = (
            Counters::new(["ann", "bob"].map(str::to_owned)),
            plugin(json!({ "minute": 2, "hour": 2, "day": 9 })).unwrap(),
        );
        let mut headers = HeaderMap::new();
        plugin.tell(&charge(&counters, &plugin, "2026-01-01T10:30:40Z").windows, &mut headers);
        let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap());
        assert_eq!(header("x-ratelimit-limit-minute"), Some("2"));
        assert_eq!(header("x-ratelimit-remaining-day"), Some("8"));
        assert_eq!(header("ratelimit-remaining"), Some("1"));
        assert_eq!(header("ratelimit-reset"), Some("1760"), "of equals, the hour is the longer");
    }

    #[test]
    fn numbers_are_written_as_they_are() {
        for value in (0..=1_001).chain([65_535, 1_000_000, u64::MAX]) {
            assert_eq!(number(value), value.to_string());
        }
    }

    #[test]
    fn a_clock_that_steps_back_opens_no_fresh_budget() {
        let (counters, plugin) =
            (Counters::new(["ann", "bob"].map(str::to_owned)), plugin(json!({ "minute": 3 })).unwrap());
        let admitted = |now| (0..10).filter(|_| charge(&counters, &plugin, now).admitted).count();
        assert_eq!(admitted("2026-01-01T10:01:00Z"), 3);
        assert_eq!(admitted("2026-01-01T10:00:59Z"), 0, "a second back");
        assert_eq!(charge(&counters, &plugin, "2026-01-01T10:00:59Z").windows[0].reset_seconds, 60);
        assert_eq!(admitted("2025-12-31T10:00:00Z"), 0, "a day back");
        assert_eq!(admitted("2026-01-01T10:01:59Z"), 0, "forth again, to the same window");
        assert_eq!(admitted("2026-01-01T10:02:00Z"), 3, "the next one");
        // The clock was a year ahead, is put right, and a minute passes.
        assert_eq!(admitted("2027-01-01T10:00:00Z"), 3);
        assert_eq!(admitted("2026-01-01T10:03:00Z"), 0);
        counters.consumers[1].lock().unwrap()[0].1[0].opened -= Duration::from_secs(61);
        assert_eq!(admitted("2026-01-01T10:04:00Z"), 3, "nobody is shut out for a year");
    }

    #[test]
    fn a_longer_window_may_not_be_tighter() {
        assert!(plugin(json!({ "minute": 100, "day": 99 })).is_err());
        assert!(plugin(json!({ "minute": 0 })).is_err());
        assert!(plugin(json!({})).is_err());
    }

    #[test]
    fn budgets_of_past_windows_are_thrown_out_and_strangers_bounded() {
        let (counters, plugin) =
            (Counters::new(["ann", "bob"].map(str::to_owned)), plugin(json!({ "minute": 1 })).unwrap());
        let flood = |from: u32, now: &str| {
            for number in from..from + 600_000 {
                let address = IpAddr::from(std::net::Ipv4Addr::from(number));
                counters.charge(0, Identifier::Ip(Some(address)), &plugin, at(now));
            }
        };
        let held = || counters.strangers.shards.iter().map(|shard| shard.lock().unwrap().budgets.len()).sum::<usize>();
        flood(0, "2026-01-01T10:00:00Z");
        assert!(held() <= SHARDS * (MAX_ADDRESSES + 1), "{}", held());
        flood(1_000_000, "2026-01-01T10:01:00Z");
        flood(2_000_000, "2026-01-01T10:02:00Z");
        assert!(held() <= SHARDS * (MAX_ADDRESSES + 1), "{}", held());
        // In the window after a flood a newcomer has a budget of its own again.
        for number in 3_000_000..3_001_000_u32 {
            let address = IpAddr::from(std::net::Ipv4Addr::from(number));
            let verdict = counters.charge(0, Identifier::Ip(Some(address)), &plugin, at("2026-01-01T10:03:00Z"));
            assert!(verdict.admitted, "{address}");
        }
    }
}
