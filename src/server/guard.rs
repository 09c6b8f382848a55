//! Which names this server answers to.
//!
//! A browser page from elsewhere must not be able to use a server that trusts its own machine:
//! neither directly (its `Origin` is foreign), nor by a name that it makes point here (its `Host`
//! is not one of ours).

use std::net::{IpAddr, SocketAddr};

/// The names and addresses under which this server may be called.
#[derive(Debug, Clone)]
pub(super) struct Served {
    names: Vec<String>,
    port: u16,
}

/// Why a request is not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Foreign {
    #[error(
        "This server is not served under that name. Use its address, or add the name to `hosts` \
         in its configuration."
    )]
    Host,
    #[error("A page of another site may not use this server.")]
    Origin,
}

impl Served {
    pub(super) fn new(names: &[String], listen: SocketAddr) -> Self {
        let mut names: Vec<String> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
        names.push("localhost".to_owned());
        if !listen.ip().is_unspecified() {
            names.push(listen.ip().to_string());
        }
        Self {
            names,
            port: listen.port(),
        }
    }

    /// Checks the request's `Host` and `Origin`, which came in on the address `local`.
    pub(super) fn check(
        &self,
        host: Option<&str>,
        origin: Option<&str>,
        local: IpAddr,
    ) -> Result<(), Foreign> {
        let host = host.and_then(split).ok_or(Foreign::Host)?;
        if !self.serves(&host.name, local) {
            return Err(Foreign::Host);
        }
        let Some(origin) = origin else {
            return Ok(());
        };
        let (scheme, authority) = origin.split_once("://").ok_or(Foreign::Origin)?;
        let default = match scheme {
            "http" => 80,
            "https" => 443,
            _ => return Err(Foreign::Origin),
        };
        let origin = split(authority).ok_or(Foreign::Origin)?;
        // Another port of this machine is another site: a development server, say.
        let port = origin.port.unwrap_or(default);
        let ours = port == self.port || host.port == Some(port);
        if ours && self.serves(&origin.name, local) {
            Ok(())
        } else {
            Err(Foreign::Origin)
        }
    }

    fn serves(&self, name: &str, local: IpAddr) -> bool {
        if let Ok(ip) = name.parse::<IpAddr>() {
            return (ip.is_loopback() && local.is_loopback())
                || ip.to_canonical() == local.to_canonical()
                || self.names.iter().any(|served| served == name);
        }
        self.names.iter().any(|served| served == name)
    }
}

struct Authority {
    name: String,
    port: Option<u16>,
}

/// Takes `name`, `name:port`, `[v6]` or `[v6]:port` apart.
fn split(authority: &str) -> Option<Authority> {
    let (name, port) = if let Some(rest) = authority.strip_prefix('[') {
        let (name, rest) = rest.split_once(']')?;
        (name, rest.strip_prefix(':'))
    } else {
        match authority.split_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (authority, None),
        }
    };
    let port = port.map(str::parse).transpose().ok()?;
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    (!name.is_empty()).then_some(Authority { name, port })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn served() -> Served {
        let names = ["war.example.com".to_owned()];
        Served::new(&names, SocketAddr::from(([127, 0, 0, 1], 7911)))
    }

    fn check(host: &str, origin: Option<&str>) -> Result<(), Foreign> {
        served().check(Some(host), origin, IpAddr::from([127, 0, 0, 1]))
    }

    #[test]
    fn only_our_own_names_are_answered() {
        for host in [
            "127.0.0.1:7911",
            "localhost:9000",
            "LOCALHOST.",
            "[::1]:7911",
            "127.0.0.2",
            "war.example.com:7911",
        ] {
            assert_eq!(check(host, None), Ok(()), "{host}");
        }
        for host in [
            "evil.example:7911",
            "10.0.0.1:7911",
            "",
            "localhost.evil.example",
            "a:b",
        ] {
            assert_eq!(check(host, None), Err(Foreign::Host), "{host}");
        }
        let none = served().check(None, None, IpAddr::from([127, 0, 0, 1]));
        assert_eq!(none, Err(Foreign::Host));
    }

    #[test]
    fn only_our_own_pages_are_answered() {
        assert_eq!(
            check("localhost:7911", Some("http://localhost:7911")),
            Ok(())
        );
        for origin in [
            "https://evil.example",
            "http://localhost:3000",
            "null",
            "file://localhost:7911",
            "http://evil.example:7911",
        ] {
            let answer = check("localhost:7911", Some(origin));
            assert_eq!(answer, Err(Foreign::Origin), "{origin}");
        }
    }
}
