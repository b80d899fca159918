//! Keys to and from OpenSSH.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use super::{GENERATE, INSPECT, post, program, refused, text};

const KINDS: [(&str, &[&str]); 5] = [
    ("ed25519", &["-t", "ed25519"]),
    ("rsa-2048", &["-t", "rsa", "-b", "2048"]),
    ("p-256", &["-t", "ecdsa", "-b", "256"]),
    ("p-384", &["-t", "ecdsa", "-b", "384"]),
    ("p-521", &["-t", "ecdsa", "-b", "521"]),
];

#[test]
fn openssh_reads_what_we_make() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    let file = path.to_str().unwrap();
    for (kind, _) in KINDS {
        let made = post(GENERATE, &json!({ "type": kind, "format": "ssh", "kid": "me@here" }));
        fs::write(&path, made["privateKey"].as_str().unwrap()).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        let Some(public) = program("ssh-keygen", &["-y", "-f", file], b"") else { return };
        assert_eq!(text(public).trim_end(), made["publicKey"].as_str().unwrap());
        let shown = program("ssh-keygen", &["-l", "-f", file], b"").map(text).unwrap();
        assert_eq!(shown.split(' ').nth(1), made["fingerprints"]["ssh"].as_str());
    }
}

#[test]
fn we_read_what_openssh_makes() {
    let folder = tempfile::tempdir().unwrap();
    for (kind, arguments) in KINDS {
        let path = folder.path().join(kind);
        let file = path.to_str().unwrap();
        let Some(_) = program("ssh-keygen", &[arguments, &["-q", "-N", "", "-C", "a b", "-f", file]].concat(), b"")
        else {
            return;
        };
        let public = fs::read_to_string(path.with_extension("pub")).unwrap();
        let fingerprint = program("ssh-keygen", &["-l", "-f", file], b"").map(text).unwrap();
        let mut found = Vec::new();
        for key in [fs::read_to_string(&path).unwrap(), public.clone()] {
            let read = post(INSPECT, &json!({ "key": key, "format": "ssh" }));
            assert_eq!(read["fingerprints"]["ssh"].as_str(), fingerprint.split(' ').nth(1), "{kind}");
            assert_eq!(format!("{} a b\n", read["converted"].as_str().unwrap()), public);
            found.push(read["fingerprints"].clone());
        }
        assert_eq!(found[0], found[1]);
        // The other forms it writes: PKCS #8, and PKCS #1 or SEC 1.
        if kind != "ed25519" {
            for form in ["PKCS8", "PEM"] {
                program("ssh-keygen", &["-p", "-q", "-N", "", "-m", form, "-f", file], b"").unwrap();
                let read = post(INSPECT, &json!({ "key": fs::read_to_string(&path).unwrap() }));
                assert_eq!((&read["kind"], &read["fingerprints"]), (&json!("private-key"), &found[0]), "{form}");
            }
        }
        program("ssh-keygen", &["-p", "-q", "-N", "secret", "-f", file], b"");
        let read = Value::from(fs::read_to_string(&path).unwrap());
        if read.as_str().unwrap().contains("OPENSSH") {
            assert!(refused(INSPECT, &json!({ "key": read })).contains("ssh-keygen -p -N '' -f copy"));
        }
    }
}
