//! Which addresses a URL may lead to: public ones, and what the operator opens. What hands out a machine's own
//! credentials to whoever asks from inside, the metadata service of a cloud, stays closed whatever is opened.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use ipnet::{Ipv4Net, Ipv6Net};

use crate::settings::Allowed;

/// The IANA IPv4 Special-Purpose Address Registry, and multicast. The registry has finer entries, such as
/// 192.31.196.0/24, that it calls globally reachable: they are as public as any other address.
const SPECIAL_V4: [Ipv4Net; 15] = [
    v4([0, 0, 0, 0], 8),       // this network; Linux takes 0.0.0.0 for itself
    v4([10, 0, 0, 0], 8),      // private (RFC 1918)
    v4([100, 64, 0, 0], 10),   // shared behind a carrier's NAT (RFC 6598)
    v4([127, 0, 0, 0], 8),     // loopback
    v4([169, 254, 0, 0], 16),  // link-local (RFC 3927)
    v4([172, 16, 0, 0], 12),   // private
    v4([192, 0, 0, 0], 24),    // protocol assignments (RFC 6890)
    v4([192, 0, 2, 0], 24),    // documentation (RFC 5737)
    v4([192, 88, 99, 0], 24),  // 6to4 relays (RFC 7526)
    v4([192, 168, 0, 0], 16),  // private
    v4([198, 18, 0, 0], 15),   // benchmarks (RFC 2544)
    v4([198, 51, 100, 0], 24), // documentation
    v4([203, 0, 113, 0], 24),  // documentation
    v4([224, 0, 0, 0], 4),     // multicast (RFC 5771)
    v4([240, 0, 0, 0], 4),     // reserved, and the broadcast address
];

/// All that IANA has given out as IPv6 global unicast. Loopback, private, link-local, multicast, discard and embedding
/// addresses are outside.
const GLOBAL_V6: Ipv6Net = v6(0x2000 << 112, 3);

/// What the IANA IPv6 Special-Purpose Address Registry takes out of it again.
const SPECIAL_V6: [Ipv6Net; 4] = [
    v6(0x2001 << 112, 23),     // protocol assignments (RFC 2928): Teredo, benchmarks, ORCHID
    v6(0x2001_0db8 << 96, 32), // documentation (RFC 3849)
    v6(0x2002 << 112, 16),     // 6to4 (RFC 3056)
    v6(0x3fff << 112, 20),     // documentation (RFC 9637)
];

/// What nothing opens: metadata services. Clouds put them on ever new link-local addresses, so all of these are closed.
const CLOSED_V4: [Ipv4Net; 4] = [
    v4([169, 254, 0, 0], 16),
    v4([100, 100, 100, 200], 32), // Alibaba
    v4([168, 63, 129, 16], 32),   // Azure's WireServer, which looks like a public address
    v4([192, 0, 0, 192], 32),     // Oracle
];

/// The same, and forms with an IPv4 address inside which nobody needs and which would lead around every rule about it.
const CLOSED_V6: [Ipv6Net; 8] = [
    v6(0xfe80 << 112, 10),                    // link-local: OpenStack
    v6(0xfd00_0ec2 << 96, 32),                // Amazon
    v6(0xfd20_00ce << 96 | 0x254, 128),       // Google
    v6(0xfd00_00c1 << 96 | 0xa9fe_a9fe, 128), // Oracle
    v6(0xfd00_0042 << 96 | 0x42, 128),        // Scaleway
    v6(0x0064_ff9b_0001 << 80, 48),           // NAT64 of a site (RFC 8215)
    v6(0x2001 << 112, 32),                    // Teredo (RFC 4380)
    v6(0x2002 << 112, 16),                    // 6to4
];

/// Names of metadata services. Their addresses are closed too; this holds where a resolver answers with another.
const METADATA_NAMES: [&str; 8] = [
    "instance-data",
    "instance-data.ec2.internal",
    "metadata",
    "metadata.azure.internal",
    "metadata.goog",
    "metadata.google.internal",
    "metadata.tencentyun.com",
    "rancher-metadata",
];

/// What may be reached.
#[derive(Clone)]
pub(super) struct Reach(Arc<[Allowed]>);

impl Reach {
    pub(super) fn new(allowed: &[Allowed]) -> Self {
        Self(allowed.into())
    }

