//! `archive/list`, `archive/extract`, `archive/create`.

use chassis::testing::python;
use serde_json::{Value, json};

use crate::{answer, client, facts, refused};

/// Archives made by Python.
fn archives() -> Option<Value> {
    let program = r#"
import base64, gzip, io, json, stat, sys, tarfile, warnings, zipfile, zlib, struct
json.load(sys.stdin); warnings.simplefilter("ignore")
made = {}
def keep(name, data): made[name] = base64.b64encode(data).decode()
def zipped(name, fill, prefix=b""):
    target = io.BytesIO(); target.write(prefix)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive: fill(archive)
    keep(name, target.getvalue()); return target.getvalue()
def info(name, **other):
    entry = zipfile.ZipInfo(name, (2024, 3, 5, 10, 0, 0)); entry.compress_type = zipfile.ZIP_DEFLATED
    for key, value in other.items(): setattr(entry, key, value)
    return entry
def plain(archive):
    archive.writestr(info("reports/"), ""); archive.writestr(info("reports/märz.csv"), "a,b\n" * 100); archive.writestr(info("read me.txt"), "hello"); archive.writestr(info("reports/in/deep.CSV"), "x")
whole = zipped("plain", plain)
keep("prefixed", b"MZ" + b"\0" * 1000 + whole)
def twice(archive): archive.writestr(info("a.txt"), "one"); archive.writestr(info("a.txt"), "two")
zipped("twice", twice)
def hostile(archive):
    archive.writestr(info("../../etc/passwd"), "up"); archive.writestr(info("/abs.txt"), "abs"); archive.writestr(info("C:\\win.txt"), "win")
    archive.writestr(info("link", create_system=3, external_attr=(stat.S_IFLNK | 0o777) << 16), "/etc/passwd"); archive.writestr(info("ok.txt"), "ok")
zipped("hostile", hostile)
zipped("bomb", lambda archive: archive.writestr(info("big"), b"\0" * 200_000_000))
zipped("many", lambda archive: [archive.writestr(info(f"{n}"), "") for n in range(25_000)])
raw = bytearray(zipped("x", lambda archive: archive.writestr(info("aXb.txt"), "cp"))); del made["x"]
keep("cp437", bytes(raw).replace(b"aXb.txt", b"a\x84b.txt"))
keep("sjis", bytes(raw).replace(b"aXb.txt", "日本t".encode("shift_jis") + b".t"))
locked = bytearray(zipped("y", lambda archive: archive.writestr(info("secret.txt"), "s"))); del made["y"]
locked[6] |= 1; locked[locked.rfind(b"PK\x01\x02") + 8] |= 1
keep("locked", bytes(locked))
lying = bytearray(zipped("z", lambda archive: archive.writestr(info("a"), b"\0" * 200_000_000))); del made["z"]
at = lying.rfind(b"PK\x01\x02"); lying[at + 24:at + 28] = struct.pack("<I", 5)
keep("lying", bytes(lying))
wrong = bytearray(zipped("c", lambda archive: archive.writestr(info("a.txt"), "abc"))); del made["c"]
at = wrong.rfind(b"PK\x01\x02"); wrong[at + 16] ^= 1
keep("checksum", bytes(wrong))
zip64 = io.BytesIO()
with zipfile.ZipFile(zip64, "w", zipfile.ZIP_DEFLATED) as archive:
    with archive.open(info("big.txt"), "w", force_zip64=True) as entry: entry.write(b"sixty-four")
keep("zip64", zip64.getvalue())
for name, mode in (("tar", "w"), ("targz", "w:gz")):
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode=mode) as archive:
        for path, text in (("dir/" + "long-" * 40 + "ü.txt", b"long"), ("a.txt", b"a")):
            entry = tarfile.TarInfo(path); entry.size = len(text); entry.mtime = 1709629200; archive.addfile(entry, io.BytesIO(text))
        link = tarfile.TarInfo("link"); link.type = tarfile.SYMTYPE; link.linkname = "/etc/passwd"; archive.addfile(link)
    keep(name, target.getvalue())
keep("gzip", gzip.compress(b"one line\n", mtime=1709629200)); keep("gzipbomb", gzip.compress(b"\0" * 300_000_000))
keep("cut", whole[:-30]); keep("junk", b"hello"); keep("empty", b"PK\x05\x06" + b"\0" * 18); keep("seven", b"7z\xbc\xaf\x27\x1c" + b"x" * 50)
json.dump(made, sys.stdout)
"#;
    python("transform", program, &json!(null))
}

