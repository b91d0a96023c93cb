//! Addresses: a base URL with its settings filled in, a path and a query put to it.

use std::fmt::Write as _;

use crate::connect::ConnectError;
use crate::percent;

/// Where requests go: the base URL, taken apart once and checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// `https://host:port/path`, without a slash at the end.
    base: String,
    /// Members of the query, encoded and joined; empty where there are none.
    query: String,
}

impl Address {
    /// Checks a base URL and takes it apart.
    pub(crate) fn parse(url: &str) -> Result<Self, ConnectError> {
        let bad = |why: &str| ConnectError::bad_url(url, why);
        let rest = url
            .strip_prefix("https://")
            .or_else(|| url.strip_prefix("http://"));
        let rest = rest.ok_or_else(|| bad("it must begin with `https://` or `http://`"))?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.is_empty() || authority.starts_with(':') {
            return Err(bad("it names no host"));
        }
        if authority.contains('@') {
            return Err(bad("it holds a user name; give the key by `key` instead"));
        }
        if let Some(c) = url
            .chars()
            .find(|c| !c.is_ascii_graphic() || "<>\"\\^`{}|".contains(*c))
        {
            return Err(bad(&format!("{c:?} cannot stand in it")));
        }
        if url.contains('#') {
            return Err(bad("it has a fragment"));
        }
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        Ok(Address {
            base: base.trim_end_matches('/').to_owned(),
            query: query.to_owned(),
        })
    }

    /// Adds a member to the query of every request.
    pub(crate) fn add_query(&mut self, name: &str, value: &str) {
        if !self.query.is_empty() {
            self.query.push('&');
        }
        self.query.push_str(&percent::encode(name));
        self.query.push('=');
        self.query.push_str(&percent::encode(value));
    }

    /// The whole address of a path below the base, which may have a query of its own.
    pub(crate) fn join(&self, path: &str) -> String {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let mut url = format!("{}{path}", self.base);
        for (members, first) in [
            (query, "?"),
            (&self.query, if query.is_empty() { "?" } else { "&" }),
        ] {
            if !members.is_empty() {
                let _ = write!(url, "{first}{members}");
            }
        }
        url
    }

    /// Host and port, for signatures.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(base: &str, path: &str, expected: &str) {
        assert_eq!(Address::parse(base).unwrap().join(path), expected);
    }

    //
    #[test]
    fn path_query_and_slashes_of_the_base_are_kept() {
        check(
            "https://api.example.com/v1",
            "/chat",
            "https://api.example.com/v1/chat",
        );
        check(
            "https://api.example.com/v1/",
            "/chat",
            "https://api.example.com/v1/chat",
        );
        check(
            "http://localhost:8080",
            "/chat",
            "http://localhost:8080/chat",
        );
        check("https://h/a/b//", "/c?alt=sse", "https://h/a/b/c?alt=sse");
        check(
            "https://h/v1?api-version=1",
            "/c",
            "https://h/v1/c?api-version=1",
        );
        check(
            "https://h/v1?api-version=1",
            "/c?alt=sse",
            "https://h/v1/c?alt=sse&api-version=1",
        );
        let mut address = Address::parse("https://h").unwrap();
        address.add_query("api-version", "2024-10-21");
        address.add_query("x", "a b/c");
        assert_eq!(
            address.join("/c"),
            "https://h/c?api-version=2024-10-21&x=a%20b%2Fc"
        );
    }

    //
    #[test]
    fn a_bad_url_is_an_error_that_says_what_is_wrong() {
        for (url, why) in [
            (
                "api.example.com/v1",
                "it must begin with `https://` or `http://`",
            ),
            ("ftp://h", "it must begin with `https://` or `http://`"),
            ("https://", "it names no host"),
            ("https:///v1", "it names no host"),
            ("http://:80", "it names no host"),
            (
                "https://user:key@h/v1",
                "it holds a user name; give the key by `key` instead",
            ),
            ("https://h/v 1", "' ' cannot stand in it"),
            ("https://h/{region}", "'{' cannot stand in it"),
            ("https://h/ü", "'ü' cannot stand in it"),
            ("https://h/v1#top", "it has a fragment"),
        ] {
            let error = Address::parse(url).unwrap_err().to_string();
            assert!(error.ends_with(why), "{error}");
        }
    }
}
