//! Forms of keys, each written and read back, and what must not be taken for a key. Real programs read and write them in
//! tests/it/keys.

use serde_json::{Value, json};

use super::{Curve, EcKey, Key, Material, OkpKey, OkpUse, RsaKey};

/// RFC 7520, section 3.4.
const RSA: &str = include_str!("../../tests/data/keys/rfc7520-rsa.jwk");
/// From Wycheproof's json_web_key_test.json.
const ROCA: &str = include_str!("../../tests/data/keys/roca.jwk");

fn read(text: &str) -> Result<Key, String> {
    Key::read("key", text, None).map_err(|error| error.to_string())
}

/// A private key of each kind.
fn pairs() -> Vec<Key> {
    let ec = |curve: Curve| EcKey::private("key", curve, &[7; 32], None).map(Material::Ec).unwrap();
    let okp = |kind| OkpKey::private("key", kind, &[7; 32], None).map(Material::Okp).unwrap();
    let curves = [Curve::P256, Curve::P384, Curve::P521, Curve::Secp256k1].map(ec);
    let others = [OkpUse::Sign, OkpUse::Agree].map(okp);
    let mut keys: Vec<_> = curves.into_iter().chain(others).map(Key::of).collect();
    keys.push(read(RSA).unwrap());
    keys
}

fn private_jwk(key: &Key) -> Value {
    let mut jwk = key.jwk(true);
    // Only a JWK holds them.
    jwk.retain(|name, _| !["kid", "alg", "use"].contains(&name.as_str()));
    jwk.into()
}

#[test]
fn every_form_is_read_as_it_was_written() {
    for key in pairs() {
        let name = key.material.name();
        let expected = private_jwk(&key);
        let pem = key.private_pem(None).unwrap().unwrap().to_string();
        let base64 = data_encoding::BASE64.encode(&key.pkcs8_der().unwrap());
        let jwk = Value::from(key.jwk(true)).to_string();
        let alone = match &key.material {
            Material::Rsa(rsa) => super::pem::write("RSA PRIVATE KEY", &rsa.pkcs1_der().unwrap()).to_string(),
            _ => pem.clone(),
        };
        let ssh = key.ssh_private().unwrap().map_or(pem.clone(), |text| text.to_string());
        for text in [&pem, &base64, &jwk, &alone, &ssh] {
            assert_eq!(private_jwk(&read(text).unwrap()), expected, "{name}");
        }
        let encrypted = key.private_pem(Some("correct horse")).unwrap().unwrap();
        let opened = Key::read("key", &encrypted, Some("correct horse")).unwrap();
        assert_eq!(private_jwk(&opened), expected, "{name}");
        assert!(read(&encrypted).err().unwrap().contains("send its passphrase"));

        let public_jwk = Value::from(key.jwk(false)).to_string();
        let public = [Some(key.public_pem().unwrap()), Some(public_jwk), key.ssh_public()];
        for text in public.into_iter().flatten() {
            let half = read(&text).unwrap();
            assert!(!half.material.is_private());
            assert_eq!((half.spki_der(), half.thumbprint()), (key.spki_der(), key.thumbprint()), "{text}");
        }
    }
}