    /// Whether an address may be connected to: one that stands in a URL, or one that the name in it leads to.
    pub(super) fn permits(&self, name: Option<&str>, address: IpAddr) -> bool {
        let address = plain(address);
        let opened = |allowed: &Allowed| match allowed {
            Allowed::Host(host) => name.is_some_and(|name| rooted(name) == rooted(host)),
            Allowed::Network(network) => network.contains(&address),
        };
        !is_closed(address) && (is_public(address) || self.0.iter().any(opened))
    }
}

/// Whether a name is known as that of a metadata service.
pub(super) fn is_metadata_name(name: &str) -> bool {
    METADATA_NAMES.contains(&rooted(name))
}

/// Whether nothing opens an address.
pub(super) fn is_closed(address: IpAddr) -> bool {
    match plain(address) {
        IpAddr::V4(address) => CLOSED_V4.iter().any(|network| network.contains(&address)),
        IpAddr::V6(address) => {
            // ::a.b.c.d (RFC 4291, deprecated).
            let inside = address.to_ipv4().is_some_and(|inside| is_closed(inside.into()));
            inside || CLOSED_V6.iter().any(|network| network.contains(&address))
        }
    }
}

/// Whether an address is globally reachable unicast.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !SPECIAL_V4.iter().any(|network| network.contains(&address)),
        IpAddr::V6(address) => {
            // An interface identifier of ISATAP carries an IPv4 address to tunnel to (RFC 5214, section 6.1).
            let [.., site, tunnel, _, _] = address.segments();
            let isatap = tunnel == 0x5efe && site & !0x200 == 0;
            GLOBAL_V6.contains(&address) && !isatap && !SPECIAL_V6.iter().any(|network| network.contains(&address))
        }
    }
}

/// The IPv4 address that a connection to this one reaches: `::ffff:a.b.c.d` is handed to IPv4 by the system itself, and
/// `64:ff9b::a.b.c.d` is translated on the way, as DNS64 makes of every IPv4 address in a network without IPv4 (RFC 6052).
fn plain(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => match address.segments() {
            [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)).into(),
            _ => address.into(),
        },
        address => address,
    }
}

/// `files.lan.` is `files.lan`.
fn rooted(name: &str) -> &str {
    name.trim_end_matches('.')
}

