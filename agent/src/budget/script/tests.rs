use super::hundredths;

/// `tokens` is what OpenAI's tokenizer of 200,000 pieces counted, `off` how many per cent the estimate may be away.
fn check(text: &str, tokens: u64, off: u64) {
    let guess = hundredths(text).div_ceil(100);
    let bound = (tokens * off).div_ceil(100);
    assert!(
        guess.abs_diff(tokens) <= bound,
        "{guess} for {tokens} of {text:?}"
    );
}

//
#[test]
fn a_guess_is_near_for_what_is_common() {
    check(PROSE, PROSE_TOKENS, 10);
    check(CODE, CODE_TOKENS, 15);
    check(JSON, JSON_TOKENS, 20);
    check(LISTING, LISTING_TOKENS, 20);
    check(BASE64, BASE64_TOKENS, 25);
}

//
#[test]
fn a_guess_leans_to_too_many_for_other_scripts() {
    for (text, tokens) in SCRIPTS {
        let guess = hundredths(text).div_ceil(100);
        assert!(
            (tokens * 9 / 10..=tokens * 2).contains(&guess),
            "{guess} for {tokens} of {text}"
        );
    }
}

#[test]
fn each_kind_of_content_weighs_differently() {
    let dense = |text: &str| hundredths(text) * 1_000 / text.len() as u64;
    assert!(dense(PROSE) < dense(CODE) && dense(CODE) < dense(JSON) && dense(JSON) < dense(BASE64));
    assert_eq!(hundredths(""), 0);
}

const PROSE: &str = "A windlass hauls a heavy load turn by turn, and a pawl keeps what was won. It talks to every provider's own protocol, runs the tools that a model calls, and loses nothing, whatever fails in between. It is a workspace of small crates; a user takes the ones that are needed. Nothing the model said is ever dropped, defaulted, or logged and skipped.";
const PROSE_TOKENS: u64 = 80;
const CODE: &str = "impl Estimator for Words {\n    fn text(&self, text: &str) -> u64 {\n        text.split_whitespace().count() as u64\n    }\n\n    fn media(&self, _: &Media) -> u64 {\n        if self.cached.is_empty() { 1_000 } else { 0 }\n    }\n}\n";
const CODE_TOKENS: u64 = 70;
const JSON: &str = "{\"id\":7,\"name\":\"Oslo\",\"position\":{\"lat\":59.91,\"lon\":10.75},\"days\":[{\"date\":\"2026-11-20\",\"min\":-3.5,\"max\":4},{\"date\":\"2026-11-21\",\"min\":-1,\"max\":5.25}],\"source\":\"https://example.com/weather?city=Oslo\"}";
const JSON_TOKENS: u64 = 81;
const LISTING: &str = "-rw-r--r--  1 root root   4906 Nov 20 10:51 src/guard.rs\n-rw-r--r--  1 root root  12382 Nov 20 10:51 src/conversation.rs\ndrwxr-xr-x  2 root root   4096 Nov 19 08:02 src/budget\n";
const LISTING_TOKENS: u64 = 80;
const BASE64: &str = "mF8qPz3XkVt0LwYc5RjHbN2dUe7SgOa9ZyTiMfKx4EhWrQ1vBsJnCuD6pGlAoIz8XkVmF3qPwYc0Ltb5RjHN2dUSg7eaOZy9TiKx4MfEhrQW1vJnBsCuGlD6pAoI";
const BASE64_TOKENS: u64 = 99;
const SCRIPTS: [(&str, u64); 8] = [
    (
        "今天天气很好，我们去公园散步吧。请问北京和上海哪个更暖和？",
        22,
    ),
    (
        "今日は天気がいいので、公園を散歩しましょう。東京と大阪ではどちらが暖かいですか？",
        27,
    ),
    (
        "오늘은 날씨가 좋아서 공원을 산책하려고 합니다. 서울과 부산 중 어디가 더 따뜻한가요?",
        28,
    ),
    (
        "Сегодня хорошая погода, давайте прогуляемся в парке. Где теплее, в Москве или в Казани?",
        27,
    ),
    (
        "Σήμερα ο καιρός είναι καλός, ας πάμε μια βόλτα στο πάρκο. Πού είναι πιο ζεστά;",
        30,
    ),
    ("الطقس جميل اليوم، لنذهب في نزهة في الحديقة.", 16),
    (
        "Heute ist schönes Wetter, lass uns im Park spazieren gehen. Wo ist es wärmer, in Köln oder in München?",
        25,
    ),
    ("วันนี้อากาศดี ไปเดินเล่นที่สวนสาธารณะกันเถอะ", 18),
];
