//! What a push service carries and cannot read (RFC 8291).
//!
//! One record of `aes128gcm` (RFC 8188), under a key that only the browser and this
//! one message share. All parts are well-kept crates that henji has anyway; put
//! together here, because the crates that do it bring second copies of them, and one
//! for RSA that nobody needs.

use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::{Aes128Gcm, Nonce};
use hkdf::Hkdf;
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::rand::SystemRandom;
use sha2::Sha256;

/// Bytes of a public key: a point of P-256, written in full.
pub const PUBLIC: usize = 65;
/// Bytes of the secret that the browser shares with us.
pub const AUTH: usize = 16;
/// What a push service must take (RFC 8030 7.2), less the head and the tag.
pub const LONGEST: usize = 4096 - HEAD - TAG - 1;
/// Texts are made as long as the next of these steps: their length tells little.
const STEP: usize = 256;
const SALT: usize = 16;
const HEAD: usize = SALT + 4 + 1 + PUBLIC;
const TAG: usize = 16;
/// Of the only record.
const RECORD: u32 = 4096;

/// What a browser gave us to seal with.
#[derive(Clone, PartialEq, Eq)]
pub struct BrowserKeys {
    pub public: [u8; PUBLIC],
    pub auth: [u8; AUTH],
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SealError {
    #[error("the browser's key is no point of P-256")]
    Key,
    #[error("the text is longer than {LONGEST} bytes")]
    TooLong,
    #[error("the machine gives no random numbers")]
    Random,
}

impl BrowserKeys {
    /// Reads what `PushSubscription` calls `p256dh` and `auth`, as bytes.
    pub fn parse(public: &[u8], auth: &[u8]) -> Option<Self> {
        let keys = Self { public: public.try_into().ok()?, auth: auth.try_into().ok()? };
        // Only an agreement tells whether the point is on the curve.
        let probe = EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new()).ok()?;
        let theirs = UnparsedPublicKey::new(&ECDH_P256, &keys.public);
        agree_ephemeral(probe, &theirs, |_| ()).ok()?;
        Some(keys)
    }
}

/// Seals `text` for one browser; never twice the same.
pub fn seal(keys: &BrowserKeys, text: &[u8]) -> Result<Vec<u8>, SealError> {
    if text.len() > LONGEST {
        return Err(SealError::TooLong);
    }
    let random = SystemRandom::new();
    let ours = EphemeralPrivateKey::generate(&ECDH_P256, &random)
        .map_err(|_unspecified| SealError::Random)?;
    let public = ours.compute_public_key().map_err(|_unspecified| SealError::Random)?;
    let theirs = UnparsedPublicKey::new(&ECDH_P256, &keys.public);
    let salt: [u8; SALT] =
        ring::rand::generate(&random).map_err(|_unspecified| SealError::Random)?.expose();
    let longer = (text.len() + 1).next_multiple_of(STEP).min(LONGEST + 1);
    agree_ephemeral(ours, &theirs, |shared| {
        let lock = Lock::new(shared, keys, public.as_ref(), salt);
        lock.record(text, longer)
    })
    .map_err(|_unspecified| SealError::Key)
}

/// The keys of one message.
struct Lock<'a> {
    salt: [u8; SALT],
    public: &'a [u8],
    key: [u8; 16],
    nonce: [u8; 12],
}

impl<'a> Lock<'a> {
    /// RFC 8291 3.4, from the shared secret on.
    fn new(shared: &[u8], keys: &BrowserKeys, public: &'a [u8], salt: [u8; SALT]) -> Self {
        let info = [b"WebPush: info\0".as_slice(), &keys.public, public].concat();
        let ikm: [u8; 32] = expand(&Hkdf::new(Some(&keys.auth), shared), &info);
        let derived = Hkdf::new(Some(&salt), &ikm);
        let key = expand(&derived, b"Content-Encoding: aes128gcm\0");
        let nonce = expand(&derived, b"Content-Encoding: nonce\0");
        Self { salt, public, key, nonce }
    }

    /// RFC 8188 2, the head and one record that is the last: `text`, 2, and as many
    /// zeros as make it `longer` bytes.
    fn record(&self, text: &[u8], longer: usize) -> Vec<u8> {
        let mut plain = Vec::with_capacity(longer);
        plain.extend_from_slice(text);
        plain.push(2);
        plain.resize(longer.max(plain.len()), 0);
        let sealed = Aes128Gcm::new(&self.key.into())
            .encrypt(&Nonce::from(self.nonce), plain.as_slice())
            .expect("AES-GCM takes any text shorter than 64 GiB");
        let length = u8::try_from(self.public.len()).expect("a point is 65 bytes");
        [&self.salt, RECORD.to_be_bytes().as_slice(), &[length], self.public, &sealed].concat()
    }
}

fn expand<const N: usize>(derived: &Hkdf<Sha256>, info: &[u8]) -> [u8; N] {
    let mut key = [0; N];
    derived.expand(info, &mut key).expect("32 bytes are few enough");
    key
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    /// The receiver of RFC 8291 5.
    fn receiver() -> BrowserKeys {
        let public = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
        BrowserKeys::parse(&bytes(public), &bytes("BTBZMqHH6r4Tts7J_aSIgg")).unwrap()
    }

    #[test]
    fn the_message_of_rfc_8291_is_made_to_the_byte() {
        // Appendix A, from ecdh_secret on; our public key and the salt are given.
        let shared = bytes("kyrL1jIIOHEzg3sM2ZWRHDRB62YACZhhSlknJ672kSs");
        let public = bytes(
            "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8",
        );
        let salt = bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap();
        let lock = Lock::new(&shared, &receiver(), &public, salt);
        assert_eq!(lock.key.as_slice(), bytes("oIhVW04MRdy2XN9CiKLxTg"));
        assert_eq!(lock.nonce.as_slice(), bytes("4h_95klXJ5E_qnoN"));
        let text = b"When I grow up, I want to be a watermelon";
        let sealed = lock.record(text, 0);
        let expected = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLoc\
                        InmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
        assert_eq!(URL_SAFE_NO_PAD.encode(sealed), expected);
    }

    #[test]
    fn texts_of_like_length_are_of_one_length_and_never_the_same() {
        let keys = receiver();
        let sealed = |text: &str| seal(&keys, text.as_bytes()).unwrap();
        assert_eq!(sealed("a").len(), sealed("山田さんからのメッセージ").len());
        assert_ne!(sealed("a"), sealed("a"));
        assert_eq!(seal(&keys, &[b'x'; LONGEST]).unwrap().len(), 4096);
        assert_eq!(seal(&keys, &[b'x'; LONGEST + 1]), Err(SealError::TooLong));
    }

    #[test]
    fn keys_that_are_none_are_refused() {
        let (good, auth) = (receiver().public, [7; AUTH]);
        let mut off_the_curve = good;
        off_the_curve[64] ^= 1;
        assert!(BrowserKeys::parse(&good, &auth).is_some());
        for (public, auth) in [
            (off_the_curve.as_slice(), auth.as_slice()),
            (&[0; PUBLIC], &auth),
            (&good[..64], &auth),
            (&good, &auth[..15]),
            (&[], &[]),
        ] {
            assert!(BrowserKeys::parse(public, auth).is_none());
        }
    }
}
