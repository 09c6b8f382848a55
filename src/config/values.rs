//! Values of the file that have a form of their own. Each says what was wanted instead.

use crate::incident::{Person, Role};
use crate::suggest::closest;
use chrono::{NaiveTime, Weekday};
use chrono_tz::Tz;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// A server's address for clients.
pub(super) fn server_url(text: &str) -> Result<String, String> {
    const WANTED: &str = "write ws://HOST:PORT, or wss://HOST:PORT for TLS";
    let web = [("http://", "ws://"), ("https://", "wss://")];
    for (scheme, ours) in web {
        if let Some(rest) = text.strip_prefix(scheme) {
            return Err(format!("consoles speak websocket: write {ours}{rest}"));
        }
    }
    let rest = ["ws://", "wss://"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme))
        .ok_or(WANTED)?;
    let host = rest.split('/').next().unwrap_or_default();
    if host.is_empty() || host.starts_with(':') || rest.contains(char::is_whitespace) {
        return Err(WANTED.to_owned());
    }
    if host.contains('@') {
        return Err("a token does not belong in the address: name its file as `token_file`".into());
    }
    match host.rsplit_once(':') {
        // An IPv6 address in brackets without a port.
        Some((_, port)) if port.ends_with(']') => Ok(text.to_owned()),
        Some((_, port)) if port.parse::<u16>().is_err() => {
            Err("a port is a number from 1 to 65535".to_owned())
        }
        _ => Ok(text.to_owned()),
    }
}

/// The address of an outside system's API.
pub(super) fn web_address(text: &str) -> Result<String, String> {
    const WANTED: &str = "write http://HOST:PORT or https://HOST, with the path before the API's";
    let rest = ["http://", "https://"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme))
        .ok_or(WANTED)?;
    let host = rest.split('/').next().unwrap_or_default();
    let odd = rest.contains(|c: char| c.is_whitespace() || matches!(c, '?' | '#'));
    if host.is_empty() || host.starts_with(':') || odd {
        return Err(WANTED.to_owned());
    }
    Ok(text.trim_end_matches('/').to_owned())
}

/// A length of time, from a second to a day.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    const WANTED: &str = "write a length of time from 1s to 24h, as 15s, 2m or 1h";
    let unit_at = text.find(|c: char| !c.is_ascii_digit()).ok_or(WANTED)?;
    let (number, unit) = text.split_at(unit_at);
    let number: u64 = number.parse().map_err(|_| WANTED)?;
    let seconds = match unit {
        "s" => Some(number),
        "m" => number.checked_mul(60),
        "h" => number.checked_mul(3_600),
        _ => None,
    };
    let fits = seconds.filter(|seconds| (1..=86_400).contains(seconds));
    fits.map(Duration::from_secs)
        .ok_or_else(|| WANTED.to_owned())
}

/// How long a proposal waits for objections.
pub(super) fn window(text: &str) -> Result<Duration, String> {
    let fits = Duration::from_secs(5)..=Duration::from_secs(600);
    let window = duration(text).ok().filter(|window| fits.contains(window));
    window.ok_or_else(|| "write a length of time from 5s to 10m: nobody reads faster".to_owned())
}

/// How long an offer of a role stands.
pub(super) fn offer(text: &str) -> Result<Duration, String> {
    let fits = Duration::from_secs(60)..=Duration::from_secs(7_200);
    let offer = duration(text).ok().filter(|offer| fits.contains(offer));
    offer.ok_or_else(|| "write a length of time from 1m to 2h: the brief is read in it".to_owned())
}

/// How long somebody may have a role before a handover is suggested; zero: for ever.
pub(super) fn suggest_after(text: &str) -> Result<Duration, String> {
    if text.trim() == "0" {
        return Ok(Duration::ZERO);
    }
    let long = duration(text)
        .ok()
        .filter(|long| *long >= Duration::from_secs(60));
    long.ok_or_else(|| "write a length of time from 1m to 24h, or \"0\" for never".to_owned())
}

/// How long after an update the next one is usual, in minutes; `never`: none is promised.
pub(super) fn cadence(text: &str) -> Result<Option<u32>, String> {
    if text == "never" {
        return Ok(None);
    }
    let minutes = duration(text).ok().map(|time| time.as_secs() / 60);
    let minutes = minutes.filter(|minutes| *minutes > 0);
    let minutes = minutes.and_then(|minutes| u32::try_from(minutes).ok());
    let wanted = "write a length of time from 1m to 24h, as 15m or 2h, or never";
    minutes.map(Some).ok_or_else(|| wanted.to_owned())
}

/// What a secret looks like: a regular expression.
pub(super) fn secret_pattern(text: &str) -> Result<String, String> {
    let tried = crate::run::Patterns::new(&[text.to_owned()]);
    tried
        .map(|_| text.to_owned())
        .map_err(|bad| bad.to_string())
}

/// A slug, as it stands in an address.
pub(super) fn slug(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if text.chars().all(fits) {
        return Ok(text.to_owned());
    }
    Err("a slug is letters, digits and dashes, as in the page's address".to_owned())
}

/// An address to listen on.
///
/// # Errors
/// What to write instead.
pub fn listen(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        let port_of = |name: &str| text.strip_prefix(name).filter(|port| is_port(port));
        if let Ok(address) = text.parse::<IpAddr>() {
            let whole = SocketAddr::new(address, USUAL_PORT);
            return format!("the port is missing: write {whole}");
        }
        match port_of("localhost:").or(port_of(":")) {
            Some(port) => format!("names are not looked up here: write 127.0.0.1:{port}"),
            None => "write an address and a port, as 127.0.0.1:7911 or [::1]:7911".to_owned(),
        }
    })
}

