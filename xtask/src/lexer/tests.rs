use super::*;

/// Each token as its kind's letter and its text.
fn check(source: &str, expected: &[&str]) {
    let letter = |kind| match kind {
        Kind::Word => 'w',
        Kind::Lifetime => 'l',
        Kind::Literal => 'q',
        Kind::Comment => 'c',
        Kind::Doc => 'd',
        Kind::Sign => 's',
    };
    let found: Vec<String> = tokens(source)
        .iter()
        .map(|token| format!("{} {}", letter(token.kind), token.text))
        .collect();
    assert_eq!(found, expected, "of {source:?}");
}

#[test]
fn words_signs_and_numbers() {
    check("fn f_1(){}", &["w fn", "w f_1", "s (", "s )", "s {", "s }"]);
    check(
        "0x1F_u8..1.5",
        &["q 0x1F_u8", "s .", "s .", "q 1", "s .", "q 5"],
    );
    check("größe→x", &["w größe", "s →", "w x"]);
    check("r#fn br#x r#", &["w r#fn", "w br#x", "w r", "s #"]);
    check("", &[]);
}

#[test]
fn strings_hide_what_looks_like_code() {
    check(r#""a // b" x"#, &[r#"q "a // b""#, "w x"]);
    check(r#""\"" x"#, &[r#"q "\"""#, "w x"]);
    check(r#""\\" x"#, &[r#"q "\\""#, "w x"]);
    check(r#""é\é" x"#, &[r#"q "é\é""#, "w x"]);
    check(r#"b"fn {" c"x" x"#, &[r#"q b"fn {""#, r#"q c"x""#, "w x"]);
    check("\"a\nb\" x", &["q \"a\nb\"", "w x"]);
}

#[test]
fn raw_strings_end_with_as_many_hashes_as_they_began() {
    check(r####"r"\" x"####, &[r#"q r"\""#, "w x"]);
    check(r####"r#"a"b"# x"####, &[r##"q r#"a"b"#"##, "w x"]);
    check(r####"br##"a"#b"## x"####, &[r###"q br##"a"#b"##"###, "w x"]);
    check(r####"cr#"{"# x"####, &[r##"q cr#"{"#"##, "w x"]);
}

#[test]
fn characters_are_told_from_lifetimes() {
    check("'a' 'a", &["q 'a'", "l 'a"]);
    check("'{' '\"' x", &["q '{'", "q '\"'", "w x"]);
    check(
        r"'\'' '\\' '\u{7d}' x",
        &[r"q '\''", r"q '\\'", r"q '\u{7d}'", "w x"],
    );
    check("b'{' b'\\'' x", &["q b'{'", "q b'\\''", "w x"]);
    check("'é' 'static 'é", &["q 'é'", "l 'static", "l 'é"]);
    check("&'a str", &["s &", "l 'a", "w str"]);
    check("<'a,'b>", &["s <", "l 'a", "s ,", "l 'b", "s >"]);
    check("' '", &["q ' '"]);
}

#[test]
fn comments_and_documentation() {
    check("// a \"b\nx", &["c // a \"b", "w x"]);
    check("/// a\n//! b\n//// c", &["d /// a", "d //! b", "c //// c"]);
    check("/* a /* b */ c */ x", &["c /* a /* b */ c */", "w x"]);
    check(
        "/** a */ /*! b */ /**/ /***/",
        &["d /** a */", "d /*! b */", "c /**/", "c /***/"],
    );
    check(
        "a / b /*/ x */ c",
        &["w a", "s /", "w b", "c /*/ x */", "w c"],
    );
    check("\"/*\" x", &["q \"/*\"", "w x"]);
}

#[test]
fn what_is_not_closed_ends_with_the_file() {
    check("\"a b", &["q \"a b"]);
    check("r#\"a\" b", &["q r#\"a\" b"]);
    check("/* /* a */ b", &["c /* /* a */ b"]);
    check("'", &["s '"]);
    check(r"'\", &[r"q '\"]);
}

#[test]
fn lines_are_counted_through_every_kind_of_token() {
    let source = "a\n\"x\ny\" b /*\n\n*/ c\r\nr\"\n\" d // e\nf";
    let lines: Vec<(&str, usize)> = tokens(source)
        .iter()
        .filter(|token| token.kind == Kind::Word)
        .map(|token| (token.text, token.line))
        .collect();
    let expected = [("a", 1), ("b", 3), ("c", 5), ("d", 7), ("f", 8)];
    assert_eq!(lines, expected);
}

#[test]
fn every_prefix_of_a_hard_source_is_cut_without_loss() {
    let source =
        "fn f<'a>(x: &'a str) -> char { /* /* é */ */ r##\"\"#\"##; b'\\''; '\\u{1F}' } // ü";
    for end in (0..=source.len()).filter(|&at| source.is_char_boundary(at)) {
        let cut = &source[..end];
        let kept: String = tokens(cut).iter().map(|token| token.text).collect();
        let squeeze = |text: &str| text.split_whitespace().collect::<String>();
        assert_eq!(squeeze(&kept), squeeze(cut));
    }
}
