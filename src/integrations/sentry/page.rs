//! Sentry's pages: a `Link` header that always names a next page, and says whether it holds
//! anything.

/// The longest cursor; Sentry's have some 20 bytes.
const CURSOR_BYTES: usize = 200;

/// The cursor of the next page, if there is one with results. The address in the header is not
/// followed: it could lead anywhere.
pub(super) fn next(header: &str) -> Option<String> {
    let next = header.split(',').filter_map(|link| {
        let (mut is_next, mut has_results, mut cursor) = (false, false, None);
        for (name, value) in link.split(';').filter_map(|part| part.split_once('=')) {
            let value = value.trim().trim_matches('"');
            match name.trim() {
                "rel" => is_next = value == "next",
                "results" => has_results = value == "true",
                "cursor" => cursor = Some(value),
                _ => {}
            }
        }
        cursor.filter(|_| is_next && has_results)
    });
    // A cursor is numbers and colons; anything else is not one of Sentry's.
    let plain = |cursor: &&str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || ":-_.=".contains(c);
        !cursor.is_empty() && cursor.len() <= CURSOR_BYTES && cursor.chars().all(plain)
    };
    let mut next = next.filter(plain);
    next.next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(results: &str, cursor: &str) -> String {
        format!(
            "<https://sentry.io/api/0/x/?&cursor=0:0:1>; rel=\"previous\"; results=\"true\"; \
             cursor=\"0:0:1\", <https://elsewhere.example/?a=1,2>; rel=\"next\"; \
             results=\"{results}\"; cursor=\"{cursor}\""
        )
    }

    #[test]
    fn the_next_page_is_the_one_with_results() {
        assert_eq!(next(&header("true", "0:100:0")).as_deref(), Some("0:100:0"));
        assert_eq!(next(&header("false", "0:100:0")), None);
        assert_eq!(next(&header("true", "")), None);
        assert_eq!(next(&header("true", "a b")), None);
        assert_eq!(next(&header("true", &"1".repeat(300))), None);
        for nonsense in [
            "",
            ",,;;==",
            "rel=next",
            "<>; rel; results; cursor",
            "é\"=\";",
        ] {
            assert_eq!(next(nonsense), None, "{nonsense}");
        }
    }
}
