//! One event while its lines are read.

#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
}

#[derive(Debug, Default)]
pub(super) struct Event {
    pub(super) name: Option<Span>,
    pub(super) id: Option<Span>,
    pub(super) data: Data,
    /// The bytes of the finished lines, each line end as one: the same however the body was cut.
    pub(super) size: usize,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Data {
    #[default]
    Absent,
    OneLine(Span),
    Joined,
}

impl Span {
    pub(super) fn of(self, bytes: &[u8]) -> &[u8] {
        &bytes[self.start..self.end]
    }
}

impl Event {
    pub(super) fn has_data(&self) -> bool {
        !matches!(self.data, Data::Absent)
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.has_data() && self.name.is_none() && self.id.is_none()
    }

    /// `retry` is skipped like an unknown field: it is about connecting again, which no model stream does.
    pub(super) fn read_line(&mut self, bytes: &[u8], line: Span, joined: &mut Vec<u8>) {
        let Some((field, value)) = field(bytes, line) else {
            return;
        };
        match field {
            b"data" => self.add_data(bytes, value, joined),
            b"event" => self.name = (value.start < value.end).then_some(value),
            b"id" if !value.of(bytes).contains(&0) => self.id = Some(value),
            _ => {}
        }
    }

    fn add_data(&mut self, bytes: &[u8], value: Span, joined: &mut Vec<u8>) {
        match self.data {
            Data::Absent => return self.data = Data::OneLine(value),
            Data::OneLine(first) => joined.extend_from_slice(first.of(bytes)),
            Data::Joined => {}
        }
        joined.push(b'\n');
        joined.extend_from_slice(value.of(bytes));
        self.data = Data::Joined;
    }
}

/// The longest known field name and its colon: a colon further on belongs to a field that is skipped anyway.
const FIELD_LIMIT: usize = "event:".len();

/// The name and value of a line's field; `None` for a comment and for fields with longer names than any known.
fn field(bytes: &[u8], line: Span) -> Option<(&[u8], Span)> {
    let content = line.of(bytes);
    let head = &content[..content.len().min(FIELD_LIMIT)];
    match head.iter().position(|&byte| byte == b':') {
        Some(0) => None,
        Some(colon) => {
            let space = usize::from(content.get(colon + 1) == Some(&b' '));
            let value = Span {
                start: line.start + colon + 1 + space,
                end: line.end,
            };
            Some((&content[..colon], value))
        }
        None if content.len() < FIELD_LIMIT => Some((
            content,
            Span {
                start: line.end,
                end: line.end,
            },
        )),
        None => None,
    }
}