fn decoded(value: &Value) -> String {
    String::from_utf8(data_encoding::BASE64.decode(value.as_str().unwrap().as_bytes()).unwrap()).unwrap()
}

#[test]
fn listed_and_taken_out() {
    let Some(archives) = archives() else { return };
    let client = client();
    let list = |name: &str| answer(&client, "/archive/list", &json!({"archive": {"base64": archives[name]}}));
    let found = list("plain");
    assert_eq!(
        (&found["format"], &found["rowCount"], &found["files"], &found["totalSize"]),
        (&json!("zip"), &json!(4), &json!(3), &json!(406))
    );
    assert_eq!(
        (&found["rows"][0]["kind"], &found["rows"][1]["name"], &found["rows"][1]["modified"]),
        (&json!("folder"), &json!("reports/märz.csv"), &json!("2024-03-05T10:00:00"))
    );
    assert_eq!(list("prefixed")["rowCount"], 4);
    assert_eq!(list("empty")["rowCount"], 0);
    assert_eq!(list("tar")["rows"][2]["kind"], "link");
    let take = |name: &str, more: Value| {
        let mut request = json!({"archive": {"base64": archives[name], "name": "data.txt.gz"}});
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        answer(&client, "/archive/extract?output=base64", &request)
    };
    let names = |found: &Value| -> Vec<String> {
        found["rows"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
    };
    let all = take("plain", json!({}));
    assert_eq!(names(&all), ["reports/märz.csv", "read me.txt", "reports/in/deep.CSV"]);
    assert_eq!(
        (all["files"][0]["name"].as_str(), all["files"][0]["contentType"].as_str()),
        (Some("märz.csv"), Some("text/csv"))
    );
    assert_eq!(decoded(&all["files"][1]["base64"]), "hello");
    assert_eq!(names(&take("plain", json!({"pattern": "*.csv"}))), ["reports/märz.csv", "reports/in/deep.CSV"]);
    assert_eq!(names(&take("plain", json!({"pattern": "reports/*"}))), ["reports/märz.csv"]);
    assert_eq!(names(&take("prefixed", json!({"names": ["read me.txt"]}))), ["read me.txt"]);
    let twice = take("twice", json!({}));
    assert_eq!([decoded(&twice["files"][0]["base64"]), decoded(&twice["files"][1]["base64"])], ["one", "two"]);
    let hostile = take("hostile", json!({}));
    let files: Vec<&str> =
        hostile["files"].as_array().unwrap().iter().map(|file| file["name"].as_str().unwrap()).collect();
    assert_eq!(files, ["passwd", "abs.txt", "win.txt", "ok.txt"]);
    let codes: Vec<&str> =
        hostile["warnings"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["links", "unsafe-names"]);
    assert_eq!(names(&take("cp437", json!({}))), ["aäb.txt"]);
    assert_eq!(names(&take("sjis", json!({"encoding": "shift_jis"}))), ["日本t.t"]);
    assert_eq!(decoded(&take("zip64", json!({}))["files"][0]["base64"]), "sixty-four");
    for name in ["tar", "targz"] {
        let found = take(name, json!({}));
        assert_eq!(names(&found), [format!("dir/{}ü.txt", "long-".repeat(40)), "a.txt".to_owned()]);
        assert_eq!(
            (decoded(&found["files"][0]["base64"]), &found["rows"][0]["modified"]),
            ("long".to_owned(), &json!("2024-03-05T09:00:00Z"))
        );
    }
    let gzip = take("gzip", json!({}));
    assert_eq!(
        (gzip["files"][0]["name"].as_str(), decoded(&gzip["files"][0]["base64"])),
        (Some("data.txt"), "one line\n".to_owned())
    );
    // As bytes one file comes as it is, several as an archive.
    let one = client.post(
        "/api/v1/data/archive/extract",
        &json!({"archive": {"base64": archives["plain"]}, "names": ["read me.txt"]}),
    );
    assert_eq!((&one.body[..], one.header("content-type")), (&b"hello"[..], "text/plain"));
    let several = client.post("/api/v1/data/archive/extract", &json!({"archive": {"base64": archives["plain"]}}));
    assert_eq!(several.header("content-type"), "application/zip");
}

#[test]
fn hostile_archives_end() {
    let Some(archives) = archives() else { return };
    let client = client();
    for (name, status, says) in [
        ("bomb", 413, "100 MB"),
        ("lying", 413, "100 MB"),
        ("gzipbomb", 413, "100 MB"),
        ("many", 413, "20000 entries"),
        ("locked", 422, "secret.txt"),
        ("checksum", 422, "checksum"),
        ("cut", 422, "damaged"),
        ("junk", 422, "no zip, tar or gzip"),
        ("seven", 422, "7z"),
        ("empty", 422, "no files"),
    ] {
        let found = client.post("/api/v1/data/archive/extract", &json!({"archive": {"base64": archives[name]}}));
        assert_eq!(found.status, status, "{name}: {:?}", found.body);
        assert!(found.message().contains(says), "{name}: {}", found.message());
    }
    let missing = json!({"archive": {"base64": archives["plain"]}, "names": ["x"]});
    assert!(refused(&client, "/archive/extract", &missing).contains("reports/märz.csv"));
    let none = json!({"archive": {"base64": archives["plain"]}, "pattern": "*.pdf"});
    assert!(refused(&client, "/archive/extract", &none).starts_with("pattern:"));
    // Every byte of an archive broken, one after the other.
    let whole = data_encoding::BASE64.decode(archives["twice"].as_str().unwrap().as_bytes()).unwrap();
    for at in (0..whole.len()).step_by(7) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0xff;
        let found = client.post(
            "/api/v1/data/archive/extract",
            &json!({"archive": {"base64": data_encoding::BASE64.encode(&bytes)}}),
        );
        assert!([200, 413, 422].contains(&found.status), "{at}: {:?}", found.body);
    }
}

