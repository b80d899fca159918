//! Key agreement: ECDH-ES (RFC 7518, section 4.6; RFC 8037, section 3.2) with the Concat KDF of NIST SP 800-56A.

use aws_lc_rs::agreement::{self, Algorithm, PrivateKey, UnparsedPublicKey, X25519};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::Error;
use crate::keys::{Curve, EcKey, Key, Material, OkpKey, OkpUse};

/// What the derived key is for.
pub(super) struct Purpose<'p> {
    /// The algorithm's name, or that of the encryption when the key is the message's own.
    pub(super) name: &'static str,
    /// Bytes.
    pub(super) length: usize,
    /// Who the parties are, when the header says (`apu`, `apv`).
    pub(super) parties: [&'p [u8]; 2],
}

/// Makes a key pair for this message alone and agrees with the reader's public key: its public half, and the key.
///
/// # Errors
/// When the key is on no curve of ours; that has been checked before.
pub(super) fn send(key: &Key, purpose: &Purpose<'_>) -> Result<(Value, Zeroizing<Vec<u8>>), Error> {
    let (algorithm, public) = public(key).ok_or(Error::Undecipherable)?;
    let own = PrivateKey::generate(algorithm).map_err(|_| Error::NoRandomness)?;
    let point = own.compute_public_key().map_err(|_| Error::NoMemory)?;
    let derived = agree(&own, algorithm, public, purpose)?;
    Ok((ephemeral(key, point.as_ref()), derived))
}

/// Agrees with the sender's public half, as it stands in the header.
///
/// # Errors
/// One for every cause: a point that is not on the curve must not tell anything about the private key.
pub(super) fn receive(key: &Key, sender: &Value, purpose: &Purpose<'_>) -> Result<Zeroizing<Vec<u8>>, Error> {
    let (algorithm, _) = public(key).ok_or(Error::Undecipherable)?;
    let private: &[u8] = match &key.material {
        Material::Ec(EcKey { scalar: Some(scalar), .. }) => scalar,
        Material::Okp(OkpKey { private: Some(private), .. }) => private.as_slice(),
        _ => return Err(Error::Undecipherable),
    };
    let own = PrivateKey::from_private_key(algorithm, private).map_err(|_| Error::Undecipherable)?;
    let point = point(key, sender).ok_or(Error::Undecipherable)?;
    agree(&own, algorithm, &point, purpose)
}

fn public(key: &Key) -> Option<(&'static Algorithm, &[u8])> {
    match &key.material {
        Material::Ec(key) => Some((key.curve.ecdh()?, &key.point)),
        Material::Okp(key) if key.kind == OkpUse::Agree => Some((&X25519, &key.public)),
        _ => None,
    }
}

/// aws-lc checks that the point is on the curve, and that X25519 does not end in zeros.
fn agree(
    own: &PrivateKey,
    algorithm: &'static Algorithm,
    peer: &[u8],
    purpose: &Purpose<'_>,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let peer = UnparsedPublicKey::new(algorithm, peer);
    agreement::agree(own, peer, Error::Undecipherable, |shared| Ok(derive(shared, purpose)))
}

/// The Concat KDF with SHA-256 (RFC 7518, section 4.6.2).
fn derive(shared: &[u8], purpose: &Purpose<'_>) -> Zeroizing<Vec<u8>> {
    let mut key = Zeroizing::new(Vec::with_capacity(purpose.length.next_multiple_of(32)));
    for round in 1_u32.. {
        if key.len() >= purpose.length {
            break;
        }
        let mut hash = Sha256::new().chain_update(round.to_be_bytes()).chain_update(shared);
        for part in [purpose.name.as_bytes(), purpose.parties[0], purpose.parties[1]] {
            let length = u32::try_from(part.len()).expect("a header is short");
            hash = hash.chain_update(length.to_be_bytes()).chain_update(part);
        }
        let bits = u32::try_from(purpose.length * 8).expect("a key is short");
        key.extend(hash.chain_update(bits.to_be_bytes()).finalize());
    }
    key.truncate(purpose.length);
    key
}

