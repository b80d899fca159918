//! JSON Web Keys (RFC 7517, 7518, 8037, 8812), read and written.

use std::collections::BTreeSet;

use chassis::Secret;
use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{Curve, EcKey, Key, Material, OkpKey, OkpUse, RsaKey, RsaPrivate};
use crate::Error;
use crate::error::conflict;

/// There are eight of them; a key may name others. They are compared each with each.
const MAX_OPERATIONS: usize = 16;

/// The members of every kind. One that is there twice is an error (RFC 7517, section 4); others are let pass.
#[derive(Deserialize)]
struct Written {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    key_ops: Option<Vec<String>>,
    crv: Option<String>,
    x: Option<Secret<String>>,
    y: Option<Secret<String>>,
    n: Option<Secret<String>>,
    e: Option<Secret<String>>,
    d: Option<Secret<String>>,
    p: Option<Secret<String>>,
    q: Option<Secret<String>>,
    dp: Option<Secret<String>>,
    dq: Option<Secret<String>>,
    qi: Option<Secret<String>>,
    oth: Option<IgnoredAny>,
    k: Option<Secret<String>>,
}

/// What tells a set from a key.
#[derive(Deserialize)]
struct Seen {
    keys: Option<IgnoredAny>,
    kty: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct WrittenSet {
    keys: Vec<Written>,
}

/// The key of a JWK, or of a set of one. Keys of a kind that is not known do not count (RFC 7517, section 5).
///
/// # Errors
/// When it is neither, or the key is damaged.
pub(super) fn read(field: &'static str, text: &str) -> Result<Key, Error> {
    written(field, text)?.key(field)
}

/// The same with what is private overlooked: no number of it is decoded. Who may sign may check what was signed.
///
/// # Errors
/// As [`read`].
pub(super) fn read_public(field: &'static str, text: &str) -> Result<Key, Error> {
    let mut written = written(field, text)?;
    let private = written.d.take().is_some() && written.kty != "oct";
    let mut key = written.key(field)?;
    if let Some(operations) = key.operations.as_mut().filter(|_| private) {
        *operations = operations.iter().filter_map(|name| public_operation(name)).map(str::to_owned).collect();
    }
    Ok(key)
}

fn written(field: &'static str, text: &str) -> Result<Written, Error> {
    // serde's own sentences may quote values.
    let not_json = |error: serde_json::Error| match error.classify() {
        serde_json::error::Category::Data => conflict(
            field,
            "is not a valid JWK: kty is required, no member may occur twice, and all but key_ops must be strings",
        ),
        _ => conflict(field, format!("is not JSON: see line {}, column {}", error.line(), error.column())),
    };
    let Seen { keys, kty } = serde_json::from_str(text).map_err(not_json)?;
    if keys.is_none() || kty.is_some() {
        return serde_json::from_str(text).map_err(not_json);
    }
    let WrittenSet { mut keys } = serde_json::from_str(text).map_err(not_json)?;
    keys.retain(Written::is_known);
    match keys.len() {
        0 => Err(conflict(field, "is a JWK set without a supported key")),
        1 => Ok(keys.remove(0)),
        many => Err(conflict(
            field,
            format!("is a JWK set of {many} keys: send one of them, or to /jwt/verify the whole set in jwks"),
        )),
    }
}

impl Written {
    fn is_known(&self) -> bool {
        match (self.kty.as_str(), self.crv.as_deref()) {
            ("RSA" | "oct", _) => true,
            ("EC", Some(curve)) => Curve::of_name(curve).is_some(),
            ("OKP", Some(kind)) => OkpUse::of_name(kind).is_some(),
            _ => false,
        }
    }

