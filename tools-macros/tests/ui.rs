//! What the attributes accept, and what they say to what they do not. `TRYBUILD=overwrite` writes the messages anew.

#[test]
fn what_is_wrong_is_told_in_one_message_a_mistake() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/pass/*.rs");
    cases.compile_fail("tests/ui/fail/*.rs");
}
