//! The path a service is asked for: Kong's rules for joining a service's path, a route's and a request's
//! (`path_handling: v0`).

use std::borrow::Cow;

/// Joins the path of a service (`/` if it has none) and that of a request. `stripped` is how many bytes of the request's
/// path the route matched, if it strips them.
///
/// What remains may start within a segment: of `/a../b`, the prefix `/a` leaves `../b`. Its dots are dropped, so that a
/// rewritten path never leaves the path of its service.
pub(crate) fn join<'a>(base: &str, path: &'a str, stripped: Option<usize>) -> Cow<'a, str> {
    let root = base.strip_suffix('/').unwrap_or(base);
    let Some(matched) = stripped else {
        return match (path, root) {
            ("/", _) => Cow::Owned(base.to_owned()),
            (path, "") => Cow::Borrowed(path),
            (path, root) => Cow::Owned(format!("{root}{path}")),
        };
    };
    let rest = path.get(matched.max(1)..).unwrap_or_default();
    let rest = match rest {
        "." | ".." => "",
        rest => rest.strip_prefix("./").or_else(|| rest.strip_prefix("../")).unwrap_or(rest),
    };
    if rest.is_empty() {
        let keeps_slash = path.ends_with('/') && (base.ends_with('/') || path.len() > 1);
        return Cow::Owned(if base == "/" || keeps_slash { format!("{root}/") } else { root.to_owned() });
    }
    Cow::Owned(format!("{root}/{}", rest.strip_prefix('/').unwrap_or(rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Kong's own cases for `path_handling: v0` (spec/fixtures/router_path_handling_tests.lua): the path of the service,
    /// of the route (`-`: found by host), whether it is stripped (`both`: it makes no difference), of the request, and
    /// what the service is asked for.
    const KONG: &str = "
        / | / | both | / | /
        / | / | both | /route | /route
        / | / | both | /route/ | /route/
        / | / | both | /routereq | /routereq
        / | / | both | /route/req | /route/req
        / | /route | whole | /route | /route
        / | /route | whole | /route/ | /route/
        / | /route | whole | /routereq | /routereq
        / | /route | strip | /route | /
        / | /route | strip | /route/ | /
        / | /route | strip | /routereq | /req
        / | /route/ | whole | /route/ | /route/
        / | /route/ | whole | /route/req | /route/req
        / | /route/ | strip | /route/ | /
        / | /route/ | strip | /route/req | /req
        /srv | /rou | whole | /roureq | /srv/roureq
        /srv | /rou | strip | /roureq | /srv/req
        /srv/ | /rou | whole | /rou | /srv/rou
        /srv/ | /rou | strip | /rou | /srv
        /service | / | both | / | /service
        /service | / | both | /route | /service/route
        /service | / | both | /route/ | /service/route/
        /service | / | both | /routereq | /service/routereq
        /service | / | both | /route/req | /service/route/req
        /service | /route | whole | /route | /service/route
        /service | /route | whole | /route/ | /service/route/
        /service | /route | whole | /routereq | /service/routereq
        /service | /route | strip | /route | /service
        /service | /route | strip | /route/ | /service/
        /service | /route | strip | /routereq | /service/req
        /service | /route/ | whole | /route/ | /service/route/
        /service | /route/ | whole | /route/req | /service/route/req
        /service | /route/ | strip | /route/ | /service/
        /service | /route/ | strip | /route/req | /service/req
        /service/ | / | both | /route/ | /service/route/
        /service/ | / | both | / | /service/
        /service/ | / | both | /route | /service/route
        /service/ | / | both | /routereq | /service/routereq
        /service/ | / | both | /route/req | /service/route/req
        /service/ | /route | whole | /route | /service/route
        /service/ | /route | whole | /route/ | /service/route/
        /service/ | /route | whole | /routereq | /service/routereq
        /service/ | /route | strip | /route | /service
        /service/ | /route | strip | /route/ | /service/
        /service/ | /route | strip | /routereq | /service/req
        /service/ | /route/ | whole | /route/ | /service/route/
        /service/ | /route/ | whole | /route/req | /service/route/req
        /service/ | /route/ | strip | /route/ | /service/
        /service/ | /route/ | strip | /route/req | /service/req
        / | - | both | / | /
        / | - | both | /route | /route
        / | - | both | /route/ | /route/
        /service | - | both | / | /service
        /service | - | both | /route | /service/route
        /service | - | both | /route/ | /service/route/
        /service/ | - | both | / | /service/
        /service/ | - | both | /route | /service/route
        /service/ | - | both | /route/ | /service/route/
    ";

    #[test]
    fn paths_are_joined_as_kong_joins_them() {
        let mut checked = 0;
        for row in KONG.trim().lines() {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            let [base, route, strip, path, expected] = cells[..] else { panic!("{row}") };
            let matched = if route == "-" { 0 } else { route.len() };
            for stripped in [Some(matched), None] {
                if strip == "both" || (strip == "strip") == stripped.is_some() {
                    assert_eq!(join(base, path, stripped), expected, "{row}");
                    checked += 1;
                }
            }
        }
        assert_eq!(checked, 82);
    }

    #[test]
    fn what_remains_stays_below_the_service() {
        for (path, joined) in [
            ("/a..", "/base"),
            ("/a../x", "/base/x"),
            ("/a./x", "/base/x"),
            ("/a.../x", "/base/.../x"),
            ("/a..x", "/base/..x"),
        ] {
            assert_eq!(join("/base", path, Some(2)), joined, "{path}");
        }
    }
}
