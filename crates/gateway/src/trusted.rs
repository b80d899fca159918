//! Where a request came from, when proxies stand in between: `trusted_ips`, `real_ip_header` and `real_ip_recursive`, which
//! mean what they mean to Kong (and to nginx's realip module below it).
//!
//! Without them the other end of the connection is the client: a header anybody can send opens no fresh budget.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use clap::Args;
use http::{HeaderMap, HeaderName};
use ipnet::IpNet;

pub(crate) const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Settings of the gateway.
#[derive(Debug, Clone, Args)]
pub struct GatewaySettings {
    /// Proxies that are believed about whom they speak for, as `10.0.0.0/8,::1`; without it nobody is.
    #[arg(global = true, long, env = "FLOWFORGE_TRUSTED_IPS", value_delimiter = ',', value_name = "IP|CIDR")]
    pub trusted_ips: Vec<Trusted>,

    /// Header in which a trusted proxy names the client: X-Real-IP, X-Forwarded-For or another.
    #[arg(
        global = true,
        long,
        env = "FLOWFORGE_REAL_IP_HEADER",
        default_value = "X-Real-IP",
        value_parser = address_header,
        value_name = "HEADER"
    )]
    pub real_ip_header: HeaderName,

    /// Go on to the address before, as long as those named are trusted proxies too.
    #[arg(global = true, long, env = "FLOWFORGE_REAL_IP_RECURSIVE")]
    pub real_ip_recursive: bool,
}

impl Default for GatewaySettings {
    fn default() -> Self {
        let real_ip_header = HeaderName::from_static("x-real-ip");
        Self { trusted_ips: Vec::new(), real_ip_header, real_ip_recursive: false }
    }
}

fn address_header(text: &str) -> Result<HeaderName, String> {
    if text.eq_ignore_ascii_case("proxy_protocol") {
        return Err("the PROXY protocol is not supported".to_owned());
    }
    text.parse().map_err(|_| "is not the name of a header".to_owned())
}

/// Addresses of trusted proxies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trusted(IpNet);

impl FromStr for Trusted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let network = text.parse::<IpAddr>().map(IpNet::from).or_else(|_| text.parse());
        network.map(Self).map_err(|_| "write an address as 10.0.0.1, a network as 10.0.0.0/8".to_owned())
    }
}

/// Where a request came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The other end of the connection.
    pub(crate) peer: Option<IpAddr>,
    /// The client, as far as is known.
    pub(crate) client: Option<IpAddr>,
    /// Whether the other end is a proxy that is believed.
    pub(crate) trusted: bool,
}

impl Origin {
    /// A request whose sender is not asked.
    pub(crate) fn of_peer(peer: Option<IpAddr>) -> Self {
        Self { peer, client: peer, trusted: false }
    }
}