    fn key(&self, field: &'static str) -> Result<Key, Error> {
        let material = match self.kty.as_str() {
            "RSA" => Material::Rsa(self.rsa(field)?),
            "EC" => Material::Ec(self.ec(field)?),
            "OKP" => Material::Okp(self.okp(field)?),
            "oct" => {
                let bytes = self.bytes(field, "k", self.k.as_ref())?;
                if bytes.is_empty() {
                    return Err(conflict(field, "is empty: k must be the secret in base64url"));
                }
                Material::Secret(bytes)
            }
            _ => return Err(conflict(field, "must be a JWK with kty RSA, EC, OKP or oct")),
        };
        // RFC 7517, section 4.3.
        let operations = self.key_ops.clone();
        if operations.as_ref().is_some_and(|all| all.len() > MAX_OPERATIONS) {
            return Err(conflict(field, format!("has more than {MAX_OPERATIONS} operations in key_ops")));
        }
        if operations.as_ref().is_some_and(|all| (1..all.len()).any(|end| all[..end].contains(&all[end]))) {
            return Err(conflict(field, "names an operation in key_ops twice"));
        }
        Ok(Key {
            material,
            id: self.kid.clone(),
            algorithm: self.alg.clone(),
            purpose: self.purpose.clone(),
            operations,
        })
    }

    fn rsa(&self, field: &'static str) -> Result<RsaKey, Error> {
        let n = self.bytes(field, "n", self.n.as_ref())?;
        let e = self.bytes(field, "e", self.e.as_ref())?;
        if n.first() == Some(&0) || e.first() == Some(&0) {
            return Err(conflict(field, "has leading zeros in n or e, which a JWK must not have"));
        }
        let public = RsaKey::public(field, &n, &e)?;
        if self.d.is_none() {
            return Ok(public);
        }
        if self.oth.is_some() {
            return Err(conflict(field, "is an RSA key with more than two primes: use one with two"));
        }
        if self.p.is_none() && self.q.is_none() {
            let d = self.bytes(field, "d", self.d.as_ref())?;
            let private = super::arithmetic::with_primes(&n, &e, d);
            let message = "has no p and q, and they cannot be computed: export the private key with them, or as PEM";
            return public.with_private(field, private.ok_or_else(|| conflict(field, message))?);
        }
        let number = |name, member: Option<&_>| self.bytes(field, name, member);
        let private = RsaPrivate {
            d: number("d", self.d.as_ref())?,
            p: number("p", self.p.as_ref())?,
            q: number("q", self.q.as_ref())?,
            dp: number("dp", self.dp.as_ref())?,
            dq: number("dq", self.dq.as_ref())?,
            qi: number("qi", self.qi.as_ref())?,
        };
        public.with_private(field, private)
    }

    fn ec(&self, field: &'static str) -> Result<EcKey, Error> {
        let curve = self.crv.as_deref().and_then(Curve::of_name);
        let curve = curve.ok_or_else(|| conflict(field, "must have crv P-256, P-384, P-521 or secp256k1"))?;
        // RFC 7518, section 6.2.1.2: as long as the curve has it, zeros included.
        let coordinate = |name, member: Option<&_>| {
            let bytes = self.bytes(field, name, member)?;
            if bytes.len() == curve.length() {
                return Ok(bytes);
            }
            Err(conflict(field, format!("must have {} bytes in {name} for {}", curve.length(), curve.name())))
        };
        let x = coordinate("x", self.x.as_ref())?;
        let y = coordinate("y", self.y.as_ref())?;
        let point = [&[4], x.as_slice(), y.as_slice()].concat();
        if self.d.is_none() {
            return EcKey::public(field, curve, &point);
        }
        EcKey::private(field, curve, &coordinate("d", self.d.as_ref())?, Some(&point))
    }

    fn okp(&self, field: &'static str) -> Result<OkpKey, Error> {
        let kind = self.crv.as_deref().and_then(OkpUse::of_name);
        let kind = kind.ok_or_else(|| conflict(field, "must have crv Ed25519 or X25519"))?;
        let x = self.bytes(field, "x", self.x.as_ref())?;
        if self.d.is_none() {
            return OkpKey::public(field, kind, &x);
        }
        OkpKey::private(field, kind, &self.bytes(field, "d", self.d.as_ref())?, Some(&x))
    }

