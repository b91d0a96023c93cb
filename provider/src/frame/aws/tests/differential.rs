//! The same messages written and read by AWS's own crate.

use aws_smithy_eventstream::frame::{read_message_from, write_message_to};
use aws_smithy_types::DateTime;
use aws_smithy_types::event_stream::{
    Header as TheirHeader, HeaderValue as TheirValue, Message as TheirMessage,
};
use proptest::prelude::*;

use super::{framer, resealed};
use crate::frame::aws::{Header, HeaderValue, encode};
use crate::frame::testing::{OwnedFrame, cut, read};

/// A header that owns its value.
#[derive(Clone, Debug)]
enum Value {
    Bool(bool),
    Byte(i8),
    Int16(i16),
    Int32(i32),
    Int64(i64),
    Bytes(Vec<u8>),
    String(String),
    Timestamp(i64),
    Uuid([u8; 16]),
}

impl Value {
    fn ours(&self) -> HeaderValue<'_> {
        match self {
            Self::Bool(value) => HeaderValue::Bool(*value),
            Self::Byte(value) => HeaderValue::Byte(*value),
            Self::Int16(value) => HeaderValue::Int16(*value),
            Self::Int32(value) => HeaderValue::Int32(*value),
            Self::Int64(value) => HeaderValue::Int64(*value),
            Self::Bytes(value) => HeaderValue::Bytes(value),
            Self::String(value) => HeaderValue::String(value),
            Self::Timestamp(value) => HeaderValue::Timestamp(*value),
            Self::Uuid(value) => HeaderValue::Uuid(*value),
        }
    }

    fn theirs(&self) -> TheirValue {
        match self.clone() {
            Self::Bool(value) => TheirValue::Bool(value),
            Self::Byte(value) => TheirValue::Byte(value),
            Self::Int16(value) => TheirValue::Int16(value),
            Self::Int32(value) => TheirValue::Int32(value),
            Self::Int64(value) => TheirValue::Int64(value),
            Self::Bytes(value) => TheirValue::ByteArray(value.into()),
            Self::String(value) => TheirValue::String(value.into()),
            Self::Timestamp(value) => TheirValue::Timestamp(DateTime::from_millis(value)),
            Self::Uuid(value) => TheirValue::Uuid(u128::from_be_bytes(value)),
        }
    }
}

type Message = (Vec<(String, Value)>, Vec<u8>);

fn message() -> impl Strategy<Value = Message> {
    let value = prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        any::<i8>().prop_map(Value::Byte),
        any::<i16>().prop_map(Value::Int16),
        any::<i32>().prop_map(Value::Int32),
        any::<i64>().prop_map(Value::Int64),
        prop::collection::vec(any::<u8>(), 0..20).prop_map(Value::Bytes),
        prop::collection::vec(any::<char>(), 0..10)
            .prop_map(|chars| Value::String(chars.into_iter().collect())),
        (-1_000_000_000_000_i64..4_000_000_000_000).prop_map(Value::Timestamp),
        any::<[u8; 16]>().prop_map(Value::Uuid),
    ];
    let name = prop::collection::vec(prop::sample::select(&["a", ":", "-", "é"]), 1..8)
        .prop_map(|pieces| pieces.concat());
    let headers = prop::collection::vec((name, value), 0..6);
    (headers, prop::collection::vec(any::<u8>(), 0..60))
}

fn written_by_us((headers, payload): &Message) -> Vec<u8> {
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| Header::new(name, value.ours()))
        .collect();
    let mut out = Vec::new();
    encode(&headers, payload, &mut out).unwrap();
    out
}

fn written_by_them((headers, payload): &Message) -> Vec<u8> {
    let headers = headers
        .iter()
        .map(|(name, value)| TheirHeader::new(name.clone(), value.theirs()))
        .collect();
    let mut out = Vec::new();
    write_message_to(
        &TheirMessage::new_from_parts(headers, payload.clone()),
        &mut out,
    )
    .unwrap();
    out
}

fn expected((headers, payload): &Message) -> OwnedFrame {
    let bytes = written_by_them(&(headers.clone(), payload.clone()));
    let mut framer = framer();
    let mut frames = framer.feed(&bytes);
    let frame = frames.next().unwrap().unwrap();
    let ours: Vec<_> = headers
        .iter()
        .map(|(name, value)| Header::new(name, value.ours()))
        .collect();
    assert_eq!(frame.headers.iter().collect::<Vec<_>>(), ours);
    assert_eq!(frame.data, payload);
    frame.into()
}

proptest! {
    //
    #[test]
    fn both_write_the_same_bytes(message in message()) {
        prop_assert_eq!(written_by_us(&message), written_by_them(&message));
    }

    //
    #[test]
    fn messages_come_back_in_any_cut(
        messages in prop::collection::vec(message(), 0..5),
        cuts in prop::collection::vec(any::<usize>(), 0..12),
    ) {
        let body: Vec<u8> = messages.iter().flat_map(written_by_us).collect();
        let reading = read(framer(), cut(&body, cuts));
        prop_assert_eq!(reading.error, None);
        prop_assert_eq!(reading.frames, messages.iter().map(expected).collect::<Vec<_>>());
    }

    //
    #[test]
    fn both_refuse_the_same_broken_messages(
        message in message(),
        position: prop::sample::Index,
        byte: u8,
        reseal: bool,
    ) {
        let mut bytes = written_by_us(&message);
        let position = position.index(bytes.len());
        bytes[position] = byte;
        if reseal {
            bytes = resealed(bytes);
        }
        let total = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize;
        prop_assume!(total == bytes.len());
        let reading = read(framer(), [&bytes[..]]);
        prop_assert_eq!(reading.error.is_none(), read_message_from(&bytes[..]).is_ok());
    }
}
