//! What framing may allocate. One test, because the counters are the whole process's.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use windlass_provider::frame::aws::{Header, encode};
use windlass_provider::frame::{FrameErrorKind, Framer, Framing, SseOptions};

/// Counts what is asked of the system's allocator.
struct Counting;

static CALLS: AtomicUsize = AtomicUsize::new(0);
static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
static TOTAL: AtomicUsize = AtomicUsize::new(0);

impl Counting {
    fn grow(bytes: usize) {
        CALLS.fetch_add(1, Ordering::Relaxed);
        TOTAL.fetch_add(bytes, Ordering::Relaxed);
        let live = LIVE.fetch_add(bytes, Ordering::Relaxed) + bytes;
        PEAK.fetch_max(live, Ordering::Relaxed);
    }
}

#[allow(
    unsafe_code,
    reason = "an allocator cannot be written without; each call is the system's"
)]
// SAFETY: every call is passed on unchanged, and counting does not allocate.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::grow(layout.size());
        // SAFETY: the caller keeps the promises of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps the promises of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        Self::grow(size);
        // SAFETY: the caller keeps the promises of `realloc`.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What one run asked of the allocator.
#[derive(Debug)]
struct Cost {
    frames: usize,
    calls: usize,
    /// The most bytes held at once.
    peak: usize,
    /// All bytes ever asked for.
    total: usize,
    /// The bytes held afterwards, by a framer that is still there.
    held: usize,
    error: Option<FrameErrorKind>,
}

/// Feeds the chunks in turn until an error, and counts.
fn measure<'c>(framer: &mut Framer, chunks: impl IntoIterator<Item = &'c [u8]>) -> Cost {
    let before = LIVE.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let (calls, total) = (CALLS.load(Ordering::Relaxed), TOTAL.load(Ordering::Relaxed));
    let (mut frames, mut error) = (0, None);
    'body: for chunk in chunks {
        let mut fed = framer.feed(chunk);
        loop {
            match fed.next() {
                Ok(Some(_)) => frames += 1,
                Ok(None) => break,
                Err(failed) => {
                    error = Some(failed.kind());
                    break 'body;
                }
            }
        }
    }
    Cost {
        frames,
        calls: CALLS.load(Ordering::Relaxed) - calls,
        peak: PEAK.load(Ordering::Relaxed) - before,
        total: TOTAL.load(Ordering::Relaxed) - total,
        held: LIVE.load(Ordering::Relaxed).saturating_sub(before),
        error,
    }
}

const MIB: usize = 1024 * 1024;

/// A framing, a small frame of it, and one whose payload has so many bytes.
type Case = (Framing, Vec<u8>, fn(usize) -> Vec<u8>);

fn cases() -> [Case; 4] {
    let sse: fn(usize) -> Vec<u8> = |size| {
        format!(
            "event: delta\nid: 7\ndata: {{\"{}\"}}\n\n",
            "x".repeat(size)
        )
        .into_bytes()
    };
    let ndjson: fn(usize) -> Vec<u8> =
        |size| format!("{{\"{}\"}}\n", "x".repeat(size)).into_bytes();
    let array: fn(usize) -> Vec<u8> =
        |size| format!("{{\"{}\"}},\n", "x".repeat(size)).into_bytes();
    let aws: fn(usize) -> Vec<u8> = |size| {
        let mut out = Vec::new();
        encode(
            &[Header::text(":event-type", "delta")],
            &vec![b'x'; size],
            &mut out,
        )
        .expect("the headers fit");
        out
    };
    [
        (Framing::Sse(SseOptions::new()), sse(300), sse),
        (Framing::Ndjson, ndjson(300), ndjson),
        (Framing::JsonArray, array(300), array),
        (Framing::AwsEventStream, aws(300), aws),
    ]
}

fn begun(framing: Framing) -> Framer {
    let mut framer = framing.framer();
    if framing == Framing::JsonArray {
        assert_eq!(measure(&mut framer, [&b"["[..]]).frames, 0);
    }
    framer
}

/// whole frames are lent from the chunk.
fn whole_frames_allocate_nothing(framing: Framing, small: &[u8]) {
    let chunk = small.repeat(50);
    let cost = measure(&mut begun(framing), std::iter::repeat_n(&chunk[..], 20));
    assert_eq!((cost.frames, cost.calls), (1000, 0), "{framing:?}");
}

/// cut frames share one buffer, however many they are.
fn cut_frames_reuse_a_buffer(framing: Framing, small: &[u8]) {
    let body = small.repeat(1000);
    let cost = measure(&mut begun(framing), body.chunks(97));
    assert_eq!(cost.frames, 1000, "{framing:?}");
    assert!(
        cost.calls <= 6 && cost.peak <= 4 * small.len(),
        "{framing:?}: {cost:?}"
    );
}

/// a large frame costs memory linear in its size, and what it made grow is given back.
fn large_frames_are_linear(framing: Framing, small: &[u8], large: fn(usize) -> Vec<u8>) {
    let body = large(MIB);
    let mut framer = begun(framing);
    let cost = measure(&mut framer, body.chunks(1_400));
    assert_eq!(cost.frames, 1, "{framing:?}");
    assert!(
        cost.calls <= 16 && cost.peak <= 3 * MIB && cost.total <= 5 * MIB,
        "{framing:?}: {cost:?}"
    );
    let held = measure(&mut framer, [small]);
    assert_eq!((held.frames, held.held), (1, 0), "{framing:?}: {held:?}");
    let freed = LIVE.load(Ordering::Relaxed);
    drop(framer);
    assert!(
        freed - LIVE.load(Ordering::Relaxed) <= 64 * 1024,
        "{framing:?}"
    );
}

/// a breach of the cap is an error before the memory is taken.
fn the_cap_bounds_memory(framing: Framing, large: fn(usize) -> Vec<u8>) {
    let cap = 100_000;
    let body = large(MIB);
    let cost = measure(&mut begun(framing).max_frame(cap), body.chunks(1_400));
    assert!(
        matches!(
            cost.error,
            Some(FrameErrorKind::TooLarge { cap: 100_000, .. })
        ),
        "{framing:?}: {cost:?}"
    );
    assert!(cost.peak <= 3 * cap, "{framing:?}: {cost:?}");
}

/// a length that only the prelude claims takes no memory.
fn a_claimed_length_allocates_nothing() {
    let mut body = Vec::new();
    encode(&[], &vec![0; 15 * MIB], &mut body).expect("the message fits");
    let cost = measure(
        &mut Framing::AwsEventStream.framer(),
        body[..500].chunks(100),
    );
    assert!(cost.frames == 0 && cost.peak <= 4_096, "{cost:?}");
}

#[test]
fn framing_allocates_only_for_what_is_cut() {
    for (framing, small, large) in cases() {
        whole_frames_allocate_nothing(framing, &small);
        cut_frames_reuse_a_buffer(framing, &small);
        large_frames_are_linear(framing, &small, large);
        the_cap_bounds_memory(framing, large);
    }
    a_claimed_length_allocates_nothing();
}
