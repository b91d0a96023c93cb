use super::*;

fn check_functions(source: &str, expected: &[(&str, usize, usize)]) {
    let code = code(source);
    let found: Vec<_> = functions(&code)
        .iter()
        .map(|function| (function.name, function.line, function.lines))
        .collect();
    assert_eq!(found, expected, "of {source}");
}

#[test]
fn functions_run_from_fn_to_the_brace() {
    check_functions("fn a() {}", &[("a", 1, 1)]);
    check_functions(
        "\n#[x]\npub fn a()\nwhere T: X,\n{\n  1\n}\n",
        &[("a", 3, 5)],
    );
    check_functions("fn a() {\nfn b() {\n}\n}", &[("a", 1, 4), ("b", 2, 2)]);
    check_functions("impl X {\nfn a(&self) {\n}\n}", &[("a", 2, 2)]);
}

#[test]
fn what_only_looks_like_a_function_is_none() {
    check_functions(
        "trait X { fn a(&self) -> [u8; 4]; fn b() {\n} }",
        &[("b", 1, 2)],
    );
    check_functions("type F = fn(u8) -> u8; // fn x() {", &[]);
    check_functions("let x = \"fn a() {}\"; let r#fn = 1;", &[]);
    check_functions("quote! { fn #name() {} }", &[]);
}

#[test]
fn braces_in_signatures_and_literals_do_not_end_a_function() {
    check_functions("fn a() -> Ring<{ SIZE }> {\n1\n}", &[("a", 1, 3)]);
    check_functions(
        "fn a<F: Fn() -> u8>(f: F) -> [u8; { 4 }] {\n}",
        &[("a", 1, 2)],
    );
    check_functions("fn a() {\n'}'; \"}\"; b'}';\n/* } */\n}", &[("a", 1, 4)]);
}

#[test]
fn an_unclosed_function_is_left_to_the_compiler() {
    check_functions("fn a() {\n", &[]);
    check_functions("fn a(", &[]);
}

fn check_tests(source: &str, lines: &[RangeInclusive<usize>], marks: &[usize]) {
    let code = code(source);
    assert_eq!(test_lines(&code), lines, "lines of {source}");
    assert_eq!(test_marks(&code), marks, "marks of {source}");
}

#[test]
fn tests_are_found_by_their_attributes() {
    check_tests(
        "fn a() {}\n#[cfg(test)]\n#[x]\nmod tests {\n#[test]\n}\n",
        &[2..=6],
        &[5],
    );
    check_tests("#[cfg(test)]\nmod tests;\nfn a() {}", &[1..=2], &[]);
    check_tests("#[cfg(all(test, unix))] fn a() {\n}", &[1..=2], &[]);
    check_tests("#[cfg(not(test))] fn a() {\n}", &[], &[]);
    check_tests("#[cfg_attr(test, derive(X))] fn a() {}", &[], &[]);
    check_tests(
        "struct X {\n#[cfg(test)]\nx: u8,\n}\nfn a() {}",
        &[2..=3],
        &[],
    );
    check_tests("#![cfg(test)]\nfn a() {}\nfn b() {}", &[1..=3], &[]);
}

#[test]
fn marks_are_attributes_and_proptest_only() {
    check_tests(
        "#[tokio::test(start_paused = true)] async fn a() {}",
        &[],
        &[1],
    );
    check_tests("\nproptest! { }", &[], &[2]);
    check_tests("fn test() { proptest(); } #[my(test)] fn b() {}", &[], &[]);
    check_tests("// #[test]\n\"#[test]\";", &[], &[]);
}
