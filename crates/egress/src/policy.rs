//! Which addresses may be asked.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use crate::EgressFault;

/// Longest address that is asked, in bytes.
pub const ADDRESS_MAX_BYTES: usize = 2_000;

/// What the operator allows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Policy {
    /// Whether hosts on this machine and in private networks may be asked, those on this machine also without TLS.
    /// Link-local addresses never: cloud machines keep their credentials there.
    pub private_networks: bool,
}

impl Policy {
    /// Reads an address and checks what can be checked before its name is resolved.
    ///
    /// # Errors
    /// [`EgressFault::Address`] and [`EgressFault::Private`].
    pub fn check(self, address: &str) -> Result<Url, EgressFault> {
        let url = Url::parse(address).map_err(|_| EgressFault::Address)?;
        let scheme = match url.scheme() {
            "https" => true,
            "http" => self.private_networks && is_this_machine(&url),
            _ => false,
        };
        let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        if !scheme || !plain || address.len() > ADDRESS_MAX_BYTES {
            return Err(EgressFault::Address);
        }
        match url.host() {
            Some(Host::Ipv4(ip)) => self.check_ip(ip.into()),
            Some(Host::Ipv6(ip)) => self.check_ip(ip.into()),
            Some(Host::Domain(_)) => Ok(()),
            None => Err(EgressFault::Address),
        }?;
        Ok(url)
    }

    /// Checks an address that a name resolved to, or that stood in the URL.
    ///
    /// # Errors
    /// [`EgressFault::Private`].
    pub fn check_ip(self, ip: IpAddr) -> Result<(), EgressFault> {
        let allowed = match reach(ip) {
            Reach::Public => true,
            Reach::Private => self.private_networks,
            Reach::Never => false,
        };
        if allowed { Ok(()) } else { Err(EgressFault::Private) }
    }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Public,
    Private,
    Never,
}

fn reach(ip: IpAddr) -> Reach {
    match ip {
        IpAddr::V4(ip) => reach_v4(ip),
        IpAddr::V6(ip) => reach_v6(ip),
    }
}

/// By the IANA registry of special-purpose IPv4 addresses.
fn reach_v4(ip: Ipv4Addr) -> Reach {
    match ip.octets() {
        [127, ..] | [10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] => Reach::Private,
        [0, ..]
        | [169, 254, ..]
        | [192, 0, 0 | 2, _]
        | [192, 88, 99, _]
        | [198, 18..=19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _]
        | [224..=255, ..] => Reach::Never,
        _ => Reach::Public,
    }
}

/// By the IANA registry of special-purpose IPv6 addresses. An address that carries an IPv4 address reaches as far as
/// that one.
fn reach_v6(ip: Ipv6Addr) -> Reach {
    if let Some(inside) = ip.to_ipv4_mapped() {
        return reach_v4(inside);
    }
    match ip.segments() {
        [0, 0, 0, 0, 0, 0, 0, 1] => Reach::Private,
        [0xfc00..=0xfdff, ..] => Reach::Private,
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => carried(high, low),
        [0x2002, high, low, ..] => carried(high, low),
        // Teredo and other protocol assignments, documentation.
        [0x2001, 0..=0x01ff, ..] | [0x2001, 0x0db8, ..] | [0x3fff, ..] => Reach::Never,
        [0x2000..=0x3fff, ..] => Reach::Public,
        _ => Reach::Never,
    }
}

fn carried(high: u16, low: u16) -> Reach {
    reach_v4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)))
}
