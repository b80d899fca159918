//! Digital signatures: the algorithms, by their names in JOSE.

mod ecdsa;
mod ed25519;
mod rsa;
pub mod sign;
pub mod verify;

use chassis::Call;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::error::conflict;
use crate::keys::{Curve, EcKey, Key, MIN_SIGNING_BITS, Material, OkpKey, OkpUse, Purpose};
use ecdsa::Ecdsa;
pub(crate) use ecdsa::{from_der, to_der};
pub(crate) use rsa::SaltLength;
use rsa::{Padding, Rsa};

/// Digital signature algorithm, by its name in JOSE.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum SignatureAlgorithm {
    /// EdDSA with Ed25519 (RFC 8032).
    #[serde(rename = "EdDSA")]
    EdDsa,
    /// ECDSA with P-256 and SHA-256.
    Es256,
    /// ECDSA with P-384 and SHA-384.
    Es384,
    /// ECDSA with P-521 and SHA-512.
    Es512,
    /// ECDSA with secp256k1 and SHA-256.
    Es256k,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// RSASSA-PSS with SHA-384.
    Ps384,
    /// RSASSA-PSS with SHA-512.
    Ps512,
}

/// What does the work of an algorithm.
enum Scheme {
    Ed25519,
    Ecdsa(&'static Ecdsa),
    Rsa(&'static Rsa, Padding),
}

impl SignatureAlgorithm {
    const ALL: [Self; 11] = [
        Self::EdDsa,
        Self::Es256,
        Self::Es384,
        Self::Es512,
        Self::Es256k,
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
    ];

    const fn scheme(self) -> Scheme {
        match self {
            Self::EdDsa => Scheme::Ed25519,
            Self::Es256 => Scheme::Ecdsa(&ecdsa::P256),
            Self::Es384 => Scheme::Ecdsa(&ecdsa::P384),
            Self::Es512 => Scheme::Ecdsa(&ecdsa::P521),
            Self::Es256k => Scheme::Ecdsa(&ecdsa::SECP256K1),
            Self::Rs256 => Scheme::Rsa(&rsa::SHA256, Padding::Pkcs1),
            Self::Rs384 => Scheme::Rsa(&rsa::SHA384, Padding::Pkcs1),
            Self::Rs512 => Scheme::Rsa(&rsa::SHA512, Padding::Pkcs1),
            Self::Ps256 => Scheme::Rsa(&rsa::SHA256, Padding::Pss),
            Self::Ps384 => Scheme::Rsa(&rsa::SHA384, Padding::Pss),
            Self::Ps512 => Scheme::Rsa(&rsa::SHA512, Padding::Pss),
        }
    }

    /// What it is called.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
            Self::Es256k => "ES256K",
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
        }
    }

    /// The one of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// The one a key says or, when it says none, is for. RSA signs with RS256, which everybody checks.
    ///
    /// # Errors
    /// When the key is none to sign with.
    pub(crate) fn of(field: &'static str, key: &Key) -> Result<Self, Error> {
        if let Some(algorithm) = key.algorithm.as_deref().and_then(Self::named) {
            return Ok(algorithm);
        }
        match &key.material {
            Material::Okp(OkpKey { kind: OkpUse::Sign, .. }) => Ok(Self::EdDsa),
            Material::Ec(key) => Ok(match key.curve {
                Curve::P256 => Self::Es256,
                Curve::P384 => Self::Es384,
                Curve::P521 => Self::Es512,
                Curve::Secp256k1 => Self::Es256k,
            }),
            Material::Rsa(_) => Ok(Self::Rs256),
            Material::Secret(_) => Err(conflict(field, "is a shared secret, not a private key: see /hmac")),
            Material::Okp(_) => Err(conflict(field, "is an X25519 key, which cannot sign: send an Ed25519 key")),
        }
    }

    /// Of ECDSA: how long r and s are.
    fn width(self) -> Option<usize> {
        match self.scheme() {
            Scheme::Ecdsa(ecdsa) => Some(ecdsa.width),
            Scheme::Ed25519 | Scheme::Rsa(..) => None,
        }
    }

    /// Bytes of a signature, which with RSA depend on the key.
    fn length(self, key: &Key) -> Option<usize> {
        match (self.scheme(), &key.material) {
            (Scheme::Ed25519, _) => Some(ed25519::LENGTH),
            (Scheme::Ecdsa(ecdsa), _) => Some(2 * ecdsa.width),
            (Scheme::Rsa(..), Material::Rsa(key)) => Some(key.modulus.len()),
            (Scheme::Rsa(..), _) => None,
        }
    }

    fn has_salt(self) -> bool {
        matches!(self.scheme(), Scheme::Rsa(_, Padding::Pss))
    }

