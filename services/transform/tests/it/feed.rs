//! `feed`.

use chassis::testing::python;
use serde_json::{Value, json};

use crate::{answer, client, refused};

const RSS: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:c="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:media="http://search.yahoo.com/mrss/" xmlns:a="http://www.w3.org/2005/Atom">
<channel><title>Lamp &amp; news</title><link>https://example.com/blog/</link><a:link rel="self" href="https://example.com/blog/feed.xml"/><a:link rel="next" href="?page=2"/>
<description>All &lt;b&gt;about&lt;/b&gt; lamps</description><language>en</language><image><url>/logo.png</url><title>x</title></image><lastBuildDate>Tue, 05 Mar 2024 12:00:00 GMT</lastBuildDate>
<item><title>New &amp;amp; bright</title><link>new</link><guid isPermaLink="false">id-1</guid><pubDate>Tue, 05 Mar 2024 10:00:00 +0100</pubDate><dc:creator>Ada Löw</dc:creator>
<description>&lt;p onclick="x"&gt;A &lt;a href="more"&gt;lamp&lt;/a&gt;.&lt;script&gt;x&lt;/script&gt;&lt;/p&gt;</description><c:encoded><![CDATA[<p>The whole <b>text</b> &nbsp;x</p>]]></c:encoded>
<category>Lamps</category><category>News</category><enclosure url="/a.mp3" length="123" type="audio/mpeg"/><itunes:duration>1:02:03</itunes:duration><media:thumbnail url="/t.png"/><comments>https://example.com/c</comments></item>
<item><title><![CDATA[Old]]></title><link>https://example.com/old</link><pubDate>Mon, 01 Jan 2024 10:00 EST</pubDate><author>bo@example.com (Bo Hart)</author><description>Plain &hellip; text</description></item>
</channel></rss>"#;

const ATOM: &str = r#"<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="https://example.com/base/"><title type="html">Lamp &amp;lt;i&gt; news</title><link href="/"/><link rel="self" href="feed"/>
<updated>2024-03-05T12:00:00Z</updated><author><name>Ada</name><email>a@b.c</email></author>
<entry><title>One &amp; only</title><id>urn:1</id><link rel="alternate" href="one"/><link rel="enclosure" href="f.pdf" type="application/pdf" length="5"/><published>2024-03-05T10:00:00+01:00</published><updated>2024-03-06T10:00:00Z</updated>
<author><name>Bo</name></author><author><name>Cy</name></author><summary>a &lt; b</summary><category term="t" label="Tag"/>
<content type="xhtml" xml:base="sub/"><div xmlns="http://www.w3.org/1999/xhtml"><p>Hi <a href="x">there</a><br/>&amp; more</p></div></content></entry></feed>"#;

