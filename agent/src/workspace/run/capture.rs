use std::collections::VecDeque;

use tokio::net::unix::pipe::Receiver;

/// The first and the last of what a command writes.
pub(super) struct Capture {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    /// How much is kept of each.
    room: usize,
    dropped: u64,
}

impl Capture {
    pub(super) fn new(max: usize) -> Self {
        Capture {
            head: Vec::new(),
            tail: VecDeque::new(),
            room: max / 2,
            dropped: 0,
        }
    }

    /// Reads until nobody can write any more. Nothing read is lost when the future is dropped.
    pub(super) async fn fill(&mut self, pipe: &Receiver) {
        let mut chunk = [0; 8 << 10];
        while pipe.readable().await.is_ok() {
            match pipe.try_read(&mut chunk) {
                Ok(0) => return,
                Ok(read) => self.push(&chunk[..read]),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                // Without its output a command still has an exit status.
                Err(_) => return,
            }
        }
    }

    fn push(&mut self, bytes: &[u8]) {
        let (first, rest) = bytes.split_at(bytes.len().min(self.room - self.head.len()));
        self.head.extend_from_slice(first);
        self.tail.extend(rest);
        let surplus = self.tail.len().saturating_sub(self.room);
        self.tail.drain(..surplus);
        self.dropped += surplus as u64;
    }

    /// What was kept, with a note where something is missing.
    pub(super) fn text(&self) -> String {
        let (front, back) = self.tail.as_slices();
        let tail = [front, back].concat();
        if self.dropped == 0 {
            return String::from_utf8_lossy(&[&self.head[..], &tail].concat()).into_owned();
        }
        format!(
            "{}\n[{} bytes left out]\n{}",
            String::from_utf8_lossy(&self.head),
            self.dropped,
            String::from_utf8_lossy(&tail)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_last_are_kept() {
        let check = |max: usize, chunks: &[&str], expected: &str| {
            let mut capture = Capture::new(max);
            chunks
                .iter()
                .for_each(|chunk| capture.push(chunk.as_bytes()));
            assert_eq!(capture.text(), expected);
        };
        check(8, &["abc", "defgh"], "abcdefgh");
        check(8, &["abcdefghi"], "abcd\n[1 bytes left out]\nfghi");
        check(
            8,
            &["a", "b", "cdefghijklmno", "p"],
            "abcd\n[8 bytes left out]\nmnop",
        );
        check(0, &["abc"], "\n[3 bytes left out]\n");
        check(4, &["é", "é", "é"], "é\n[2 bytes left out]\né");
    }
}
