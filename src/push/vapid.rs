//! Who sends: a key of the house's own (RFC 8292), so that a push service can tell us
//! from others and a browser takes nobody else's words for ours.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::json;
use url::Url;
use zeroize::Zeroizing;

/// How long a signature is good for; services take a day at most.
const GOOD_FOR: TimeDelta = TimeDelta::hours(12);

/// The key that signs.
pub struct VapidKey(EcdsaKeyPair);

impl std::fmt::Debug for VapidKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VapidKey(…)")
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the key for pushes cannot be used")]
pub struct BadKey;

impl VapidKey {
    /// Makes a new one, as it is kept (PKCS #8).
    pub fn make() -> Result<Zeroizing<Vec<u8>>, BadKey> {
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random());
        Ok(Zeroizing::new(made.map_err(|_unspecified| BadKey)?.as_ref().to_vec()))
    }

    /// Reads what [`Self::make`] made.
    pub fn read(kept: &[u8]) -> Result<Self, BadKey> {
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        EcdsaKeyPair::from_pkcs8(algorithm, kept, &random()).map(Self).map_err(|_rejected| BadKey)
    }

    /// What browsers subscribe with (`applicationServerKey`).
    pub fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.public_key())
    }

    /// The `Authorization` of a message to `endpoint`. `contact` is whom its service
    /// may write to: `mailto:…` or `https:…`.
    pub fn authorization(
        &self,
        endpoint: &Url,
        contact: &str,
        now: DateTime<Utc>,
    ) -> Result<String, BadKey> {
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let claims = json!({
            "aud": endpoint.origin().ascii_serialization(),
            "exp": (now + GOOD_FOR).timestamp(),
            "sub": contact,
        });
        let signed = format!("{}.{}", part(json!({"typ": "JWT", "alg": "ES256"})), part(claims));
        let signature = self.0.sign(&random(), signed.as_bytes()).map_err(|_unspecified| BadKey)?;
        let signature = URL_SAFE_NO_PAD.encode(signature);
        Ok(format!("vapid t={signed}.{signature}, k={}", self.public()))
    }
}

fn random() -> SystemRandom {
    SystemRandom::new()
}
