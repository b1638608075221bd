//! Pictures that contacts send: which are taken, and how much of them.

/// So many with one text: front, back and label of what arrived broken.
pub const MOST: usize = 3;
/// Bytes of one. A telephone's camera makes 3 to 6 MB.
pub const LARGEST: usize = 8 * 1024 * 1024;
/// Points of one, whatever its bytes: the 24 million of today's telephones, and a few
/// for rounding. A file of a kilobyte may claim thousands of millions.
pub const MOST_PIXELS: u64 = 25_000_000;
/// The longer side as it is kept: a serial number on a label is still read.
pub const FULL_SIDE: u32 = 1_920;
/// And as the thread shows it, at half of that, so that it is sharp on any screen.
pub const SMALL_SIDE: u32 = 320;
/// Between a day and ten years.
pub const DAYS: std::ops::RangeInclusive<i32> = 1..=3_650;
/// Until an administrator says otherwise: 90 days are what peers keep a call's text
/// report for (product.md F-56).
pub const DAYS_AT_FIRST: i32 = 90;

/// What a file is by its first bytes; its name and what the browser calls it say
/// nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhotoKind {
    Jpeg,
    Png,
    Webp,
}

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPhoto {
    /// What some telephones keep pictures in; they send JPEG when asked for it.
    #[error("is a HEIC or AVIF picture")]
    Heic,
    #[error("is no picture")]
    NotOne,
}

impl PhotoKind {
    pub fn of(bytes: &[u8]) -> Result<Self, NoPhoto> {
        if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
            return Ok(Self::Jpeg);
        }
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            return Ok(Self::Png);
        }
        if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            return Ok(Self::Webp);
        }
        let brand = bytes.get(8..12).filter(|_| bytes.get(4..8) == Some(b"ftyp"));
        match brand {
            Some(b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1")
            | Some(b"avif" | b"avis") => Err(NoPhoto::Heic),
            _ => Err(NoPhoto::NotOne),
        }
    }
}

/// How large something is drawn whose longer side may be `side`: never larger than it is.
pub fn fit((width, height): (u32, u32), side: u32) -> (u32, u32) {
    let longer = width.max(height);
    if longer <= side {
        return (width, height);
    }
    let scaled = |length: u32| {
        let scaled = u64::from(length) * u64::from(side) / u64::from(longer);
        u32::try_from(scaled).unwrap_or(side).max(1)
    };
    (scaled(width), scaled(height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_first_bytes_say() {
        assert_eq!(PhotoKind::of(&[0xFF, 0xD8, 0xFF, 0xE1]), Ok(PhotoKind::Jpeg));
        assert_eq!(PhotoKind::of(b"\x89PNG\r\n\x1a\n\0\0"), Ok(PhotoKind::Png));
        assert_eq!(PhotoKind::of(b"RIFF\x10\0\0\0WEBPVP8 "), Ok(PhotoKind::Webp));
        assert_eq!(PhotoKind::of(b"\0\0\0\x18ftypheic\0\0"), Err(NoPhoto::Heic));
        assert_eq!(PhotoKind::of(b"\0\0\0\x18ftypavif\0\0"), Err(NoPhoto::Heic));
        for none in [&b"MZ\x90\0"[..], b"", b"\xFF\xD8", b"RIFF\0\0\0\0WAVE", b"<svg>", b"GIF89a"] {
            assert_eq!(PhotoKind::of(none), Err(NoPhoto::NotOne), "{none:?}");
        }
        assert_eq!(PhotoKind::of(b"\0\0\0\x18ftypmp42"), Err(NoPhoto::NotOne), "a film");
    }

    #[test]
    fn what_is_drawn_keeps_its_shape_and_never_grows() {
        assert_eq!(fit((4_000, 3_000), 320), (320, 240));
        assert_eq!(fit((3_000, 4_000), 320), (240, 320));
        assert_eq!(fit((100, 80), 320), (100, 80));
        assert_eq!(fit((20_000, 1), 320), (320, 1));
    }
}