const fn v4([a, b, c, d]: [u8; 4], prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(address: u128, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::from_bits(address), prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(allowed: &str) -> Reach {
        let allowed: Vec<Allowed> =
            allowed.split(',').filter(|text| !text.is_empty()).map(|text| text.parse().unwrap()).collect();
        Reach::new(&allowed)
    }

    fn permits(allowed: &str, name: Option<&str>, address: &str) -> bool {
        reach(allowed).permits(name, address.parse().unwrap())
    }

    /// The registries as of 2025, each block by its first and last address, and what they call globally reachable.
    #[test]
    fn the_registries_are_followed() {
        for (first, last, public) in [
            ("0.0.0.0", "0.255.255.255", false),
            ("10.0.0.0", "10.255.255.255", false),
            ("100.64.0.0", "100.127.255.255", false),
            ("127.0.0.0", "127.255.255.255", false),
            ("169.254.0.0", "169.254.255.255", false),
            ("172.16.0.0", "172.31.255.255", false),
            ("192.0.0.0", "192.0.0.255", false),
            ("192.0.2.0", "192.0.2.255", false),
            ("192.31.196.0", "192.31.196.255", true),
            ("192.52.193.0", "192.52.193.255", true),
            ("192.88.99.0", "192.88.99.255", false),
            ("192.168.0.0", "192.168.255.255", false),
            ("192.175.48.0", "192.175.48.255", true),
            ("198.18.0.0", "198.19.255.255", false),
            ("198.51.100.0", "198.51.100.255", false),
            ("203.0.113.0", "203.0.113.255", false),
            ("224.0.0.0", "255.255.255.255", false),
            ("::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false),
            ("64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", false),
            ("100::", "100::ffff:ffff:ffff:ffff", false),
            ("100:0:0:1::", "100:0:0:1:ffff:ffff:ffff:ffff", false),
            ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", false),
            ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", false),
            ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false),
            ("2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff", true),
            ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", false),
            ("5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false),
            ("fc00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false),
            // What lies next to them is public.
            ("1.0.0.0", "9.255.255.255", true),
            ("11.0.0.0", "100.63.255.255", true),
            ("100.128.0.0", "126.255.255.255", true),
            ("128.0.0.0", "169.253.255.255", true),
            ("169.255.0.0", "172.15.255.255", true),
            ("172.32.0.0", "191.255.255.255", true),
            ("192.0.1.0", "192.0.1.255", true),
            ("192.0.3.0", "192.88.98.255", true),
            ("192.88.100.0", "192.167.255.255", true),
            ("192.169.0.0", "198.17.255.255", true),
            ("198.20.0.0", "198.51.99.255", true),
            ("198.51.101.0", "203.0.112.255", true),
            ("203.0.114.0", "223.255.255.255", true),
            ("2001:200::", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", true),
            ("2001:db9::", "2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true),
            ("2003::", "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true),
            ("3fff:1000::", "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true),
            ("4000::", "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false),
        ] {
            assert_eq!(permits("", None, first), public, "{first}");
            assert_eq!(permits("", None, last), public, "{last}");
        }
    }

    #[test]
    fn an_address_inside_is_judged_or_refused() {
        for (address, public) in [
            ("::ffff:93.184.216.34", true),
            ("::ffff:127.0.0.1", false),
            ("::ffff:10.0.0.1", false),
            ("64:ff9b::93.184.216.34", true),
            ("64:ff9b::127.0.0.1", false),
            ("64:ff9b::169.254.169.254", false),
            ("64:ff9b:1::93.184.216.34", false),
            ("::93.184.216.34", false),
            ("::127.0.0.1", false),
            ("2002:5db8:d822::", false),
            ("2001:0:5db8:d822::", false),
            ("2a00:1450::5efe:10.0.0.1", false),
            ("2a00:1450::200:5efe:10.0.0.1", false),
            ("2a00:1450::5eff:10.0.0.1", true),
        ] {
            assert_eq!(permits("", None, address), public, "{address}");
        }
    }

    #[test]
    fn the_operator_opens_exactly_what_is_named() {
        for (allowed, name, address, open) in [
            ("127.0.0.1", None, "127.0.0.1", true),
            ("127.0.0.1", None, "::ffff:127.0.0.1", true),
            ("127.0.0.1", None, "127.0.0.2", false),
            ("127.0.0.1", None, "::1", false),
            ("::1", None, "::1", true),
            ("::1", None, "127.0.0.1", false),
            ("10.1.0.0/16", Some("any.name"), "10.1.255.255", true),
            ("10.1.0.0/16", Some("any.name"), "10.2.0.0", false),
            ("10.1.0.0/16", None, "64:ff9b::10.1.2.3", true),
            ("fd12::/16", None, "fd12::1", true),
            ("files.lan", Some("files.lan"), "10.0.0.1", true),
            ("files.lan", Some("files.lan."), "fd12::1", true),
            ("files.lan.", Some("files.lan"), "127.0.0.1", true),
            ("files.lan", Some("other.lan"), "10.0.0.1", false),
            ("files.lan", Some("a.files.lan"), "10.0.0.1", false),
            ("files.lan", Some("lan"), "10.0.0.1", false),
            ("files.lan", None, "10.0.0.1", false),
            ("files.lan,10.0.0.1", None, "10.0.0.1", true),
        ] {
            assert_eq!(permits(allowed, name, address), open, "{allowed} {name:?} {address}");
        }
    }

    #[test]
    fn nobody_opens_a_metadata_service() {
        for address in [
            "169.254.169.254",
            "169.254.170.2",
            "169.254.170.23",
            "169.254.42.42",
            "100.100.100.200",
            "192.0.0.192",
            "168.63.129.16",
            "::ffff:169.254.169.254",
            "::ffff:168.63.129.16",
            "::169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::a9fe:a9fe",
            "2002:a9fe:a9fe::",
            "2001:0:a9fe:a9fe::5601:5601",
            "fe80::a9fe:a9fe",
            "fd00:ec2::254",
            "fd00:ec2::23",
            "fd20:ce::254",
            "fd00:c1::a9fe:a9fe",
            "fd00:42::42",
        ] {
            for allowed in ["", "0.0.0.0/0,::/0,metadata.google.internal,my.host", &format!("{address},my.host")] {
                assert!(!permits(allowed, None, address), "{address}");
                assert!(!permits(allowed, Some("my.host"), address), "{address}");
            }
        }
        assert!(permits("::/0", None, "fd00:42::43"), "the rest is the operator's");
        assert!(is_metadata_name("metadata.google.internal.") && is_metadata_name("metadata"));
        assert!(!is_metadata_name("metadata.example.com"));
    }
}
