//! One picture, read with care and drawn anew.

use std::io::Cursor;

mod webp;

use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{
    DynamicImage, ExtendedColorType, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage,
};

use crate::actions::Problem;
use crate::domain::photo::{FULL_SIDE, MOST_PIXELS, PhotoKind, SMALL_SIDE, fit};
use crate::store::photos::NewPhoto;

/// A side of a panorama; no telephone makes a longer one.
const LONGEST_SIDE: u32 = 20_000;
/// Bytes the reader may ask for: four a point, and half as many again for itself. PNG's
/// keeps to it; the others go by what their files claim, which is looked at first.
const MOST_MEMORY: u64 = MOST_PIXELS * 6;
/// Where nobody sees the difference to more.
const QUALITY: u8 = 82;

/// Reads a file and draws what it shows, in two sizes. Dimensions are looked at before
/// any point is.
pub fn redraw(kind: PhotoKind, file: &[u8]) -> Result<NewPhoto, Problem> {
    if kind == PhotoKind::Webp && webp::largest_frame(file) > MOST_PIXELS {
        return Err(Problem::TooLong);
    }
    let mut reader = ImageReader::with_format(Cursor::new(file), format_of(kind));
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(refusal)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS || decoder.total_bytes() > MOST_MEMORY {
        return Err(Problem::TooLong);
    }
    // Telephones write down how they were held, and leave the picture as it is.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).map_err(refusal)?;
    let full = within(&picture, FULL_SIDE);
    drop(picture);
    let mut full = DynamicImage::ImageRgb8(on_white(full));
    full.apply_orientation(orientation);
    let small = within(&full, SMALL_SIDE).into_rgb8();
    let full = full.into_rgb8();
    Ok(NewPhoto {
        width: full.width(),
        height: full.height(),
        full: jpeg(&full)?,
        small: jpeg(&small)?,
    })
}

fn format_of(kind: PhotoKind) -> ImageFormat {
    match kind {
        PhotoKind::Jpeg => ImageFormat::Jpeg,
        PhotoKind::Png => ImageFormat::Png,
        PhotoKind::Webp => ImageFormat::WebP,
    }
}

fn refusal(error: image::ImageError) -> Problem {
    match error {
        image::ImageError::Limits(_) => Problem::TooLong,
        _ => Problem::NotAPicture,
    }
}

fn within(picture: &DynamicImage, side: u32) -> DynamicImage {
    let size = (picture.width(), picture.height());
    let (width, height) = fit(size, side);
    if (width, height) == size { picture.clone() } else { picture.thumbnail_exact(width, height) }
}

/// JPEG knows nothing that one can see through.
fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let picture = picture.into_rgba8();
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [red, green, blue, alpha] = picture.get_pixel(x, y).0;
        let mixed = |colour: u8| {
            let sum = u32::from(colour) * u32::from(alpha) + 255 * (255 - u32::from(alpha));
            u8::try_from(sum / 255).unwrap_or(u8::MAX)
        };
        image::Rgb([mixed(red), mixed(green), mixed(blue)])
    })
}

