use serde::Deserialize;

use super::*;

//
#[test]
fn blank_arguments_mean_an_empty_object_only_where_nothing_is_required() {
    #[derive(Debug, Deserialize)]
    struct Nothing {}
    #[derive(Debug, Deserialize)]
    struct Needs {
        #[serde(rename = "city")]
        _city: String,
    }
    for blank in ["", " ", "\n\t"] {
        assert!(Arguments::from(blank).parse::<Nothing>().is_ok());
        assert!(Arguments::from(blank).parse::<Needs>().is_err());
    }
}