    /// The kind of key it works with, for sentences.
    const fn kind(self) -> &'static str {
        match self {
            Self::EdDsa => "an Ed25519",
            Self::Es256 => "a P-256",
            Self::Es384 => "a P-384",
            Self::Es512 => "a P-521",
            Self::Es256k => "a secp256k1",
            _ => "an RSA",
        }
    }

    /// Signs; a signature of ECDSA is in the form of JOSE and IEEE P1363 (r, then s, each as long as the order).
    ///
    /// # Errors
    /// When the key is not a private key for this algorithm, or is too short for it; `field` is where it came from.
    pub(crate) fn sign(self, field: &'static str, key: &Key, message: &[u8]) -> Result<Vec<u8>, Error> {
        self.check_purpose(field, key, &["sign"])?;
        match (self.scheme(), &key.material) {
            (Scheme::Ed25519, Material::Okp(OkpKey { kind: OkpUse::Sign, public, private: Some(seed) })) => {
                ed25519::sign(field, seed, public, message)
            }
            (Scheme::Ecdsa(ecdsa), Material::Ec(EcKey { curve, point, scalar: Some(scalar) }))
                if *curve == ecdsa.curve =>
            {
                ecdsa.sign(field, scalar, point, message)
            }
            (Scheme::Rsa(rsa, padding), Material::Rsa(key)) if key.private.is_some() => {
                rsa.sign(field, padding, key, message)
            }
            (_, material) => Err(self.unfit(field, "private key", material.name())),
        }
    }

    /// Whether a signature, of ECDSA in the same form, is the key owner's. This is what JOSE asks for: RSA keys of at
    /// least 2048 bits, and with PSS a salt as long as the hash (RFC 7518, section 3.5).
    ///
    /// # Errors
    /// When the key is not for this algorithm.
    pub(crate) fn verify(
        self,
        field: &'static str,
        key: &Key,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, Error> {
        if let Material::Rsa(key) = &key.material
            && key.bits() < MIN_SIGNING_BITS
        {
            let bits = key.bits();
            return Err(conflict(field, format!("must have at least {MIN_SIGNING_BITS} bits, and has {bits}")));
        }
        self.verify_salted(field, key, message, signature, SaltLength::Hash)
    }

    /// The same, with RSA keys from 1024 bits, and with PSS another salt.
    ///
    /// # Errors
    /// When the key is not for this algorithm.
    pub(crate) fn verify_salted(
        self,
        field: &'static str,
        key: &Key,
        message: &[u8],
        signature: &[u8],
        salt: SaltLength,
    ) -> Result<bool, Error> {
        // Who may sign may check what was signed: the public half is part of a private key.
        let private = key.material.is_private();
        self.check_purpose(field, key, if private { &["verify", "sign"] } else { &["verify"] })?;
        match (self.scheme(), &key.material) {
            (Scheme::Ed25519, Material::Okp(OkpKey { kind: OkpUse::Sign, public, .. })) => {
                Ok(ed25519::verify(public, message, signature))
            }
            (Scheme::Ecdsa(ecdsa), Material::Ec(key)) if key.curve == ecdsa.curve => {
                Ok(ecdsa.verify(&key.point, message, signature))
            }
            (Scheme::Rsa(rsa, padding), Material::Rsa(key)) => Ok(rsa.verify(padding, key, message, signature, salt)),
            (_, material) => Err(self.unfit(field, "key", material.name())),
        }
    }

    /// Refuses a key that says it is for something else; the first operation is the one that is asked for.
    fn check_purpose(self, field: &'static str, key: &Key, operations: &[&str]) -> Result<(), Error> {
        let other = match self {
            // RFC 9864 names the curve of EdDSA.
            Self::EdDsa => "Ed25519",
            // After the curve, as keys are sometimes marked; no other algorithm could be meant.
            Self::Es512 => "ES521",
            _ => self.name(),
        };
        key.check_purpose(field, &Purpose { algorithms: &[self.name(), other], code: "sig", operations })
    }

    fn unfit(self, field: &'static str, wanted: &str, found: &str) -> Error {
        let (kind, name) = (self.kind(), self.name());
        conflict(field, format!("must be {kind} {wanted} for {name}, and is {found}"))
    }
}