fn jpeg(picture: &RgbImage) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, QUALITY)
        .encode(picture.as_raw(), picture.width(), picture.height(), ExtendedColorType::Rgb8)
        .map_err(refusal)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use image::{ImageEncoder, Rgba, RgbaImage};

    use super::*;

    /// Red on the left, blue on the right.
    fn drawing(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, _| {
            image::Rgb(if x < width / 2 { [220, 0, 0] } else { [0, 0, 220] })
        })
    }

    /// A JPEG as telephones write it: turned, with a place and a name of the camera.
    fn from_a_telephone(orientation: u8) -> Vec<u8> {
        let plain = jpeg(&drawing(400, 200)).unwrap();
        let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
        exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
        exif.extend(b"GPSLatitude 35.6812 CameraOwner");
        let mut file = plain[..2].to_vec();
        file.extend([0xFF, 0xE1]);
        file.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
        file.extend(exif);
        file.extend(&plain[2..]);
        file
    }

    fn has(bytes: &[u8], word: &[u8]) -> bool {
        bytes.windows(word.len()).any(|window| window == word)
    }

    #[test]
    fn nothing_of_the_file_is_left_but_what_it_shows() {
        let file = from_a_telephone(1);
        assert!(has(&file, b"GPS") && has(&file, b"CameraOwner"));
        let photo = redraw(PhotoKind::Jpeg, &file).unwrap();
        assert_eq!((photo.width, photo.height), (400, 200));
        for kept in [&photo.full, &photo.small] {
            assert!(!has(kept, b"Exif") && !has(kept, b"GPS") && !has(kept, b"CameraOwner"));
            assert_eq!(PhotoKind::of(kept), Ok(PhotoKind::Jpeg));
        }
        let small = image::load_from_memory(&photo.small).unwrap();
        assert_eq!((small.width(), small.height()), (320, 160));
    }

    #[test]
    fn a_telephone_that_was_held_upright_made_an_upright_picture() {
        let photo = redraw(PhotoKind::Jpeg, &from_a_telephone(6)).unwrap();
        assert_eq!((photo.width, photo.height), (200, 400));
        let full = image::load_from_memory(&photo.full).unwrap().into_rgb8();
        let (top, bottom) = (full.get_pixel(100, 50).0, full.get_pixel(100, 350).0);
        assert!(top[0] > 150 && bottom[2] > 150, "{top:?} {bottom:?}");
    }

    #[test]
    fn what_can_be_seen_through_stands_on_white() {
        let mut file = Vec::new();
        let glass = RgbaImage::from_pixel(50, 40, Rgba([0, 0, 0, 0]));
        image::codecs::png::PngEncoder::new(&mut file)
            .write_image(&glass, 50, 40, ExtendedColorType::Rgba8)
            .unwrap();
        let photo = redraw(PhotoKind::Png, &file).unwrap();
        let full = image::load_from_memory(&photo.full).unwrap().into_rgb8();
        assert!(full.pixels().all(|point| point.0.iter().all(|colour| *colour > 250)));
    }

    #[test]
    fn webp_is_read_too() {
        let mut file = Vec::new();
        image::codecs::webp::WebPEncoder::new_lossless(&mut file)
            .encode(&drawing(64, 32), 64, 32, ExtendedColorType::Rgb8)
            .unwrap();
        assert_eq!(PhotoKind::of(&file), Ok(PhotoKind::Webp));
        assert_eq!(redraw(PhotoKind::Webp, &file).unwrap().width, 64);
    }

    /// The canvas says one thing, the frame in it another: the frame is what is decoded.
    #[test]
    fn a_large_frame_in_a_small_canvas_is_refused() {
        let frame = |sides: u16| {
            let mut chunk = b"VP8 ".to_vec();
            chunk.extend(10_u32.to_le_bytes());
            chunk.extend([0, 0, 0, 0x9D, 0x01, 0x2A]);
            chunk.extend(sides.to_le_bytes().repeat(2));
            chunk
        };
        let file = |chunks: &[u8]| {
            let mut file = b"RIFF\0\0\0\0WEBPVP8X".to_vec();
            file.extend(10_u32.to_le_bytes());
            file.extend([0, 0, 0, 0, 9, 0, 0, 9, 0, 0]);
            file.extend(chunks);
            file
        };
        let mut moving = b"ANMF".to_vec();
        moving.extend(34_u32.to_le_bytes());
        moving.extend([0; 16]);
        moving.extend(frame(16_383));
        for bomb in [file(&frame(16_383)), file(&moving)] {
            assert_eq!(redraw(PhotoKind::Webp, &bomb).err(), Some(Problem::TooLong));
        }
        // The control: a frame as small as its canvas gets as far as being read.
        assert_eq!(redraw(PhotoKind::Webp, &file(&frame(10))).err(), Some(Problem::NotAPicture));
    }

    /// A PNG's first chunk, which claims to be so large.
    fn claiming(width: u32, height: u32) -> Vec<u8> {
        let mut head = b"IHDR".to_vec();
        head.extend(width.to_be_bytes());
        head.extend(height.to_be_bytes());
        head.extend([8, 2, 0, 0, 0]);
        let mut crc = flate2::Crc::new();
        crc.update(&head);
        let mut file = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
        file.extend(&head);
        file.extend(crc.sum().to_be_bytes());
        file.extend(b"\0\0\0\x01IDAT\x78");
        file
    }

    #[test]
    fn a_bomb_is_refused_by_what_it_claims() {
        for (width, height) in [(50_000, 50_000), (6_000, 5_000), (30_000, 10)] {
            let refused = redraw(PhotoKind::Png, &claiming(width, height));
            assert_eq!(refused.err(), Some(Problem::TooLong), "{width} x {height}");
        }
        // The control: the same file, claiming less, gets as far as being read.
        let refused = redraw(PhotoKind::Png, &claiming(60, 50));
        assert_eq!(refused.err(), Some(Problem::NotAPicture));
    }

    #[test]
    fn no_damage_breaks_the_reader() {
        let file = from_a_telephone(1);
        for end in (0..file.len()).step_by(97) {
            let _either = redraw(PhotoKind::Jpeg, &file[..end]);
        }
        for at in (0..file.len()).step_by(53) {
            let mut changed = file.clone();
            changed[at] ^= 0x55;
            let _either = redraw(PhotoKind::Jpeg, &changed);
        }
        assert_eq!(redraw(PhotoKind::Png, &file).err(), Some(Problem::NotAPicture));
    }
}
