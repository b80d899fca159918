//! Which route a request takes.

use std::cmp::Reverse;

use http::{HeaderMap, Method, header};
use regex::bytes::{Regex, RegexBuilder};

/// A route of `kong.yml`, ready to match.
pub(crate) struct Route {
    pub(crate) service: usize,
    pub(crate) paths: Vec<PathRule>,
    pub(crate) methods: Vec<Method>,
    pub(crate) hosts: Vec<String>,
    pub(crate) regex_priority: i32,
    pub(crate) strip_path: bool,
    pub(crate) preserve_host: bool,
}

/// A path of a route.
pub(crate) enum PathRule {
    Prefix(String),
    /// A pattern that is a plain path to its end, `~/health$`: no need to ask the automaton at each request.
    Whole(String),
    Pattern(Regex),
}

impl PathRule {
    /// Reads `/prefix` or `~/pattern`, which matches from the start as in Kong.
    pub(crate) fn new(text: &str) -> Result<Self, String> {
        if let Some(pattern) = text.strip_prefix('~') {
            let plain = |path: &&str| path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-_~".contains(&byte));
            if let Some(path) = pattern.strip_suffix('$').filter(plain) {
                return Ok(Self::Whole(path.to_owned()));
            }
            let anchored = format!("^(?:{})", pattern.strip_prefix('^').unwrap_or(pattern));
            // Paths are ASCII: what is not is escaped.
            let built = RegexBuilder::new(&anchored).unicode(false).build();
            return built.map(Self::Pattern).map_err(|error| format!("{text} is no pattern: {error}"));
        }
        Ok(Self::Prefix(text.to_owned()))
    }

    /// Bytes of the path that it matches, from the start.
    fn matched(&self, path: &str) -> Option<usize> {
        match self {
            Self::Prefix(prefix) => path.starts_with(prefix.as_str()).then_some(prefix.len()),
            Self::Whole(whole) => (path == whole).then_some(whole.len()),
            Self::Pattern(pattern) => pattern.find(path.as_bytes()).map(|found| found.end()),
        }
    }

    fn rank(&self, priority: i32) -> (bool, i32, usize) {
        match self {
            Self::Pattern(pattern) => (true, priority, pattern.as_str().len()),
            Self::Whole(path) => (true, priority, "^(?:$)".len() + path.len()),
            Self::Prefix(prefix) => (false, 0, prefix.len()),
        }
    }
}

/// All routes in the order in which they are tried: those with more kinds of conditions first, then patterns by
/// priority, then the longest prefix.
pub(crate) struct Table {
    rules: Vec<Rule>,
}

/// A path of a route, or a route without paths.
struct Rule {
    route: usize,
    path: Option<PathRule>,
    /// A byte that every path it matches has, and where. Prefixes of a contract begin alike: where one ends tells them
    /// apart soonest.
    telling: Option<(usize, u8)>,
}

impl Rule {
    fn new(route: usize, path: Option<PathRule>) -> Self {
        let telling = match &path {
            Some(PathRule::Prefix(text) | PathRule::Whole(text)) => {
                text.len().checked_sub(1).map(|end| (end, text.as_bytes()[end]))
            }
            _ => None,
        };
        Self { route, path, telling }
    }
}

/// A match: the route, and how many bytes of the path it matched.
pub(crate) struct Match {
    pub(crate) route: usize,
    pub(crate) matched: usize,
}

impl Table {
    pub(crate) fn new(routes: &mut [Route]) -> Self {
        let mut rules: Vec<Rule> = Vec::new();
        for (index, route) in routes.iter_mut().enumerate() {
            let paths = std::mem::take(&mut route.paths);
            if paths.is_empty() {
                rules.push(Rule::new(index, None));
            }
            rules.extend(paths.into_iter().map(|path| Rule::new(index, Some(path))));
        }
        let rank = |rule: &Rule| {
            let route = &routes[rule.route];
            let kinds = [!route.hosts.is_empty(), rule.path.is_some(), !route.methods.is_empty()];
            let kinds = kinds.into_iter().filter(|kind| *kind).count();
            (kinds, rule.path.as_ref().map(|path| path.rank(route.regex_priority)))
        };
        rules.sort_by_key(|rule| Reverse(rank(rule)));
        Self { rules }
    }

