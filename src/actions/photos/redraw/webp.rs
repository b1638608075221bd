//! How large the frames of a WebP file say they are (RFC 9649).
//!
//! The reader goes by the canvas until it decodes, and takes memory for what each frame
//! claims.

/// Points of the largest; 0 where none is found, which no reader takes for a picture.
pub fn largest_frame(file: &[u8]) -> u64 {
    // "RIFF", the length, "WEBP".
    file.get(12..).map_or(0, largest_in)
}

fn largest_in(mut rest: &[u8]) -> u64 {
    let mut largest = 0;
    while let Some((head, after)) = rest.split_at_checked(8) {
        let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        // The last chunk may be cut short; each begins at an even place.
        let data = &after[..length.min(after.len())];
        let points = match &head[..4] {
            b"VP8 " => lossy(data),
            b"VP8L" => lossless(data),
            // Where it stands and for how long; then chunks of its own.
            b"ANMF" => data.get(16..).map(largest_in),
            _ => None,
        };
        largest = largest.max(points.unwrap_or(0));
        rest = after.get(length + length % 2..).unwrap_or_default();
    }
    largest
}

/// After a tag of three bytes and a mark of three: two sides of 14 bits (RFC 6386 9.1).
fn lossy(data: &[u8]) -> Option<u64> {
    let side = |at: usize| {
        Some(u64::from(u16::from_le_bytes([*data.get(at)?, *data.get(at + 1)?]) & 0x3FFF))
    };
    Some(side(6)? * side(8)?)
}

/// After a mark of one byte: two sides of 14 bits, each less one (RFC 9649 3.4).
fn lossless(data: &[u8]) -> Option<u64> {
    let bits = data.get(1..5)?;
    let bits = u32::from_le_bytes([bits[0], bits[1], bits[2], bits[3]]);
    let side = |shift: u32| u64::from(bits >> shift & 0x3FFF) + 1;
    Some(side(0) * side(14))
}
