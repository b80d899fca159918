//! `mail/read`, `mail/attachments`, `mail/write`.

use chassis::testing::python;
use serde_json::{Value, json};

use crate::{answer, client, facts, refused};

const MESSAGE: &str = "From: =?utf-8?q?Ada_L=C3=B6w?= <ada@example.com>\r\nTo: \"Shop, the\" <shop@example.com>, bo@example.com\r\nCc: Team: cy@example.com, di@example.com;\r\n\
Reply-To: <answers@example.com>\r\nSubject: =?iso-8859-1?q?Re=3A_Gr=FC=DFe?=\r\n =?utf-8?b?IPCfmIA=?=\r\nDate: Tue, 5 Mar 2024 10:00:00 +0100\r\nMessage-ID: <3@example.com>\r\n\
In-Reply-To: <2@example.com>\r\nReferences: <1@example.com>\r\n <2@example.com>\r\nX-Odd: =?utf-8?q?a=C3=A4?=\r\nList-Unsubscribe: <mailto:off@example.com>, <https://example.com/off>\r\n\
MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\npreamble\r\n--a\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\n\
Content-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\nContent-Type: text/plain; charset=iso-8859-15\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=DFe =A4=\r\n 5\r\n\
--c\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Gr\u{fc}\u{df}e <img src=\"cid:pic\"></p>\r\n--c--\r\n--b\r\nContent-Type: image/png; name=pic.png\r\nContent-ID: <pic>\r\n\
Content-Disposition: inline\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--b--\r\n--a\r\nContent-Type: text/csv\r\nContent-Disposition: attachment;\r\n filename*0*=utf-8''pr%C3%A9;\r\n filename*1=cis.csv\r\n\r\n\
a,b\r\n1,2\r\n--a\r\nContent-Type: message/rfc822\r\n\r\nFrom: eve@example.com\r\nSubject: Inner\r\n\r\nInside\r\n--a--\r\n";

#[test]
fn a_message_to_json() {
    let client = client();
    let found = answer(&client, "/mail/read", &json!({"message": MESSAGE}));
    for (name, value) in [
        ("subject", json!("Re: Grüße 😀")),
        ("date", json!("2024-03-05T10:00:00+01:00")),
        ("from", json!([{"name": "Ada Löw", "email": "ada@example.com"}])),
        ("to", json!([{"name": "Shop, the", "email": "shop@example.com"}, {"name": null, "email": "bo@example.com"}])),
        ("cc", json!([{"name": null, "email": "cy@example.com"}, {"name": null, "email": "di@example.com"}])),
        ("replyTo", json!([{"name": null, "email": "answers@example.com"}])),
        ("messageId", json!("3@example.com")),
        ("inReplyTo", json!("2@example.com")),
        ("references", json!(["1@example.com", "2@example.com"])),
        ("threadId", json!("1@example.com")),
        ("threadSubject", json!("Grüße 😀")),
        ("automatic", json!(false)),
        ("unsubscribe", json!(["mailto:off@example.com", "https://example.com/off"])),
        ("textFromHtml", json!(false)),
    ] {
        assert_eq!(found[name], value, "{name}");
    }
    assert_eq!(found["text"].as_str().unwrap().trim_end(), "Grüße € 5");
    assert!(found["html"].as_str().unwrap().contains("cid:pic"), "{}", found["html"]);
    let attachments: Vec<(&str, &str, bool, &Value)> = found["attachments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["name"].as_str().unwrap(),
                one["contentType"].as_str().unwrap(),
                one["inline"].as_bool().unwrap(),
                &one["contentId"],
            )
        })
        .collect();
    assert_eq!(
        attachments,
        [
            ("pic.png", "image/png", true, &json!("pic")),
            ("précis.csv", "text/csv", false, &Value::Null),
            ("Inner.eml", "message/rfc822", false, &Value::Null)
        ]
    );
    let odd = found["headers"].as_array().unwrap().iter().find(|field| field["name"] == "X-Odd").unwrap();
    assert_eq!(odd["value"], "aä");
    let files = answer(&client, "/mail/attachments?output=base64", &json!({"message": MESSAGE}));
    assert_eq!(files["count"], 2);
    assert_eq!(files["files"][0]["name"], "précis.csv");
    assert_eq!(files["files"][0]["base64"].as_str().map(str::len), Some(12));
    let inner = answer(&client, "/mail/attachments?output=base64", &json!({"message": MESSAGE, "names": ["pic.png"]}));
    assert_eq!(inner["files"][0]["base64"], "iVBORw0KGgo=");
    assert!(
        refused(&client, "/mail/attachments", &json!({"message": MESSAGE, "names": ["x"]}))
            .contains("names[0]: is no attachment")
    );
}

