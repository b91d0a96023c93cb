//! Which addresses are public: what is not known to be is refused.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use reqwest::Url;
use windlass_core::Text;

/// Refuses addresses that are not public, apart from some that were allowed.
#[derive(Clone, Debug, Default)]
pub(super) struct Guard {
    allowed: Allowed,
}

#[derive(Clone, Copy, Debug, Default)]
enum Allowed {
    #[default]
    Public,
    Loopback,
    /// The address of a test's server, so that the machine's others stay refused.
    #[cfg(test)]
    One(IpAddr),
}

/// Why something is not fetched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{what}` is not fetched: {why}")]
pub(super) struct Refused {
    what: Text,
    why: &'static str,
}

impl Guard {
    pub(super) fn with_loopback() -> Self {
        Guard {
            allowed: Allowed::Loopback,
        }
    }

    #[cfg(test)]
    pub(super) fn with_one(address: IpAddr) -> Self {
        Guard {
            allowed: Allowed::One(address),
        }
    }

    /// Refuses what can be seen of a URL before its name is resolved.
    ///
    /// The URL is the one that is sent, already read by the client's own parser: `0x7f.1` stands in it as `127.0.0.1`.
    pub(super) fn check_url(&self, url: &Url) -> Result<(), Refused> {
        let refused = |what: &str, why| {
            let what = what.chars().take(200).collect();
            Err(Refused { what, why })
        };
        if !matches!(url.scheme(), "http" | "https") {
            return refused(url.scheme(), "only `https` and `http` URLs are");
        }
        let Some(host) = url.host_str().filter(|host| !host.is_empty()) else {
            return refused(url.as_str(), "it names no host");
        };
        if !url.username().is_empty() || url.password().is_some() {
            return refused(host, "the URL has a user or a password in it");
        }
        let address = host.trim_start_matches('[').trim_end_matches(']');
        match address.parse() {
            Ok(address) => self.check(host, address),
            Err(_) => Ok(()),
        }
    }

    /// Refuses an address of a host that is not public.
    pub(super) fn check(&self, host: &str, address: IpAddr) -> Result<(), Refused> {
        let allowed = match self.allowed {
            Allowed::Public => false,
            Allowed::Loopback => address.to_canonical().is_loopback(),
            #[cfg(test)]
            Allowed::One(one) => address == one,
        };
        match not_public(address) {
            Some(why) if !allowed => Err(Refused {
                what: host.into(),
                why,
            }),
            _ => Ok(()),
        }
    }
}

fn not_public(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => not_public_v4(address),
        IpAddr::V6(address) => not_public_v6(address),
    }
}

/// IANA's registry of IPv4 addresses with a special purpose: first address, bits of the prefix, what it is.
const SPECIAL_V4: [([u8; 4], u32, &str); 15] = [
    ([0, 0, 0, 0], 8, "it is an address of this network"),
    ([10, 0, 0, 0], 8, "it is a private address"),
    ([100, 64, 0, 0], 10, "it is a private address of a carrier"),
    ([127, 0, 0, 0], 8, "it is a loopback address"),
    ([169, 254, 0, 0], 16, "it is a link-local address"),
    ([172, 16, 0, 0], 12, "it is a private address"),
    ([192, 0, 0, 0], 24, "it is a reserved address"),
    ([192, 0, 2, 0], 24, "it is an address for documents"),
    ([192, 88, 99, 0], 24, "it is an address of a relay"),
    ([192, 168, 0, 0], 16, "it is a private address"),
    ([198, 18, 0, 0], 15, "it is an address for measurements"),
    ([198, 51, 100, 0], 24, "it is an address for documents"),
    ([203, 0, 113, 0], 24, "it is an address for documents"),
    ([224, 0, 0, 0], 4, "it is a multicast address"),
    ([240, 0, 0, 0], 4, "it is a reserved address"),
];

fn not_public_v4(address: Ipv4Addr) -> Option<&'static str> {
    let holds = |(first, bits, _): &&([u8; 4], u32, &str)| {
        let mask = u32::MAX << (32 - bits);
        address.to_bits() & mask == u32::from_be_bytes(*first)
    };
    SPECIAL_V4.iter().find(holds).map(|(_, _, why)| *why)
}

/// Of IPv6 only `2000::/3` is given out, and of that some is not public; an address that stands for one of IPv4 is as
/// public as that one.
fn not_public_v6(address: Ipv6Addr) -> Option<&'static str> {
    let [one, two, three, four, five, six, seven, eight] = address.segments();
    let v4 = |high: u16, low: u16| {
        not_public_v4(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)))
    };
    match [one, two, three, four, five, six] {
        [0, 0, 0, 0, 0, 0xffff] | [0x64, 0xff9b, 0, 0, 0, 0] => v4(seven, eight),
        [0, 0, 0, 0, 0, 0] if (seven, eight) == (0, 1) => Some("it is a loopback address"),
        [0x2002, ..] => v4(two, three),
        [0x2001, 0..=0x1ff, ..] => Some("it is a reserved address"),
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Some("it is an address for documents"),
        [0x2000..=0x3fff, ..] => None,
        [0xfc00..=0xfdff, ..] | [0xfec0..=0xfeff, ..] => Some("it is a private address"),
        [0xfe80..=0xfebf, ..] => Some("it is a link-local address"),
        [0xff00..=0xffff, ..] => Some("it is a multicast address"),
        _ => Some("it is no public address"),
    }
}