/// What is made here is what Python takes apart.
#[test]
fn made() {
    let client = client();
    let files = json!([{"base64": "YSxiCg==", "name": "a.csv"}, {"base64": "Yg==", "name": "a.csv"}, {"base64": "Yw==", "name": "ü.txt"}]);
    for (format, content_type, name) in [
        ("zip", "application/zip", "archive.zip"),
        ("tar", "application/x-tar", "archive.tar"),
        ("tar.gz", "application/gzip", "archive.tar.gz"),
    ] {
        let made = client.post("/api/v1/data/archive/create", &json!({"files": files, "names": ["2024/a.csv", "2024/a.csv", "x".repeat(120) + "/ü.txt"], "format": format}));
        assert_eq!((made.status, made.header("content-type")), (200, content_type), "{:?}", made.body);
        assert!(made.header("content-disposition").contains(name), "{}", made.header("content-disposition"));
        assert_eq!(facts(&made)["warnings"][0]["code"], "renamed-files");
        let program = r#"
import base64, io, json, sys, tarfile, zipfile
request = json.load(sys.stdin); data = io.BytesIO(base64.b64decode(request["data"]))
if request["format"] == "zip":
    archive = zipfile.ZipFile(data); assert archive.testzip() is None; found = {n: archive.read(n).decode() for n in archive.namelist()}
else:
    archive = tarfile.open(fileobj=data); found = {m.name: archive.extractfile(m).read().decode() for m in archive.getmembers()}
json.dump(found, sys.stdout)
"#;
        let Some(found) =
            python("transform", program, &json!({"data": data_encoding::BASE64.encode(&made.body), "format": format}))
        else {
            return;
        };
        assert_eq!(
            found,
            json!({"2024/a.csv": "a,b\n", "2024/a (2).csv": "b", ("x".repeat(120) + "/ü.txt"): "c"}),
            "{format}"
        );
    }
    let one = client.post(
        "/api/v1/data/archive/create",
        &json!({"files": [{"base64": "YSxiCg==", "name": "a.csv"}], "format": "gzip"}),
    );
    assert!(one.header("content-disposition").contains("a.csv.gz"), "{}", one.header("content-disposition"));
    let back = answer(
        &client,
        "/archive/extract?output=base64",
        &json!({"archive": {"base64": data_encoding::BASE64.encode(&one.body)}}),
    );
    assert_eq!(
        (decoded(&back["files"][0]["base64"]), back["files"][0]["name"].as_str()),
        ("a,b\n".to_owned(), Some("a.csv"))
    );
    for (names, format, field) in [
        (json!(["../a", "b", "c"]), "zip", "names[0]"),
        (json!(["a", "/b", "c"]), "zip", "names[1]"),
        (json!(["a"]), "zip", "names"),
        (json!(["a", "b", "c/"]), "zip", "names[2]"),
        (json!([]), "gzip", "format"),
    ] {
        let message = refused(&client, "/archive/create", &json!({"files": files, "names": names, "format": format}));
        assert!(message.starts_with(field), "{message}");
    }
}