#[test]
fn messages_of_every_kind() {
    let client = client();
    let html = answer(
        &client,
        "/mail/read",
        &json!({"message": "Subject: x\nContent-Type: text/html\n\n<p>Hello<br>you<script>x</script>"}),
    );
    assert_eq!((&html["text"], &html["textFromHtml"]), (&json!("Hello\nyou"), &json!(true)));
    let away =
        answer(&client, "/mail/read", &json!({"message": "Subject: Away\nAuto-Submitted: auto-replied\n\nI am away"}));
    assert_eq!((&away["automatic"], &away["bounce"]), (&json!(true), &json!(false)));
    let bounce = "Subject: failed\nContent-Type: multipart/report; report-type=delivery-status; boundary=a\n\n--a\n\nSorry\n--a\nContent-Type: message/delivery-status\n\nStatus: 5.1.1\n--a--\n";
    let bounce = answer(&client, "/mail/read", &json!({"message": bounce}));
    assert_eq!((&bounce["automatic"], &bounce["bounce"]), (&json!(true), &json!(true)));
    let mbox = answer(
        &client,
        "/mail/read",
        &json!({"message": "From ada@example.com Tue Mar  5 10:00:00 2024\nSubject: boxed\n\nx"}),
    );
    assert_eq!(mbox["subject"], "boxed");
    let bare = answer(&client, "/mail/read", &json!({"message": "Subject: only a head"}));
    assert_eq!((&bare["subject"], &bare["date"], &bare["from"]), (&json!("only a head"), &Value::Null, &json!([])));
    for (message, says) in [
        ("hello", "no e-mail message"),
        ("", "no e-mail message"),
        ("<html>", "no e-mail message"),
        ("BEGIN:VCALENDAR\nX: y", "calendar/read"),
    ] {
        assert!(refused(&client, "/mail/read", &json!({"message": message})).contains(says), "{message}");
    }
    let outlook = json!({"message": {"base64": "0M8R4KGxGuEAAAAA"}});
    assert!(refused(&client, "/mail/read", &outlook).contains(".msg"));
}

/// What Python's email package reads of what is written here, and what is read here of what it writes.
#[test]
fn as_the_email_package_has_it() {
    let client = client();
    let request = json!({
        "from": "Löw, Ada <ada@example.com>".replace("Löw, Ada", "\"Löw, Ada\""),
        "to": ["Bo <bo@example.com>", {"name": "日本 太郎", "email": "taro@example.com"}],
        "cc": "cy@example.com",
        "subject": "Grüße 😀, a subject that is long enough to be folded once or even twice: äöü äöü äöü äöü",
        "text": "Hello\n.dot\nFrom here äöü\n".to_owned() + &"long ".repeat(300),
        "html": "<p>Hello <img src=\"cid:pic.png\"></p>",
        "inline": [{"base64": "iVBORw0KGgo=", "name": "pic.png"}],
        "attachments": [{"base64": "AAEC/w==", "name": "präzise daten.bin"}, {"base64": "YSxiCg==", "name": "a.csv"}],
        "date": "2024-03-05T10:00:00+01:00",
        "messageId": "<4@example.com>",
        "inReplyTo": "<3@example.com>",
        "headers": {"X-Order": "17 ü"}
    });
    let written = client.post("/api/v1/data/mail/write", &request);
    assert_eq!(written.status, 200, "{:?}", written.body);
    assert_eq!(written.header("content-type"), "message/rfc822");
    assert_eq!(facts(&written)["recipients"], json!(["bo@example.com", "taro@example.com", "cy@example.com"]));
    let message = String::from_utf8(written.body.to_vec()).unwrap();
    let program = r#"
import base64, email, email.policy, email.utils, json, sys
from email.message import EmailMessage
message = email.message_from_bytes(json.load(sys.stdin).encode(), policy=email.policy.default)
people = lambda name: [[a.display_name, a.addr_spec] for a in message[name].addresses]
body = lambda kind: message.get_body((kind,)).get_content()
read = {
    "from": people("from"), "to": people("to"), "subject": message["subject"], "date": message["date"].datetime.isoformat(),
    "id": message["message-id"], "reply": message["in-reply-to"], "order": message["x-order"], "text": body("plain"), "html": body("html"),
    "attachments": [[p.get_filename(), base64.b64encode(p.get_payload(decode=True)).decode()] for p in message.iter_attachments()],
    "inline": [p["content-id"] for p in message.walk() if p["content-id"]], "defects": [str(d) for p in message.walk() for d in p.defects],
    "longest": max(len(line) for line in message.as_bytes().splitlines()),
}
other = EmailMessage()
other["From"] = "Ada Löw <ada@example.com>"; other["To"] = "Bo <bo@example.com>"; other["Subject"] = "Früh 日本"; other["Date"] = email.utils.format_datetime(email.utils.parsedate_to_datetime("Tue, 05 Mar 2024 10:00:00 -0500"))
other.set_content("Text ü\n"); other.add_alternative("<p>Text ü</p>", subtype="html"); other.add_attachment(b"\x00\x01", maintype="application", subtype="octet-stream", filename="daten ü.bin")
json.dump({"read": read, "written": other.as_string()}, sys.stdout)
"#;
    let Some(found) = python("transform", program, &json!(message)) else { return };
    let read = &found["read"];
    assert_eq!(read["from"], json!([["Löw, Ada", "ada@example.com"]]));
    assert_eq!(read["to"], json!([["Bo", "bo@example.com"], ["日本 太郎", "taro@example.com"]]));
    assert_eq!(read["subject"], request["subject"]);
    assert_eq!(read["date"], "2024-03-05T10:00:00+01:00");
    assert_eq!(
        (&read["id"], &read["reply"], &read["order"]),
        (&json!("<4@example.com>"), &json!("<3@example.com>"), &json!("17 ü"))
    );
    let plain = |value: &Value| value.as_str().unwrap().replace("\r\n", "\n").trim_end().to_owned();
    assert_eq!(plain(&read["text"]), plain(&request["text"]));
    assert_eq!(plain(&read["html"]), plain(&request["html"]));
    assert_eq!(read["attachments"], json!([["präzise daten.bin", "AAEC/w=="], ["a.csv", "YSxiCg=="]]));
    assert_eq!((&read["inline"], &read["defects"]), (&json!(["<pic.png>"]), &json!([])));
    let back = answer(&client, "/mail/read", &json!({"message": message}));
    assert_eq!(back["subject"], request["subject"]);
    assert_eq!(back["references"], json!(["3@example.com"]));
    let other = answer(&client, "/mail/read", &json!({"message": found["written"]}));
    assert_eq!((&other["subject"], &other["date"]), (&json!("Früh 日本"), &json!("2024-03-05T10:00:00-05:00")));
    assert_eq!(other["attachments"][0]["name"], "daten ü.bin");
    assert_eq!(other["text"], "Text ü\n");
}