    pub(crate) fn find(&self, routes: &[Route], method: &Method, path: &str, headers: &HeaderMap) -> Option<Match> {
        let bytes = path.as_bytes();
        let mut likely = self.rules.iter().filter(|rule| match rule.telling {
            Some((end, byte)) => bytes.get(end) == Some(&byte),
            None => true,
        });
        likely.find_map(|rule| {
            let route = &routes[rule.route];
            let matched = rule.path.as_ref().map_or(Some(0), |rule| rule.matched(path))?;
            let method_fits = route.methods.is_empty() || route.methods.contains(method);
            let host_fits = route.hosts.is_empty() || host(headers).is_some_and(|host| fits(&route.hosts, host));
            (method_fits && host_fits).then_some(Match { route: rule.route, matched })
        })
    }
}

fn host(headers: &HeaderMap) -> Option<&str> {
    let host = headers.get(header::HOST)?.to_str().ok()?;
    // The port goes, the colons of `[::1]` stay.
    let port = host.rfind(':').filter(|colon| !host[*colon..].contains(']'));
    Some(&host[..port.unwrap_or(host.len())])
}

/// Whether a host is one of those named, `*.example.com` and `example.*` included.
fn fits(hosts: &[String], host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    hosts.iter().any(|pattern| match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(end), _) => host.len() > end.len() && host.ends_with(end),
        (_, Some(start)) => host.len() > start.len() && host.starts_with(start),
        _ => host == *pattern,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(paths: &[&str], methods: &[Method], hosts: &[&str]) -> Route {
        Route {
            service: 0,
            paths: paths.iter().map(|path| PathRule::new(path).unwrap()).collect(),
            methods: methods.to_vec(),
            hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
            regex_priority: 0,
            strip_path: false,
            preserve_host: false,
        }
    }

    fn found(routes: Vec<Route>, path: &str, host: &str) -> Option<usize> {
        let mut routes = routes;
        let table = Table::new(&mut routes);
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        table.find(&routes, &Method::GET, path, &headers).map(|found| found.route)
    }

    #[test]
    fn the_longest_prefix_wins_and_patterns_come_first() {
        let routes = || {
            vec![
                route(&["/api"], &[], &[]),
                route(&["/api/v1/crypto"], &[], &[]),
                route(&["~/api/v1/crypto/(health|openapi)$"], &[], &[]),
            ]
        };
        assert_eq!(found(routes(), "/api/v1/crypto/hash", "x"), Some(1));
        assert_eq!(found(routes(), "/api/v1/crypto/health", "x"), Some(2));
        assert_eq!(found(routes(), "/api/v1/crypto/healthy", "x"), Some(1));
        assert_eq!(found(routes(), "/apix", "x"), Some(0), "a prefix is plain text, as in Kong");
        assert_eq!(found(routes(), "/", "x"), None);
    }

    #[test]
    fn patterns_are_those_of_kong() {
        for (pattern, path, matched) in [
            (r"~/a/\d+/b$", "/a/12/b", Some(7)),
            (r"~/a/\d+/b$", "/a/1x/b", None),
            (r"~/(a|b)/[^/]+", "/b/x/y", Some(4)),
            (r"~/a/\w+", "/x/a/b", None),
            (r"~/a.b$", "/axb", Some(4)),
            (r"~/a-b$", "/a-bc", None),
            (r"~/a-b$", "/a-b", Some(4)),
        ] {
            assert_eq!(PathRule::new(pattern).unwrap().matched(path), matched, "{pattern} {path}");
        }
    }

    #[test]
    fn more_conditions_come_first() {
        let routes = || {
            vec![
                route(&["/api/v1"], &[], &[]),
                route(&["/api"], &[], &["a.example"]),
                route(&["/x"], &[Method::POST], &[]),
            ]
        };
        assert_eq!(found(routes(), "/api/v1/x", "a.example:8000"), Some(1));
        assert_eq!(found(routes(), "/api/v1/x", "b.example"), Some(0));
        assert_eq!(found(routes(), "/x", "b.example"), None, "the method does not fit");
    }

    #[test]
    fn hosts_may_be_wildcards() {
        assert_eq!(found(vec![route(&[], &[], &["*.example.com"])], "/", "a.example.com"), Some(0));
        assert_eq!(found(vec![route(&[], &[], &["*.example.com"])], "/", "example.com"), None);
        assert_eq!(found(vec![route(&[], &[], &["example.*"])], "/", "example.org"), Some(0));
    }
}