/// RFC 7638, section 3.1, and RFC 8037, appendix A.3.
#[test]
fn published_thumbprints() {
    let rsa = json!({
        "kty": "RSA", "alg": "RS256", "kid": "2011-04-29", "e": "AQAB",
        "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
    });
    assert_eq!(read(&rsa.to_string()).unwrap().thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    let okp = json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
    assert_eq!(read(&okp.to_string()).unwrap().thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

/// What is private in it may be anything: it is not looked at.
#[test]
fn of_a_private_key_the_public_half_can_be_read_alone() {
    let read = |text: &str| Key::read_public("key", text).unwrap_or_else(|error| panic!("{error}"));
    for key in pairs() {
        let pem = key.private_pem(None).unwrap().unwrap();
        let ssh = key.ssh_private().unwrap();
        let alone = match &key.material {
            Material::Rsa(rsa) => Some(super::pem::write("RSA PRIVATE KEY", &rsa.pkcs1_der().unwrap())),
            _ => None,
        };
        for text in [Some(pem), ssh, alone].into_iter().flatten() {
            let half = read(&text);
            assert!(!half.material.is_private());
            assert_eq!(half.spki_der(), key.spki_der(), "{}", key.material.name());
        }
        let mut jwk = key.jwk(true);
        for name in ["d", "p", "q", "dp", "dq", "qi"] {
            jwk.insert(name.to_owned(), "!".into());
        }
        jwk.insert("key_ops".to_owned(), json!(["sign", "verify"]));
        let half = read(&Value::from(jwk).to_string());
        assert!(!half.material.is_private());
        assert_eq!(half.spki_der(), key.spki_der());
        assert!(half.operations.unwrap().iter().all(|name| name == "verify"));
    }
    assert!(matches!(read(r#"{"kty":"oct","k":"AA"}"#).material, Material::Secret(_)));
    let encrypted = include_str!("../../tests/data/keys/encrypted.pem");
    assert!(Key::read_public("key", encrypted).err().unwrap().to_string().contains("send the public key"));
    let both = format!("{encrypted}{}", pairs()[0].public_pem().unwrap());
    assert_eq!(read(&both).spki_der(), pairs()[0].spki_der());
}

#[test]
fn a_key_may_be_pasted_in_many_ways() {
    let key = &pairs()[0];
    let pem = key.private_pem(None).unwrap().unwrap().to_string();
    let expected = private_jwk(key);
    for pasted in [
        pem.trim_end().to_owned(),
        pem.replace('\n', "\\n"),
        pem.replace('\n', "\\\\n"),
        pem.replace('\n', "\r\n"),
        pem.replace('\n', " "),
        pem.replace('\n', "\n    "),
        format!("\"{}\"", pem.replace('\n', "\\r\\n")),
        format!("Bag Attributes\n    friendlyName: me\n{pem}"),
        format!("-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n{pem}"),
        format!("{}{pem}", key.public_pem().unwrap()),
    ] {
        assert_eq!(private_jwk(&read(&pasted).unwrap()), expected, "{pasted}");
    }
}

#[test]
fn primes_that_were_left_out_are_computed() {
    let whole: Value = serde_json::from_str(RSA).unwrap();
    let mut without = whole.clone();
    for name in ["p", "q", "dp", "dq", "qi"] {
        without.as_object_mut().unwrap().remove(name);
    }
    let mut found = Value::from(read(&without.to_string()).unwrap().jwk(true));
    if found["p"] != whole["p"] {
        assert_eq!((&found["p"], &found["q"]), (&whole["q"], &whole["p"]));
        found = whole.clone();
    }
    assert_eq!(found, whole);
    without["d"] = whole["n"].clone();
    assert!(read(&without.to_string()).err().unwrap().contains("cannot be computed"));
}

/// The mark of CVE-2017-15361; one that Wycheproof calls so, and one without.
#[test]
fn keys_of_the_broken_library_are_known() {
    let is_roca = |text| match read(text).unwrap().material {
        Material::Rsa(key) => key.is_roca(),
        _ => unreachable!(),
    };
    assert!(is_roca(ROCA));
    assert!(!is_roca(RSA));
}

#[test]
fn what_is_no_key_is_refused_with_its_reason() {
    let rsa: Value = serde_json::from_str(RSA).unwrap();
    let ec = Value::from(pairs()[0].jwk(true));
    let okp = Value::from(pairs()[4].jwk(true));
    let with = |jwk: &Value, name: &str, value: Value| {
        let mut jwk = jwk.clone();
        jwk[name] = value;
        jwk.to_string()
    };
    let pem = pairs()[0].private_pem(None).unwrap().unwrap().to_string();
    for (text, reason) in [
        (String::new(), "is not a key"),
        ("geheim".to_owned(), "is not a key"),
        ("MIIB".to_owned(), "is not a key"),
        ("{".to_owned(), "is not JSON"),
        ("{}".to_owned(), "kty is required"),
        (r#"{"keys": []}"#.to_owned(), "without a supported key"),
        (
            r#"{"keys": [{"kty": "nobody"}, {"kty": "oct", "k": "AA"}, {"kty": "oct", "k": "AQ"}]}"#.to_owned(),
            "whole set in jwks",
        ),
        (r#"{"kty": "oct", "k": ""}"#.to_owned(), "is empty"),
        (r#"{"kty": "oct", "k": "AA", "k": "AA"}"#.to_owned(), "twice"),
        (r#"{"kty": "oct", "k": "AA=="}"#.to_owned(), "base64url"),
        (r#"{"kty": "oct", "k": 7}"#.to_owned(), "must be strings"),
        (r#"{"kty": "oct", "k": "AA", "key_ops": ["sign", "sign"]}"#.to_owned(), "twice"),
        (with(&rsa, "key_ops", (0..17).map(|number| json!(number.to_string())).collect()), "more than 16 operations"),
        (with(&rsa, "e", json!("AQ")), "exponent"),
        (with(&rsa, "e", json!("Ag")), "exponent"),
        (with(&rsa, "e", json!("AAEAAQ")), "zeros"),
        (with(&rsa, "n", json!("AQAB")), "17 bits"),
        (with(&rsa, "d", json!("AQAB")), "do not match"),
        (with(&rsa, "qi", json!("AQAB")), "do not match"),
        (with(&rsa, "oth", json!([])), "more than two primes"),
        (with(&ec, "crv", json!("P-384")), "48 bytes"),
        (with(&ec, "crv", json!("P-999")), "crv"),
        (with(&ec, "x", ec["y"].clone()), "not on P-256"),
        (with(&ec, "d", ec["y"].clone()), "do not match"),
        (with(&ec, "d", json!("AQ")), "32 bytes"),
        (with(&ec, "d", json!("A".repeat(43))), "damaged"),
        (with(&okp, "d", okp["x"].clone()), "do not match"),
        (with(&okp, "x", json!("AQ")), "do not match"),
        (pem[..100].to_owned(), "truncated"),
        (pem.replace("PRIVATE", "DSA PRIVATE"), "not supported"),
        (pem.replace("M", "!"), "base64"),
        (format!("{pem}{pem}"), "several"),
        ("ssh-ed25519 AAAA".to_owned(), "damaged SSH"),
        ("x".repeat(70_000), "too long"),
    ] {
        let error = read(&text).err().unwrap_or_else(|| panic!("{text}"));
        assert!(error.contains(reason), "{text}: {error}");
        assert!(!error.contains("geheim"));
    }
}

#[test]
fn rsa_of_1024_bits_is_read_but_does_not_sign() {
    // From openssl genrsa 1024.
    let Material::Rsa(key) = read(include_str!("../../tests/data/keys/rsa-1024.pem")).unwrap().material else {
        unreachable!()
    };
    assert_eq!(key.bits(), 1024);
    assert!(key.key_pair("key").err().unwrap().to_string().contains("1024 bits"));
    let RsaKey { modulus, exponent, private, .. } = key;
    let mut private = private.unwrap();
    private.dp.swap(0, 1);
    let public = RsaKey::public("key", &modulus, &exponent).unwrap();
    assert!(public.with_private("key", private).err().unwrap().to_string().contains("do not match"));
}

/// A key of somebody's that asks for hours or gigabytes.
#[test]
fn the_costs_of_an_encrypted_key_are_checked_before_any_work() {
    use der::Encode;
    use der::asn1::OctetStringRef;
    use pkcs5::pbes2::{EncryptionScheme, Kdf, Parameters, Pbkdf2Params, Pbkdf2Prf, Salt, ScryptParams};

    let salt = Salt::new([7; 16]).unwrap();
    let pbkdf2 = |iteration_count| {
        Kdf::Pbkdf2(Pbkdf2Params { salt, iteration_count, key_length: None, prf: Pbkdf2Prf::HmacWithSha256 })
    };
    let scrypt = |cost_parameter, block_size, parallelization| {
        Kdf::Scrypt(ScryptParams { salt, cost_parameter, block_size, parallelization, key_length: None })
    };
    for (kdf, problem) in [
        (pbkdf2(u32::MAX), "too much work"),
        (pbkdf2(2_000_001), "too much work"),
        (pbkdf2(0), "too much work"),
        (pbkdf2(1), "passphrase is wrong"),
        (scrypt(1 << 40, 8, 1), "too much work"),
        (scrypt(1 << 20, 8, 1), "too much work"),
        (scrypt(1 << 14, 8, u16::MAX), "too much work"),
        (scrypt(1000, 8, 1), "too much work"),
        (scrypt(2, 1, 1), "passphrase is wrong"),
    ] {
        let parameters = Parameters { kdf, encryption: EncryptionScheme::Aes256Cbc { iv: [0; 16] } };
        let encrypted_data = OctetStringRef::new(&[0; 48]).unwrap();
        let info = pkcs8::EncryptedPrivateKeyInfoRef { encryption_algorithm: parameters.into(), encrypted_data };
        let text = data_encoding::BASE64.encode(&info.to_der().unwrap());
        let error = Key::read("key", &text, Some("x")).err().unwrap().to_string();
        assert!(error.contains(problem), "{error}");
    }
}

/// The end of the text tells a wrong passphrase in all but one of 256 cases; the sentence is the same in those.
#[test]
fn a_wrong_passphrase_is_called_one() {
    let encrypted = include_str!("../../tests/data/keys/encrypted.pem");
    assert!(Key::read("key", encrypted, Some("x")).is_ok());
    for wrong in 0..1500 {
        let error = Key::read("key", encrypted, Some(&format!("wrong {wrong}"))).err().unwrap().to_string();
        assert_eq!(error, "cannot be decrypted: the passphrase is wrong");
    }
}

/// RFC 8410, section 10.3: PKCS #8 of the second version has the public half too.
#[test]
fn the_key_of_rfc_8410_is_read_in_both_versions() {
    let first = "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC";
    let second = "MHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhCoB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJz\
                  gSEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";
    let public = "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";
    for text in [first, second] {
        let key = read(text).unwrap();
        assert!(key.material.is_private());
        assert_eq!(data_encoding::BASE64.encode(&key.spki_der().unwrap()), public);
    }
    let other = second.replace("Gb9E", "Gb9F");
    assert!(read(&other).err().unwrap().contains("do not match"));
}