/// Warns of a key with which others can sign too.
fn warn_of_weak(key: &Key, call: &Call) {
    let Material::Rsa(key) = &key.material else { return };
    let bits = key.bits();
    if bits < MIN_SIGNING_BITS {
        let message = format!("an RSA key of {bits} bits can be broken: ask for one of at least {MIN_SIGNING_BITS}");
        call.warn("weak-key", Some("key"), message);
    }
    if key.is_roca() {
        call.warn("weak-key", Some("key"), "this RSA key can be factored (ROCA, CVE-2017-15361): replace it");
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER_PERMISSIVE;
    use zeroize::Zeroizing;

    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).unwrap()
    }

    fn ed25519(seed: &str, public: &str) -> Key {
        let private = Some(Zeroizing::new(bytes(seed).try_into().unwrap()));
        Key::of(Material::Okp(OkpKey { kind: OkpUse::Sign, public: bytes(public).try_into().unwrap(), private }))
    }

    /// RFC 8032, section 7.1: tests 1, 2, 3 and SHA(abc).
    #[test]
    fn ed25519_of_rfc_8032() {
        for (seed, public, message, signature) in [
            (
                "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
                "",
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
            ),
            (
                "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
                "72",
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
            ),
            (
                "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
                "af82",
                "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
            ),
            (
                "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
                "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
                "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
            ),
        ] {
            let (key, message) = (ed25519(seed, public), bytes(message));
            let made = SignatureAlgorithm::EdDsa.sign("key", &key, &message).unwrap();
            assert_eq!(made, bytes(signature));
            assert_eq!(SignatureAlgorithm::EdDsa.verify("key", &key, &message, &made), Ok(true));
            assert_eq!(SignatureAlgorithm::EdDsa.verify("key", &key, b"other", &made), Ok(false));
        }
    }

    /// RFC 6979, appendices A.2.5 to A.2.7: its signatures, and ours with the same key.
    #[test]
    fn ecdsa_of_rfc_6979() {
        for (algorithm, curve, scalar, point, sample, test) in [
            (
                SignatureAlgorithm::Es256,
                Curve::P256,
                "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721",
                "0460FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB67903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299",
                "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
                "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083",
            ),
            (
                SignatureAlgorithm::Es384,
                Curve::P384,
                "6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D896D5724E4C70A825F872C9EA60D2EDF5",
                "04EC3A4E415B4E19A4568618029F427FA5DA9A8BC4AE92E02E06AAE5286B300C64DEF8F0EA9055866064A254515480BC138015D9B72D7D57244EA8EF9AC0C621896708A59367F9DFB9F54CA84B3F1C9DB1288B231C3AE0D4FE7344FD2533264720",
                "94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C81A648152E44ACF96E36DD1E80FABE4699EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94FA329C145786E679E7B82C71A38628AC8",
                "8203B63D3C853E8D77227FB377BCF7B7B772E97892A80F36AB775D509D7A5FEB0542A7F0812998DA8F1DD3CA3CF023DBDDD0760448D42D8A43AF45AF836FCE4DE8BE06B485E9B61B827C2F13173923E06A739F040649A667BF3B828246BAA5A5",
            ),
            (
                SignatureAlgorithm::Es512,
                Curve::P521,
                "00FAD06DAA62BA3B25D2FB40133DA757205DE67F5BB0018FEE8C86E1B68C7E75CAA896EB32F1F47C70855836A6D16FCC1466F6D8FBEC67DB89EC0C08B0E996B83538",
                "0401894550D0785932E00EAA23B694F213F8C3121F86DC97A04E5A7167DB4E5BCD371123D46E45DB6B5D5370A7F20FB633155D38FFA16D2BD761DCAC474B9A2F5023A400493101C962CD4D2FDDF782285E64584139C2F91B47F87FF82354D6630F746A28A0DB25741B5B34A828008B22ACC23F924FAAFBD4D33F81EA66956DFEAA2BFDFCF5",
                "00C328FAFCBD79DD77850370C46325D987CB525569FB63C5D3BC53950E6D4C5F174E25A1EE9017B5D450606ADD152B534931D7D4E8455CC91F9B15BF05EC36E377FA00617CCE7CF5064806C467F678D3B4080D6F1CC50AF26CA209417308281B68AF282623EAA63E5B5C0723D8B8C37FF0777B1A20F8CCB1DCCC43997F1EE0E44DA4A67A",
                "013E99020ABF5CEE7525D16B69B229652AB6BDF2AFFCAEF38773B4B7D08725F10CDB93482FDCC54EDCEE91ECA4166B2A7C6265EF0CE2BD7051B7CEF945BABD47EE6D01FBD0013C674AA79CB39849527916CE301C66EA7CE8B80682786AD60F98F7E78A19CA69EFF5C57400E3B3A0AD66CE0978214D13BAF4E9AC60752F7B155E2DE4DCE3",
            ),
        ] {
            let scalar = Some(Zeroizing::new(bytes(scalar)));
            let key = Key::of(Material::Ec(EcKey { curve, point: bytes(point), scalar }));
            for (message, signature) in [(b"sample".as_slice(), sample), (b"test", test)] {
                assert_eq!(algorithm.verify("key", &key, message, &bytes(signature)), Ok(true), "{algorithm:?}");
                assert_eq!(algorithm.verify("key", &key, b"other", &bytes(signature)), Ok(false), "{algorithm:?}");
                let ours = algorithm.sign("key", &key, message).unwrap();
                assert_eq!(algorithm.verify("key", &key, message, &ours), Ok(true), "{algorithm:?}");
            }
        }
    }
}