/// A public half as a JWK, with nothing but the key.
fn ephemeral(key: &Key, public: &[u8]) -> Value {
    let text = |bytes: &[u8]| Value::from(BASE64URL_NOPAD.encode(bytes));
    let members = match &key.material {
        Material::Ec(key) => {
            let (x, y) = public[1..].split_at(key.curve.length());
            vec![("kty", "EC".into()), ("crv", key.curve.name().into()), ("x", text(x)), ("y", text(y))]
        }
        _ => vec![("kty", "OKP".into()), ("crv", "X25519".into()), ("x", text(public))],
    };
    Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// The point of a JWK on the key's own curve.
fn point(key: &Key, jwk: &Value) -> Option<Vec<u8>> {
    let jwk: &Map<String, Value> = jwk.as_object()?;
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    let bytes = |name: &str, length: usize| {
        let bytes = BASE64URL_NOPAD.decode(text(name)?.as_bytes()).ok()?;
        (bytes.len() == length).then_some(bytes)
    };
    match &key.material {
        Material::Ec(key) if text("kty") == Some("EC") && text("crv") == Some(key.curve.name()) => {
            let length = Curve::length(key.curve);
            Some([vec![4], bytes("x", length)?, bytes("y", length)?].concat())
        }
        Material::Okp(_) if text("kty") == Some("OKP") && text("crv") == Some("X25519") => bytes("x", 32),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn key(jwk: &Value) -> Key {
        Key::read("key", &jwk.to_string(), None).unwrap()
    }

    /// RFC 7518, appendix C.
    #[test]
    fn alice_and_bob() {
        let alice = json!({
            "kty": "EC", "crv": "P-256", "x": "gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0",
            "y": "SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps", "d": "0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo",
        });
        let bob = json!({
            "kty": "EC", "crv": "P-256", "x": "weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ",
            "y": "e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck", "d": "VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw",
        });
        let purpose = Purpose { name: "A128GCM", length: 16, parties: [b"Alice", b"Bob"] };
        let derived = receive(&key(&bob), &alice, &purpose).unwrap();
        assert_eq!(BASE64URL_NOPAD.encode(&derived), "VqqN6vgjbSBcIijNcacQGg");
        let (sent, agreed) = send(&key(&bob), &purpose).unwrap();
        assert_eq!(receive(&key(&bob), &sent, &purpose).unwrap(), agreed);
    }

    /// RFC 8037, appendix A.6, with Bob's private key of RFC 7748, section 6.1.
    #[test]
    fn x25519_of_rfc_8037() {
        let hex = |text: &str| data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap();
        let private = hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
        let bob = json!({
            "kty": "OKP", "crv": "X25519", "x": "3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08",
            "d": BASE64URL_NOPAD.encode(&private),
        });
        let sender = json!({ "kty": "OKP", "crv": "X25519", "x": "hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo" });
        let purpose = Purpose { name: "ECDH-ES+A128KW", length: 16, parties: [b"", b""] };
        let shared = hex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
        assert_eq!(receive(&key(&bob), &sender, &purpose).unwrap(), derive(&shared, &purpose));
    }

    #[test]
    fn a_sender_that_is_no_point_of_the_curve_is_refused() {
        let bob = key(&json!({
            "kty": "EC", "crv": "P-256", "x": "weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ",
            "y": "e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck", "d": "VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw",
        }));
        let purpose = Purpose { name: "A128GCM", length: 16, parties: [b"", b""] };
        let (sent, _) = send(&bob, &purpose).unwrap();
        let zeros = BASE64URL_NOPAD.encode(&[0; 32]);
        for (member, value) in [
            ("x", json!(zeros)),
            ("y", sent["x"].clone()),
            ("y", json!("AA")),
            ("y", json!(1)),
            ("crv", json!("P-384")),
            ("crv", json!("secp256k1")),
            ("kty", json!("OKP")),
        ] {
            let mut other = sent.clone();
            other[member] = value;
            assert_eq!(receive(&bob, &other, &purpose), Err(Error::Undecipherable), "{other}");
        }
        assert_eq!(receive(&bob, &Value::Null, &purpose), Err(Error::Undecipherable));
    }

    /// With a point of small order, X25519 ends in zeros whatever the private key (RFC 7748, section 6.1).
    #[test]
    fn x25519_refuses_points_of_small_order() {
        let own = PrivateKey::generate(&X25519).unwrap();
        let mut one = [0; 32];
        one[0] = 1;
        let purpose = Purpose { name: "A128GCM", length: 16, parties: [b"", b""] };
        for point in [[0; 32], one] {
            assert_eq!(agree(&own, &X25519, &point, &purpose), Err(Error::Undecipherable));
        }
    }
}