impl GatewaySettings {
    /// Where a request came from.
    pub(crate) fn origin(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Origin {
        let Some(address) = peer.filter(|peer| self.trusts(*peer)) else { return Origin::of_peer(peer) };
        Origin { peer, client: Some(self.client(address, headers)), trusted: true }
    }

    fn trusts(&self, address: IpAddr) -> bool {
        // A socket for both families writes IPv4 addresses as IPv6.
        let address = address.to_canonical();
        self.trusted_ips.iter().any(|Trusted(network)| network.contains(&address))
    }

    /// The last address that is named; recursive, the last one that is no trusted proxy, or else the first. One that
    /// cannot be read ends the way.
    fn client(&self, proxy: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut lines: Vec<&str> =
            headers.get_all(&self.real_ip_header).iter().map(|line| line.to_str().unwrap_or_default()).collect();
        if self.real_ip_header != FORWARDED_FOR {
            lines.truncate(1);
        }
        let named = lines.iter().rev().flat_map(|line| line.rsplit([',', ' '])).filter(|text| !text.is_empty());
        let mut client = proxy;
        for address in named.map_while(address) {
            client = address;
            if !self.real_ip_recursive || !self.trusts(address) {
                break;
            }
        }
        client
    }
}

/// An address as proxies write it: alone, with a port, in brackets.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    bare.parse().or_else(|_| text.parse::<SocketAddr>().map(|address| address.ip())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(trusted: &[&str], header: &str, recursive: bool) -> GatewaySettings {
        GatewaySettings {
            trusted_ips: trusted.iter().map(|text| text.parse().unwrap()).collect(),
            real_ip_header: address_header(header).unwrap(),
            real_ip_recursive: recursive,
        }
    }

    fn client(settings: &GatewaySettings, peer: &str, headers: &[(&str, &str)]) -> String {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        settings.origin(Some(peer.parse().unwrap()), &map).client.unwrap().to_string()
    }

    #[test]
    fn only_a_trusted_proxy_names_the_client() {
        let named = [("x-real-ip", "9.9.9.9"), ("x-forwarded-for", "8.8.8.8")];
        assert_eq!(client(&GatewaySettings::default(), "10.0.0.1", &named), "10.0.0.1");
        let settings = settings(&["10.0.0.0/8", "fd00::/8"], "X-Real-IP", false);
        assert_eq!(client(&settings, "10.0.0.1", &named), "9.9.9.9");
        assert_eq!(client(&settings, "::ffff:10.0.0.1", &named), "9.9.9.9");
        assert_eq!(client(&settings, "fd00::1", &named), "9.9.9.9");
        assert_eq!(client(&settings, "11.0.0.1", &named), "11.0.0.1");
        assert_eq!(client(&settings, "10.0.0.1", &[]), "10.0.0.1");
    }

    /// What nginx 1.27 does with `X-Forwarded-For` (ngx_http_get_forwarded_addr).
    #[test]
    fn lists_are_read_from_the_end() {
        let one = settings(&["10.0.0.0/8"], "X-Forwarded-For", false);
        let far = settings(&["10.0.0.0/8"], "X-Forwarded-For", true);
        for (lines, last, first) in [
            (&["1.1.1.1"][..], "1.1.1.1", "1.1.1.1"),
            (&["1.1.1.1, 2.2.2.2"], "2.2.2.2", "2.2.2.2"),
            (&["1.1.1.1, 2.2.2.2 , 10.0.0.9"], "10.0.0.9", "2.2.2.2"),
            (&["1.1.1.1", "10.0.0.8,10.0.0.9"], "10.0.0.9", "1.1.1.1"),
            (&["10.0.0.7, 10.0.0.8"], "10.0.0.8", "10.0.0.7"),
            (&["1.1.1.1, unknown, 10.0.0.9"], "10.0.0.9", "10.0.0.9"),
            (&["unknown"], "10.0.0.1", "10.0.0.1"),
            (&["2.2.2.2:4711"], "2.2.2.2", "2.2.2.2"),
            (&["[2001:db8::1]:4711"], "2001:db8::1", "2001:db8::1"),
            (&["2001:db8::1"], "2001:db8::1", "2001:db8::1"),
        ] {
            let headers: Vec<_> = lines.iter().map(|line| ("x-forwarded-for", *line)).collect();
            assert_eq!(client(&one, "10.0.0.1", &headers), last, "{lines:?}");
            assert_eq!(client(&far, "10.0.0.1", &headers), first, "{lines:?}, recursive");
        }
        let single = settings(&["10.0.0.0/8"], "CF-Connecting-IP", false);
        let twice = [("cf-connecting-ip", "1.1.1.1"), ("cf-connecting-ip", "2.2.2.2")];
        assert_eq!(client(&single, "10.0.0.1", &twice), "1.1.1.1", "of other headers the first counts");
    }

    #[test]
    fn settings_are_read_from_flags() {
        use clap::Parser;
        #[derive(Parser)]
        struct Program {
            #[command(flatten)]
            gateway: GatewaySettings,
        }
        let read = |flags: &[&str]| Program::try_parse_from(std::iter::once(&"x").chain(flags)).map(|it| it.gateway);
        let settings = read(&["--trusted-ips", "10.0.0.0/8, ::1", "--real-ip-header", "X-Forwarded-For"]).unwrap();
        assert_eq!((settings.trusted_ips.len(), settings.real_ip_header), (2, FORWARDED_FOR));
        assert_eq!(read(&[]).unwrap().real_ip_header, GatewaySettings::default().real_ip_header);
        for wrong in
            [["--trusted-ips", "proxy"], ["--trusted-ips", "10.0.0.0/33"], ["--real-ip-header", "proxy_protocol"]]
        {
            assert!(read(&wrong).is_err(), "{wrong:?}");
        }
    }
}
