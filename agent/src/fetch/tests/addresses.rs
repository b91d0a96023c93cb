use super::*;

fn check(guard: &Guard, url: &str) -> Result<(), String> {
    let url = Url::parse(url).map_err(|error| error.to_string())?;
    guard.check_url(&url).map_err(|refused| refused.to_string())
}

#[test]
fn urls_are_refused_however_they_are_spelled() {
    let loopback = "it is a loopback address";
    let cases = [
        ("http://127.0.0.1/", loopback),
        ("http://127.1/", loopback),
        ("http://2130706433/", loopback),
        ("http://017700000001/", loopback),
        ("http://0x7f000001/", loopback),
        ("http://0x7f.0.0.0x1/", loopback),
        ("http://0177.0.0.1/", loopback),
        ("http://127.0.0.1./", loopback),
        ("http://%31%32%37.0.0.1/", loopback),
        ("http://１２７.0.0.1/", loopback),
        ("http://127。0。0。1/", loopback),
        ("http:\\\\127.0.0.1\\", loopback),
        ("http:127.0.0.1", loopback),
        ("http://[::1]:80/", loopback),
        ("http://[0:0:0:0:0:0:0:1]/", loopback),
        ("http://[::ffff:127.0.0.1]/", loopback),
        ("http://[::ffff:7f00:1]/", loopback),
        ("http://[64:ff9b::127.0.0.1]/", loopback),
        ("http://[2002:7f00:1::]/", loopback),
        ("http://[::127.0.0.1]/", "it is no public address"),
        ("http://0/", "it is an address of this network"),
        ("http://[::]/", "it is no public address"),
        ("http://10.0.0.1/", "it is a private address"),
        ("http://172.16.0.1/", "it is a private address"),
        ("http://172.31.255.255/", "it is a private address"),
        ("http://192.168.0.1/", "it is a private address"),
        ("http://[fd00:ec2::254]/", "it is a private address"),
        ("http://[fec0::1]/", "it is a private address"),
        (
            "http://100.100.100.200/",
            "it is a private address of a carrier",
        ),
        ("http://169.254.169.254/", "it is a link-local address"),
        ("http://0xa9fea9fe/", "it is a link-local address"),
        (
            "http://[::ffff:169.254.169.254]/",
            "it is a link-local address",
        ),
        ("http://[fe80::1]/", "it is a link-local address"),
        ("http://224.0.0.1/", "it is a multicast address"),
        ("http://[ff02::1]/", "it is a multicast address"),
        ("http://255.255.255.255/", "it is a reserved address"),
        ("http://[2001::1]/", "it is a reserved address"),
        ("http://[2001:db8::1]/", "it is an address for documents"),
        ("http://[3fff::1]/", "it is an address for documents"),
        ("http://192.0.2.1/", "it is an address for documents"),
        ("http://198.19.0.1/", "it is an address for measurements"),
        ("http://[4000::1]/", "it is no public address"),
        ("http://user@8.8.8.8/", "a user or a password"),
        ("http://:pass@8.8.8.8/", "a user or a password"),
        ("http://8.8.8.8@127.0.0.1/", "a user or a password"),
        ("ftp://8.8.8.8/", "only `https` and `http` URLs are"),
        ("file:///etc/passwd", "only `https` and `http` URLs are"),
        ("data:text/plain,x", "only `https` and `http` URLs are"),
        ("javascript:1", "only `https` and `http` URLs are"),
        ("unix:/run/docker.sock", "only `https` and `http` URLs are"),
        ("http://", "empty host"),
        ("http://[::1%25eth0]/", "invalid"),
        ("http://1.2.3.4.5/", "invalid IPv4 address"),
        ("http://256.0.0.1/", "invalid IPv4 address"),
        ("/etc/passwd", "relative URL without a base"),
    ];
    for (url, expected) in cases {
        let error = check(&Guard::default(), url).expect_err(url);
        assert!(error.contains(expected), "{url}: {error}");
    }
}

#[test]
fn public_addresses_and_names_pass() {
    let urls = [
        "https://example.com/",
        "http://8.8.8.8/",
        "http://172.32.0.1/",
        "http://172.15.255.255/",
        "http://100.128.0.1/",
        "http://192.0.1.1/",
        "http://198.20.0.1/",
        "http://[2606:4700::1111]/",
        "http://[2001:200::1]/",
        "http://[64:ff9b::8.8.8.8]/",
        "http://[2002:808:808::]/",
        "http://[::ffff:8.8.8.8]/",
        "HTTPS://EXAMPLE.COM:8443/a?b#c",
    ];
    for url in urls {
        assert_eq!(check(&Guard::default(), url), Ok(()), "{url}");
    }
}

#[test]
fn loopback_is_allowed_only_where_it_was() {
    let guard = Guard::with_loopback();
    for url in [
        "http://127.0.0.1:80/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.9]/",
    ] {
        assert_eq!(check(&guard, url), Ok(()), "{url}");
    }
    for url in [
        "http://10.0.0.1/",
        "http://0.0.0.0/",
        "http://169.254.169.254/",
        "http://[64:ff9b::127.0.0.1]/",
    ] {
        assert!(check(&guard, url).is_err(), "{url}");
    }
}