    fn bytes(
        &self,
        field: &'static str,
        name: &str,
        member: Option<&Secret<String>>,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let missing = || conflict(field, format!("is an incomplete JWK: {name} is missing"));
        let text = member.ok_or_else(missing)?.reveal();
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes());
        let bytes =
            bytes.map_err(|_| conflict(field, format!("has a {name} that is not base64url without padding")))?;
        Ok(Zeroizing::new(bytes))
    }
}

impl Key {
    /// The key as a JWK; with `private` false only what everybody may see.
    pub(crate) fn jwk(&self, private: bool) -> Map<String, Value> {
        let mut jwk: Map<String, Value> =
            self.material.required().into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        if private {
            for (name, bytes) in self.material.private_members() {
                jwk.insert(name.to_owned(), base64url(bytes).into());
            }
        } else {
            jwk.remove("k");
        }
        for (name, value) in [("kid", &self.id), ("alg", &self.algorithm), ("use", &self.purpose)] {
            if let Some(value) = value {
                jwk.insert(name.to_owned(), value.as_str().into());
            }
        }
        if let Some(operations) = &self.operations {
            let operations = operations.iter().map(String::as_str);
            let operations = operations.filter_map(|name| if private { Some(name) } else { public_operation(name) });
            // Signing and verifying become one; none may be there twice.
            jwk.insert("key_ops".to_owned(), operations.collect::<BTreeSet<_>>().into_iter().collect());
        }
        jwk
    }

    /// The JWK thumbprint with SHA-256 (RFC 7638; RFC 8037, section 2), in base64url.
    pub(crate) fn thumbprint(&self) -> String {
        // In the order of their names, without white space: all values are base64url or plain names.
        let members: Vec<_> =
            self.material.required().iter().map(|(name, value)| format!("\"{name}\":\"{value}\"")).collect();
        let text = Zeroizing::new(format!("{{{}}}", members.join(",")));
        base64url(&Sha256::digest(text.as_bytes()))
    }
}

impl Material {
    /// The members without which it is no JWK, in the order of their names.
    fn required(&self) -> Vec<(&'static str, String)> {
        let plain = str::to_owned;
        match self {
            Self::Secret(bytes) => vec![("k", base64url(bytes)), ("kty", plain("oct"))],
            Self::Rsa(key) => {
                vec![("e", base64url(&key.exponent)), ("kty", plain("RSA")), ("n", base64url(&key.modulus))]
            }
            Self::Ec(key) => {
                let (x, y) = key.coordinates();
                let curve = plain(key.curve.name());
                vec![("crv", curve), ("kty", plain("EC")), ("x", base64url(x)), ("y", base64url(y))]
            }
            Self::Okp(key) => {
                vec![("crv", plain(key.kind.name())), ("kty", plain("OKP")), ("x", base64url(&key.public))]
            }
        }
    }

    fn private_members(&self) -> Vec<(&'static str, &[u8])> {
        match self {
            Self::Rsa(RsaKey { private: Some(RsaPrivate { d, p, q, dp, dq, qi }), .. }) => {
                [("d", d), ("p", p), ("q", q), ("dp", dp), ("dq", dq), ("qi", qi)]
                    .map(|(name, number)| (name, super::rsa::number(number)))
                    .to_vec()
            }
            Self::Ec(EcKey { scalar: Some(scalar), .. }) => vec![("d", scalar)],
            Self::Okp(OkpKey { private: Some(private), .. }) => vec![("d", private.as_slice())],
            _ => Vec::new(),
        }
    }
}

/// What the holder of the public half does where the holder of the private one does this (RFC 7517, section 4.3).
fn public_operation(name: &str) -> Option<&str> {
    match name {
        "sign" => Some("verify"),
        "decrypt" => Some("encrypt"),
        "unwrapKey" => Some("wrapKey"),
        "deriveKey" | "deriveBits" => None,
        other => Some(other),
    }
}

fn base64url(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}
