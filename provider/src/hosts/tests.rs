use std::collections::HashSet;

use super::*;
use crate::Client;
use crate::connect::ConnectErrorKind;
use crate::host::KeyNeed;

//
#[test]
fn every_host_stands_in_the_list_once_and_can_be_built() {
    let mut names = HashSet::new();
    for host in ALL {
        assert!(names.insert(host.name), "{} stands twice", host.name);
        assert_eq!(
            find(host.name).map(|found| found.base_url),
            Some(host.base_url)
        );
        let mut builder = Client::builder(**host, "m/x").key("k");
        for setting in host.settings {
            builder = builder.setting(setting.name, "a-1");
        }
        let client = builder.build().unwrap();
        let shown = format!("{client:?}");
        for name in host
            .settings
            .iter()
            .map(|setting| setting.name)
            .chain(["model"])
        {
            assert!(!shown.contains(&format!("{{{name}}}")), "{shown}");
        }
    }
}

//
#[test]
fn a_host_that_needs_a_key_says_where_it_is_looked_for() {
    for host in ALL.iter().filter(|host| host.key == KeyNeed::Required) {
        assert!(!host.key_vars.is_empty(), "{}", host.name);
        let error = Client::builder(**host, "m")
            .build_with_settings()
            .unwrap_err();
        assert_eq!(error.kind(), ConnectErrorKind::NoKey, "{}", host.name);
        assert!(
            error.hint().contains(host.key_vars[0]),
            "{}: {}",
            host.name,
            error.hint()
        );
    }
}

#[test]
fn a_setting_of_the_address_can_be_filled_in_from_a_variable() {
    for host in ALL {
        for name in host
            .base_url
            .split('{')
            .skip(1)
            .map(|rest| rest.split('}').next().unwrap())
        {
            let known = name == "model" || host.settings.iter().any(|setting| setting.name == name);
            assert!(known, "{}: {name}", host.name);
        }
        assert!(
            host.settings.iter().all(|setting| !setting.vars.is_empty()),
            "{}",
            host.name
        );
    }
}

#[test]
fn only_a_host_with_embeddings_builds_an_embedder() {
    assert!(
        Client::builder(OPENAI, "text-embedding-3-small")
            .key("k")
            .build_embedder()
            .is_ok()
    );
    let error = Client::builder(ANTHROPIC, "m")
        .key("k")
        .build_embedder()
        .unwrap_err();
    assert_eq!(error.kind(), ConnectErrorKind::NoEmbeddings);
}

impl crate::ClientBuilder {
    /// Fills in every setting of the host, so that only the key is missing.
    fn build_with_settings(self) -> Result<Client, crate::ConnectError> {
        let names = ["resource", "project", "location", "region", "api-version"];
        names
            .iter()
            .fold(self, |builder, name| builder.setting(*name, "a-1"))
            .build()
    }
}