#[test]
fn nothing_slips_into_a_header() {
    let client = client();
    for (field, value) in [
        ("subject", json!("a\r\nBcc: eve@example.com")),
        ("messageId", json!("a>\r\nX: y")),
        ("headers", json!({"X-A": "b\nBcc: c"})),
        ("headers", json!({"X A": "b"})),
        ("headers", json!({"Bcc": "b@c"})),
        ("inReplyTo", json!("a\nb")),
        ("references", json!(["a\nb"])),
        ("date", json!("yesterday")),
        ("calendar", json!("x")),
        ("inline", json!([{"base64": "AA==", "name": "a"}])),
    ] {
        let mut request = json!({"from": "a@b.c", "to": "d@e.f", "text": "x"});
        request[field] = value.clone();
        let message = refused(&client, "/mail/write", &request);
        assert!(message.starts_with(field), "{field} {value}: {message}");
    }
    for from in [
        json!("a@b\r\nBcc: c@d"),
        json!([{"email": "a@b>\r\nX: y"}]),
        json!("nobody"),
        json!([{"email": "a@b", "name": "x"}, 5]),
    ] {
        let answer = client.post("/api/v1/data/mail/write", &json!({"from": from, "text": "x"}));
        assert_eq!(answer.status, 400, "{from}: {:?}", answer.body);
    }
    // A name is quoted or encoded, whatever it holds.
    let named = json!({"from": [{"email": "a@b.c", "name": "x\" <e@v.e>, \"y"}], "text": "x"});
    let written = client.post("/api/v1/data/mail/write", &named);
    let message = String::from_utf8(written.body.to_vec()).unwrap();
    let back = answer(&client, "/mail/read", &json!({"message": message}));
    assert_eq!(back["from"].as_array().map(Vec::len), Some(1), "{message}");
    assert_eq!(back["from"][0]["email"], "a@b.c", "{message}");
}

#[test]
fn hostile_messages_end() {
    let client = client();
    let nested = |count: usize| "Content-Type: message/rfc822\n\n".repeat(count) + "Subject: x\n\ny";
    let multipart = |count: usize| {
        (0..count).map(|at| format!("Content-Type: multipart/mixed; boundary=b{at}\n\n--b{at}\n")).collect::<String>()
            + "\nx"
    };
    for message in [
        nested(20_000),
        multipart(20_000),
        "Content-Type: multipart/mixed; boundary=a\n\n".to_owned() + &"--a\n\nx\n".repeat(50_000),
        "To: ".to_owned() + &"a@b.c, ".repeat(200_000) + "\n\nx",
        "Subject: ".to_owned() + &"=?utf-8?q?a?= ".repeat(200_000) + "\n\nx",
        "References: ".to_owned() + &"<a@b> ".repeat(200_000) + "\n\nx",
        "X: y\n".repeat(200_000) + "\nx",
        "From: ".to_owned() + &"(".repeat(500_000) + "\n\nx",
        "Content-Type: text/html\n\n".to_owned() + &"<div>".repeat(20_000),
    ] {
        for path in ["read", "attachments"] {
            let found = client.post(&format!("/api/v1/data/mail/{path}"), &json!({"message": message}));
            assert!(
                [200, 413, 422].contains(&found.status),
                "{path} {}: {} {:?}",
                &message[..30],
                found.status,
                &found.body[..found.body.len().min(200)]
            );
        }
    }
}
