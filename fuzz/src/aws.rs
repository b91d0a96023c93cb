/// The body with the checksums of its AWS messages put right, as far as their lengths make sense: a fuzzer would never
/// guess one.
#[must_use]
pub fn with_checksums(body: &[u8]) -> Vec<u8> {
    let mut mended = body.to_vec();
    let mut rest = &mut mended[..];
    while let Some((message, after)) = first_message(rest) {
        mend(message);
        rest = after;
    }
    mended
}

const PRELUDE: usize = 12;
const CHECKSUM: usize = 4;

/// The first message by the length it claims, if it has room for a prelude and a checksum.
fn first_message(bytes: &mut [u8]) -> Option<(&mut [u8], &mut [u8])> {
    let length = usize::try_from(u32::from_be_bytes(*bytes.first_chunk()?)).ok()?;
    if length < PRELUDE + CHECKSUM {
        return None;
    }
    bytes.split_at_mut_checked(length)
}

fn mend(message: &mut [u8]) {
    let prelude = crc32fast::hash(&message[..8]);
    message[8..PRELUDE].copy_from_slice(&prelude.to_be_bytes());
    let end = message.len() - CHECKSUM;
    let checksum = crc32fast::hash(&message[..end]);
    message[end..].copy_from_slice(&checksum.to_be_bytes());
}