/// The port on which servers listen when nothing is said.
const USUAL_PORT: u16 = 7911;

fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok()
}

/// A name under which a server is called.
pub(super) fn host(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if text.chars().all(fits) {
        return Ok(text.to_ascii_lowercase());
    }
    Err("write the name alone, without scheme or port, as warroom.example.com".to_owned())
}

/// The name of an alert's label.
pub(super) fn label(text: &str) -> Result<String, String> {
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if starts && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Ok(text.to_owned());
    }
    Err("a label is letters, digits and underscores, as `service`".to_owned())
}

/// A person's name.
pub(super) fn person(text: &str) -> Result<Person, String> {
    text.parse()
        .map_err(|error: crate::incident::ParseIdError| format!("write {}", error.wanted))
}

/// A role beyond those that are always there.
pub(super) fn extra_role(text: &str) -> Result<Role, String> {
    match text.parse() {
        Ok(role @ Role::Other(_)) => Ok(role),
        Ok(role) => Err(format!("{} is always there: leave it out", role.title())),
        Err(_) => Err("a role is up to 32 letters, digits and dashes, as `database-lead`".into()),
    }
}

/// A time of day, as `22:00`.
pub(super) fn time_of_day(text: &str) -> Result<NaiveTime, String> {
    let two = text.len() == 5;
    let read = NaiveTime::parse_from_str(text, "%H:%M")
        .ok()
        .filter(|_| two);
    read.ok_or_else(|| "write hours and minutes, from 00:00 to 23:59".to_owned())
}

/// A day of the week, by its first three letters or its whole name.
pub(super) fn weekday(text: &str) -> Result<Weekday, String> {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    text.parse().map_err(|_| match closest(text, DAYS) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("write one of {}", DAYS.join(", ")),
    })
}

/// A time zone with rules of its own: the machine's may be another on the next one.
pub(super) fn named_zone(text: &str) -> Result<Tz, String> {
    if text.eq_ignore_ascii_case("utc") {
        return Ok(Tz::UTC);
    }
    zone(text)?;
    let wanted = || "write utc or a name of the time zone database, as Europe/Berlin".to_owned();
    text.parse().map_err(|_| wanted())
}

/// A time zone; kept as it is written.
pub(super) fn zone(text: &str) -> Result<(), String> {
    let ours = text.eq_ignore_ascii_case("local") || text.eq_ignore_ascii_case("utc");
    if ours || text.parse::<chrono_tz::Tz>().is_ok() {
        return Ok(());
    }
    let names = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
    Err(match closest(text, names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "write local, utc or a name of the time zone database, as Europe/Berlin".into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_for_clients_is_a_websocket_without_a_secret() {
        for good in [
            "ws://127.0.0.1:7911",
            "wss://war.example.com",
            "ws://[::1]:7911",
            "ws://[::1]",
            "wss://war.example.com:443/ws",
        ] {
            assert_eq!(server_url(good).as_deref(), Ok(good));
        }
        let says = |text: &str| server_url(text).unwrap_err();
        assert_eq!(
            says("https://war:7911/x"),
            "consoles speak websocket: write wss://war:7911/x"
        );
        assert!(says("ws://kim:secret@war:7911").contains("token_file"));
        assert!(says("ws://war:79111").contains("65535"));
        for bad in ["", "war", "war:7911", "ws://", "ws://:7911", "ws://a b"] {
            assert!(says(bad).starts_with("write ws://"), "{bad}");
        }
    }

    #[test]
    fn an_address_to_listen_on_has_a_port() {
        assert!(listen("127.0.0.1:0").is_ok() && listen("[::]:7911").is_ok());
        assert!(listen("localhost:80").unwrap_err().contains("127.0.0.1:80"));
        assert!(listen(":7911").unwrap_err().contains("127.0.0.1:7911"));
        assert!(listen("::1").unwrap_err().ends_with("write [::1]:7911"));
        assert!(
            listen("10.0.0.1")
                .unwrap_err()
                .ends_with("write 10.0.0.1:7911")
        );
        assert!(listen(":x").unwrap_err().starts_with("write an address"));
        assert!(
            listen("somewhere")
                .unwrap_err()
                .starts_with("write an address")
        );
    }

    #[test]
    fn names_are_names() {
        assert_eq!(host("War.Example.com").as_deref(), Ok("war.example.com"));
        assert!(host("https://war").is_err() && host("war:80").is_err());
        assert!(label("service").is_ok() && label("9lives").is_err() && label("a-b").is_err());
        assert!(extra_role("Database Lead").is_ok());
        assert!(extra_role("ops").unwrap_err().contains("always there"));
        assert!(named_zone("UTC").is_ok() && named_zone("Europe/Berlin").is_ok());
        assert!(named_zone("local").unwrap_err().starts_with("write utc"));
        assert!(time_of_day("23:59").is_ok() && time_of_day("00:00").is_ok());
        for bad in ["24:00", "9:00", "22", "22:00:00", ""] {
            assert!(time_of_day(bad).is_err(), "{bad}");
        }
        assert_eq!(weekday("sat"), Ok(Weekday::Sat));
        assert_eq!(weekday("Saturday"), Ok(Weekday::Sat));
        assert_eq!(weekday("sta").unwrap_err(), "did you mean `sat`?");
        assert!(weekday("weekend").unwrap_err().starts_with("write one of"));
        assert!(zone("LOCAL").is_ok() && zone("Europe/Berlin").is_ok());
        assert_eq!(
            zone("Europe/Berln").unwrap_err(),
            "did you mean `Europe/Berlin`?"
        );
    }
}
