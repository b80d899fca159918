//! Keys to and from OpenSSL.

use chassis::{Call, File};
use crypto::keys::Keyring;
use crypto::keys::inspect::{self, InspectRequest};
use data_encoding::BASE64;
use serde_json::json;

use super::{GENERATE, INSPECT, PAIRS, post, program, refused, text};

/// What `openssl` answers to some input.
pub(super) fn openssl(command: &str, input: impl AsRef<[u8]>) -> Option<Vec<u8>> {
    program("openssl", &command.split_whitespace().collect::<Vec<_>>(), input.as_ref())
}

#[test]
fn openssl_reads_what_we_make() {
    for kind in PAIRS {
        let made = post(GENERATE, &json!({ "type": kind }));
        let (private, public) = (made["privateKey"].as_str().unwrap(), made["publicKey"].as_str().unwrap());
        let Some(check) = openssl("pkey -check -noout", private) else { return };
        assert!(text(check).contains("is valid"), "{kind}");
        assert_eq!(openssl("pkey", private).map(text).unwrap(), private, "{kind}: written as OpenSSL writes it");
        assert_eq!(openssl("pkey -pubout", private).map(text).unwrap(), public, "{kind}");

        let encrypted = post(GENERATE, &json!({ "type": kind, "passphrase": "Grüße" }));
        let private = encrypted["privateKey"].as_str().unwrap();
        assert!(private.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n") && encrypted["encrypted"] == true);
        let public = openssl("pkey -pubout -passin pass:Grüße", private).map(text).unwrap();
        assert_eq!(public, encrypted["publicKey"].as_str().unwrap());
        let read = post(INSPECT, &json!({ "key": private, "passphrase": "Grüße" }));
        assert_eq!((&read["encrypted"], &read["fingerprints"]), (&json!(true), &encrypted["fingerprints"]));

        for passphrase in [json!(null), json!("x")] {
            let der = post(GENERATE, &json!({ "type": kind, "format": "der", "passphrase": passphrase }));
            let private = BASE64.decode(der["privateKey"].as_str().unwrap().as_bytes()).unwrap();
            let public = openssl("pkey -inform DER -pubout -outform DER -passin pass:x", private).unwrap();
            assert_eq!(BASE64.encode(&public), der["publicKey"].as_str().unwrap());
        }
    }
}

/// Every form OpenSSL writes, read by us and written as PKCS #8, is what OpenSSL writes as PKCS #8.
#[test]
fn we_read_what_openssl_makes() {
    let ec = "pkey -ec_param_enc named_curve";
    for (make, forms) in [
        (
            "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048",
            &["rsa -traditional", "rsa -traditional -outform DER"][..],
        ),
        ("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -pkeyopt rsa_keygen_pubexp:3", &["rsa -traditional"]),
        ("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256", &["ec", "ec -outform DER", "ec -no_public", ec]),
        ("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384", &["ec", "ec -conv_form compressed"]),
        ("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521", &["ec", "ec -no_public"]),
        ("ecparam -name prime256v1 -genkey", &["ec"]),
        ("ecparam -name secp256k1 -genkey", &["ec", "ec -conv_form compressed"]),
        ("genpkey -algorithm ED25519", &[]),
        ("genpkey -algorithm X25519", &[]),
    ] {
        let Some(made) = openssl(make, "") else { return };
        let expected = openssl("pkey", &made).map(text).unwrap();
        let public = openssl("pkey -pubout", &made).map(text).unwrap();
        let encrypted = [
            "-v2 aes-256-cbc -v2prf hmacWithSHA256",
            "-v2 aes-128-cbc -v2prf hmacWithSHA512 -iter 5000",
            "-v2 aes-192-cbc -v2prf hmacWithSHA1",
            "-v2 des3",
            "-v2 des3 -v2prf hmacWithSHA1",
            "-scrypt",
            "-scrypt -scrypt_N 1024 -scrypt_r 4 -scrypt_p 2",
        ]
        .map(|how| format!("pkcs8 -topk8 -passout pass:x {how}"));
        let plain = ["pkey -outform DER".to_owned(), "pkcs8 -topk8 -nocrypt".to_owned()];
        let others = forms.iter().map(|&form| form.to_owned());
        for form in plain.into_iter().chain(encrypted).chain(others) {
            let written = openssl(&form, &made).unwrap();
            let sent = String::from_utf8(written.clone()).unwrap_or_else(|_| BASE64.encode(&written));
            let body = json!({ "key": sent, "passphrase": "x", "format": "pem", "includePrivate": true });
            let read = post(INSPECT, &body);
            assert_eq!(read["converted"], expected, "{make} {form}");
            assert_eq!(read["encrypted"], form.contains("-passout"), "{form}");
            assert_eq!(post(INSPECT, &json!({ "key": sent, "passphrase": "x", "format": "pem" }))["converted"], public);
        }
        let mut forms = vec!["pkey -pubin", "pkey -pubin -outform DER"];
        if make.contains("RSA") {
            forms.push("rsa -pubin -RSAPublicKey_out");
        }
        if make.contains("ec") || make.contains("EC") {
            forms.push("ec -pubin -conv_form compressed");
        }
        for form in forms {
            let written = openssl(form, &public).unwrap();
            let sent = String::from_utf8(written.clone()).unwrap_or_else(|_| BASE64.encode(&written));
            let read = post(INSPECT, &json!({ "key": sent, "format": "pem" }));
            assert_eq!((&read["converted"], &read["kind"]), (&json!(public), &json!("public-key")), "{make} {form}");
        }
        let wrong = openssl("pkcs8 -topk8 -passout pass:x", &made).map(text).unwrap();
        let message = "key: cannot be decrypted: the passphrase is wrong";
        assert_eq!(refused(INSPECT, &json!({ "key": wrong, "passphrase": "y" })), message);
        assert_eq!(refused(INSPECT, &json!({ "key": wrong })), "key: is encrypted: send its passphrase too");
    }
}

#[test]
fn what_we_do_not_read_is_named() {
    let Some(rsa) = openssl("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048", "") else { return };
    let explicit = "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit";
    let old = "pkcs8 -topk8 -v1 PBE-SHA1-3DES -passout pass:x";
    for (key, problem) in [
        (openssl("rsa -traditional -aes128 -passout pass:x", &rsa), "legacy PEM encryption"),
        (openssl(old, &rsa), "legacy PEM encryption"),
        (openssl(explicit, ""), "has explicit curve parameters"),
        (openssl("genpkey -algorithm ED448", ""), "is an Ed448 key"),
        (openssl("genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048", ""), "is a key for RSA-PSS only"),
        (openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP256r1", ""), "unsupported type or curve"),
        (openssl("ecparam -name prime256v1", ""), "only parameters"),
    ] {
        let message = refused(INSPECT, &json!({ "key": text(key.unwrap()), "passphrase": "x" }));
        assert!(message.contains(problem), "{message}");
    }
    let packed = program("openssl", &["pkcs12", "-export", "-nocerts", "-passout", "pass:x"], &rsa);
    let packed = packed.unwrap();
    let message = "is a PKCS #12 file: extract its content with openssl pkcs12 -in x.p12 -nodes, and send that";
    assert_eq!(refused(INSPECT, &json!({ "key": BASE64.encode(&packed) })), format!("key: {message}"));
    let file = InspectRequest { key: None, file: Some(File::new("x.p12", "", packed)), ..inspect::example() };
    let refused = inspect::inspect(file, &Call::detached(), &Keyring::default()).err().unwrap();
    assert_eq!(refused.to_string(), message);
}
