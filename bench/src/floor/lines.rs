use std::str;

use crate::Failure;

/// Splits chunks into lines; only a line that is cut is copied.
#[derive(Debug, Default)]
pub(super) struct Lines {
    unfinished: Vec<u8>,
}

impl Lines {
    pub(super) fn feed(
        &mut self,
        mut chunk: &[u8],
        mut each: impl FnMut(&str) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        while let Some(end) = memchr::memchr(b'\n', chunk) {
            if self.unfinished.is_empty() {
                each(str::from_utf8(&chunk[..end])?)?;
            } else {
                self.unfinished.extend_from_slice(&chunk[..end]);
                each(str::from_utf8(&self.unfinished)?)?;
                self.unfinished.clear();
            }
            chunk = &chunk[end + 1..];
        }
        self.unfinished.extend_from_slice(chunk);
        Ok(())
    }
}