#[test]
fn the_same_columns_whatever_the_format() {
    let client = client();
    let found = answer(&client, "/feed", &json!({"feed": RSS}));
    for (name, value) in [
        ("format", "rss-2.0"),
        ("title", "Lamp & news"),
        ("url", "https://example.com/blog/"),
        ("feedUrl", "https://example.com/blog/feed.xml"),
        ("nextUrl", "https://example.com/blog/feed.xml?page=2"),
        ("description", "All about lamps"),
        ("language", "en"),
        ("image", "https://example.com/logo.png"),
        ("updated", "2024-03-05T12:00:00Z"),
    ] {
        assert_eq!(found[name], value, "{name}");
    }
    assert_eq!(
        found["rows"][0],
        json!({
            "id": "id-1", "title": "New & bright", "url": "https://example.com/blog/new", "published": "2024-03-05T10:00:00+01:00", "updated": null,
            "author": "Ada Löw", "summary": "<p>A <a href=\"https://example.com/blog/more\">lamp</a>.</p>", "content": "<p>The whole <b>text</b> &nbsp;x</p>",
            "categories": ["Lamps", "News"], "image": "https://example.com/t.png",
            "enclosures": [{"url": "https://example.com/a.mp3", "type": "audio/mpeg", "length": 123}], "duration": 3723, "comments": "https://example.com/c"
        })
    );
    let old = &found["rows"][1];
    assert_eq!(
        (&old["author"], &old["published"], &old["summary"]),
        (&json!("Bo Hart"), &json!("2024-01-01T10:00:00-05:00"), &json!("Plain … text"))
    );
    let found = answer(&client, "/feed", &json!({"feed": ATOM, "content": "markdown"}));
    assert_eq!(
        (&found["format"], &found["language"], &found["author"], &found["feedUrl"]),
        (&json!("atom-1.0"), &json!("de"), &json!("Ada"), &json!("https://example.com/base/feed"))
    );
    let row = &found["rows"][0];
    for (name, value) in [
        ("title", json!("One & only")),
        ("url", json!("https://example.com/base/one")),
        ("author", json!("Bo, Cy")),
        ("summary", json!("a < b")),
        ("content", json!("Hi [there](https://example.com/base/sub/x)  \n& more")),
        ("categories", json!(["Tag"])),
        ("enclosures", json!([{"url": "https://example.com/base/f.pdf", "type": "application/pdf", "length": 5}])),
    ] {
        assert_eq!(row[name], value, "{name}");
    }
    let feed = json!({"version": "https://jsonfeed.org/version/1.1", "title": "J", "home_page_url": "https://example.com/", "items": [
        {"id": 9224851642388483_u64, "url": "/one", "content_html": "<p>x<script>y</script></p>", "date_published": "2024-03-05T10:00:00+01:00", "tags": ["a"], "authors": [{"name": "Ada"}],
         "attachments": [{"url": "/a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 5, "duration_in_seconds": 60}]}]});
    let found = answer(&client, "/feed", &json!({"feed": feed, "content": "text"}));
    let row = &found["rows"][0];
    assert_eq!(
        (&found["format"], &row["id"], &row["url"], &row["content"]),
        (&json!("json-feed-1.1"), &json!("9224851642388483"), &json!("https://example.com/one"), &json!("x"))
    );
    assert_eq!((&row["duration"], &row["author"], &row["categories"]), (&json!(60), &json!("Ada"), &json!(["a"])));
}

#[test]
fn limit_since_and_faults() {
    let client = client();
    let titles = |request: Value| -> Vec<String> {
        answer(&client, "/feed", &request)["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["title"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(titles(json!({"feed": RSS, "limit": 1})), ["New & bright"]);
    assert_eq!(titles(json!({"feed": RSS, "since": "2024-02-01"})), ["New & bright"]);
    assert_eq!(titles(json!({"feed": RSS, "since": "2024-03-05T09:00:00Z"})), ["New & bright"]);
    assert!(titles(json!({"feed": RSS, "since": "2024-03-05T09:00:01Z"})).is_empty());
    let cut = &RSS[..RSS.find("<item><title><![CDATA[Old").unwrap() + 30];
    let found = answer(&client, "/feed", &json!({"feed": cut}));
    assert_eq!((found["rowCount"].as_u64(), &found["warnings"][0]["code"]), (Some(1), &json!("damaged-feed")));
    let page =
        "<!doctype html><html><head><link rel=alternate type='application/rss+xml' href='/feed.xml'></head></html>";
    assert!(refused(&client, "/feed", &json!({"feed": page})).contains("/feed.xml"));
    for (feed, says) in [
        ("hello", "no feed"),
        ("<a/>", "no feed"),
        ("{}", "no feed"),
        ("<rss><channel><title>x</channel", "no well-formed XML"),
        ("<!DOCTYPE rss [<!ENTITY a 'b'>]><rss><channel><title>&a;</title></channel></rss>", "entities of its own"),
    ] {
        assert!(refused(&client, "/feed", &json!({"feed": feed})).contains(says), "{feed}");
    }
    assert!(refused(&client, "/feed", &json!({"feed": RSS, "since": "soon"})).starts_with("since:"));
    let empty =
        answer(&client, "/feed", &json!({"feed": "<rss version='2.0'><channel><title>x</title></channel></rss>"}));
    assert_eq!(empty["rowCount"], 0);
    for feed in [
        format!("<rss><channel>{}", "<item>".repeat(200_000)),
        format!("<rss><channel>{}", "<item><title>x</title></item>".repeat(20_000)),
        format!("<rss><channel><item><description>{}", "&nbsp;".repeat(500_000)),
        format!(
            "<rss><channel><item><description>{}</description></item></channel></rss>",
            "&lt;div&gt;".repeat(50_000)
        ),
        format!("<feed><entry><content type='xhtml'>{}", "<div>".repeat(100_000)),
    ] {
        let found = client.post("/api/v1/data/feed", &json!({"feed": feed}));
        assert!([200, 413, 422].contains(&found.status), "{}: {:?}", &feed[..40], found.body);
    }
}

/// What feedparser reads of the same feeds.
#[test]
fn as_feedparser_has_it() {
    let rdf = r#"<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://example.com/"><title>Old</title><link>https://example.com/</link><description>d</description></channel>
<item rdf:about="https://example.com/1"><title>First</title><link>https://example.com/1</link><description>one</description><dc:date>2024-03-05T10:00:00+01:00</dc:date><dc:creator>Ada</dc:creator><dc:subject>Lamps</dc:subject></item></rdf:RDF>"#;
    let old = r#"<?xml version="1.0" encoding="iso-8859-1"?><!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/publish/formats/rss-0.91.dtd"><rss version="0.91"><channel><title>91</title><link>https://example.com/</link><item><title>T &lt;b&gt;x&lt;/b&gt;</title><link>https://example.com/91</link></item></channel></rss>"#;
    let atom3 = r#"<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>Three</title><link rel="alternate" href="https://example.com/"/><entry><title>E</title><link rel="alternate" href="https://example.com/3"/><id>tag:3</id><issued>2024-03-05T10:00:00Z</issued><modified>2024-03-05T11:00:00Z</modified></entry></feed>"#;
    let feeds = [RSS, ATOM, rdf, old, atom3];
    let program = r#"
import calendar, feedparser, json, sys
def moment(value): return calendar.timegm(value) if value else None
read = []
for text in json.load(sys.stdin):
    feed = feedparser.parse(text.encode())
    read.append({"title": feed.feed.get("title"), "link": feed.feed.get("link"), "entries": [{
        "title": e.get("title"), "link": e.get("link"), "published": moment(e.get("published_parsed")), "updated": moment(e.get("updated_parsed")) if "updated" in e else None,
        "tags": [t.get("label") or t.term for t in e.get("tags", [])], "enclosures": [x.href for x in e.get("enclosures", [])]} for e in feed.entries]})
json.dump(read, sys.stdout)
"#;
    let Some(expected) = python("transform", program, &json!(feeds)) else { return };
    let client = client();
    for (feed, expected) in feeds.iter().zip(expected.as_array().unwrap()) {
        let found = answer(&client, "/feed", &json!({"feed": feed, "content": "text"}));
        let rows = found["rows"].as_array().unwrap();
        assert_eq!(rows.len(), expected["entries"].as_array().unwrap().len(), "{feed}");
        for (row, entry) in rows.iter().zip(expected["entries"].as_array().unwrap()) {
            // It leaves relative links and markup of titles as they are.
            let link = entry["link"].as_str().unwrap();
            assert!(row["url"].as_str().unwrap().ends_with(link), "{row} {entry}");
            if !entry["title"].as_str().unwrap().contains('<') {
                assert_eq!(row["title"].as_str().unwrap(), entry["title"].as_str().unwrap().replace("&amp;", "&"));
            }
            let instant =
                |name: &str| row[name].as_str().map(|text| text.parse::<jiff::Timestamp>().unwrap().as_second());
            assert_eq!(
                instant("published").or(instant("updated")),
                entry["published"].as_i64().or(entry["updated"].as_i64()),
                "{row} {entry}"
            );
            assert_eq!(row["categories"], entry["tags"], "{feed}");
            assert_eq!(
                row["enclosures"].as_array().unwrap().len(),
                entry["enclosures"].as_array().unwrap().len(),
                "{feed}"
            );
        }
    }
}
