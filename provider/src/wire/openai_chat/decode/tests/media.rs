//! Citations, pictures, speech, and the call of old.

use windlass_core::{MediaPart, Source};

use super::*;

#[test]
fn citations_come_with_their_text() {
    let cited = r#"{"type":"url_citation","url_citation":{"url":"https://a.example","title":"A","content":"quote","start_index":0}}"#;
    check_both(
        &[
            r#"{"content":"x"}"#,
            &format!(r#"{{"annotations":[{cited}]}}"#),
        ],
        &format!(r#"{{"content":"x","annotations":[{cited}]}}"#),
        "stop",
        "text<x> Stop/stop",
    );
    let alone = deltas(&[&format!(r#"{{"annotations":[{cited}]}}"#)], "stop");
    check_stream(&CODEC, &alone, |response| {
        let [AssistantPart::Text(text)] = &response.message.parts[..] else {
            panic!("one text");
        };
        let citation = &text.citations[0];
        assert_eq!(citation.url.as_deref(), Some("https://a.example"));
        assert_eq!(citation.title.as_deref(), Some("A"));
        assert_eq!(citation.quote.as_deref(), Some("quote"));
        assert_eq!(citation.json.as_ref().map(JsonText::as_str), Some(cited));
    });
}

#[test]
fn sources_are_the_richer_of_two_lists() {
    let body = whole(r#"{"content":"x"}"#, "stop").replace(
        "\"choices\"",
        r#""citations":["https://a.example"],"search_results":[{"title":"A","url":"https://a.example","snippet":"s"},{"url":"https://b.example"}],"choices""#,
    );
    check_whole(&CODEC, &body, |response| {
        let [AssistantPart::Text(text)] = &response.message.parts[..] else {
            panic!("one text");
        };
        let titles: Vec<_> = text
            .citations
            .iter()
            .map(|source| source.title.as_deref())
            .collect();
        assert_eq!(titles, [Some("A"), None]);
    });
}

#[test]
fn pictures_are_media() {
    let image = |url: &str| {
        format!(r#"{{"images":[{{"type":"image_url","image_url":{{"url":"{url}"}}}}]}}"#)
    };
    let (inline, address) = (
        image("data:image/png;base64,iVBO"),
        image("https://a.example/x.png"),
    );
    check(
        &[&inline, r#"{"content":"x"}"#, &address],
        "stop",
        "text<x> media<image/png> media<image/*> Stop/stop",
    );
    check_stream(&CODEC, &deltas(&[&inline], "stop"), |response| {
        let [AssistantPart::Media(MediaPart { media, .. })] = &response.message.parts[..] else {
            panic!("one picture");
        };
        assert_eq!(media.source, Source::Base64("iVBO".into()));
    });
}

#[test]
fn speech_is_words_and_media() {
    check_both(
        &[
            r#"{"audio":{"id":"audio_1"}}"#,
            r#"{"audio":{"transcript":"Hel"}}"#,
            r#"{"audio":{"transcript":"lo","data":"AAAA"}}"#,
            r#"{"audio":{"data":"BBBB"}}"#,
            r#"{"audio":{"expires_at":7}}"#,
        ],
        r#"{"content":null,"audio":{"id":"audio_1","data":"AAAABBBB","transcript":"Hello","expires_at":7}}"#,
        "stop",
        "text<Hello> media<> Stop/stop",
    );
    let padded = deltas(
        &[
            r#"{"audio":{"data":"AA=="}}"#,
            r#"{"audio":{"data":"BBBB"}}"#,
        ],
        "stop",
    );
    check_stream(&CODEC, &padded, |response| {
        assert_eq!(
            shown(response),
            "media<> media<> Stop/stop",
            "padding ends a recording"
        );
    });
}

#[test]
fn the_call_of_old_is_kept_as_an_item() {
    check_both(
        &[
            r#"{"function_call":{"name":"f","arguments":""}}"#,
            r#"{"function_call":{"arguments":"{\"x\":"}}"#,
            r#"{"function_call":{"arguments":"1}"}}"#,
        ],
        r#"{"content":null,"function_call":{"name":"f","arguments":"{\"x\":1}"}}"#,
        "function_call",
        "item<function_call> Calls/function_call",
    );
}

#[test]
fn a_custom_tool_is_called_by_its_input() {
    check(
        &[
            r#"{"tool_calls":[{"id":"a","type":"custom","custom":{"name":"sql","input":"SELECT 1"}}]}"#,
        ],
        "tool_calls",
        "a=sql<SELECT 1> Calls/tool_calls",
    );
    check(
        &[
            r#"{"tool_calls":[{"id":"a","custom":{"name":"","input":""},"function":{"name":"f","arguments":"{}"}}]}"#,
        ],
        "tool_calls",
        "a=f<{}> Calls/tool_calls",
    );
}
