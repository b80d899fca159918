//! User agents: which browser on which system and what kind of device, by a table of the marks they carry.
//!
//! Browsers claim to be each other, so the order of the table is what tells them apart: Edge says Chrome, Chrome says Safari.
//! Since 2022 browsers also freeze what they say: Windows 11 is `Windows NT 10.0`, macOS stays at 10.15.7.

use super::Input;
use super::outcome::{Good, Outcome};

/// Programs that nobody sits at, by a word in small letters.
const BOTS: [(&str, &str); 40] = [
    ("googlebot", "Googlebot"),
    ("bingbot", "Bingbot"),
    ("yandexbot", "YandexBot"),
    ("baiduspider", "Baiduspider"),
    ("duckduckbot", "DuckDuckBot"),
    ("applebot", "Applebot"),
    ("gptbot", "GPTBot"),
    ("oai-searchbot", "OAI-SearchBot"),
    ("chatgpt-user", "ChatGPT-User"),
    ("claudebot", "ClaudeBot"),
    ("perplexitybot", "PerplexityBot"),
    ("ccbot", "CCBot"),
    ("bytespider", "Bytespider"),
    ("amazonbot", "Amazonbot"),
    ("facebookexternalhit", "Facebook"),
    ("meta-externalagent", "Meta"),
    ("twitterbot", "Twitterbot"),
    ("linkedinbot", "LinkedInBot"),
    ("slackbot", "Slackbot"),
    ("discordbot", "Discordbot"),
    ("telegrambot", "TelegramBot"),
    ("whatsapp", "WhatsApp"),
    ("pinterestbot", "Pinterestbot"),
    ("ahrefsbot", "AhrefsBot"),
    ("semrushbot", "SemrushBot"),
    ("mj12bot", "MJ12bot"),
    ("dotbot", "DotBot"),
    ("petalbot", "PetalBot"),
    ("uptimerobot", "UptimeRobot"),
    ("headlesschrome", "HeadlessChrome"),
    ("lighthouse", "Lighthouse"),
    ("curl/", "curl"),
    ("wget/", "Wget"),
    ("python-requests", "Python Requests"),
    ("python-urllib", "Python urllib"),
    ("go-http-client", "Go"),
    ("okhttp", "OkHttp"),
    ("axios/", "axios"),
    ("postmanruntime", "Postman"),
    ("java/", "Java"),
];

/// Browsers by their mark, the most particular first.
const BROWSERS: [(&str, &str); 36] = [
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("Edg/", "Edge"),
    ("Edge/", "Edge"),
    ("OPR/", "Opera"),
    ("OPT/", "Opera"),
    ("OPiOS/", "Opera"),
    ("Opera Mini/", "Opera Mini"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("YaBrowser/", "Yandex Browser"),
    ("Vivaldi/", "Vivaldi"),
    ("DuckDuckGo/", "DuckDuckGo"),
    ("Ddg/", "DuckDuckGo"),
    ("UCBrowser/", "UC Browser"),
    ("MiuiBrowser/", "Mi Browser"),
    ("HuaweiBrowser/", "Huawei Browser"),
    ("Whale/", "Whale"),
    ("QQBrowser/", "QQ Browser"),
    ("MicroMessenger/", "WeChat"),
    ("Instagram ", "Instagram"),
    ("FBAV/", "Facebook"),
    ("Line/", "Line"),
    ("Electron/", "Electron"),
    ("Silk/", "Silk"),
    ("GSA/", "Google App"),
    ("Focus/", "Firefox Focus"),
    ("Klar/", "Firefox Focus"),
    ("FxiOS/", "Firefox"),
    ("SeaMonkey/", "SeaMonkey"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Thunderbird/", "Thunderbird"),
    ("MSIE ", "Internet Explorer"),
    ("Opera/", "Opera"),
];

fn version_behind<'t>(text: &'t str, mark: &str) -> Option<&'t str> {
    let start = text.find(mark)? + mark.len();
    let rest = &text[start..];
    let end = rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '_'))).unwrap_or(rest.len());
    Some(rest[..end].trim_end_matches('.')).filter(|version| !version.is_empty())
}

/// What a user agent tells.
pub(super) fn check(input: Input<'_>) -> Outcome {
    let text = input.text.trim();
    if text.len() > 4_000 {
        return Err("is no user agent: it is longer than 4,000 bytes".into());
    }
    let lower = text.to_ascii_lowercase();
    let bot = BOTS.iter().find(|(mark, _)| lower.contains(mark)).map(|(_, name)| *name);
    let bot = bot.or_else(|| {
        let is_bot = ["bot/", "bot;", "bot)", "crawler", "spider", "+http"].iter().any(|mark| lower.contains(mark))
            || lower.ends_with("bot");
        is_bot.then_some("other")
    });
    let (browser, browser_version) = browser(text);
    let (system, system_version) = system(text);
    if browser.is_none() && system.is_none() && bot.is_none() {
        return Err("is no user agent that is known".into());
    }
    let device = device(text, system, bot.is_some());
    let engine = match () {
        () if text.contains("Trident/") || text.contains("MSIE ") => Some("Trident"),
        () if text.contains("Edge/") => Some("EdgeHTML"),
        () if matches!(system, Some("iOS" | "iPadOS")) && text.contains("AppleWebKit/") => Some("WebKit"),
        () if ["Chrome/", "Chromium/"].iter().any(|mark| text.contains(mark)) => Some("Blink"),
        () if text.contains("AppleWebKit/") => Some("WebKit"),
        () if text.contains("Gecko/") => Some("Gecko"),
        () if text.contains("Presto/") => Some("Presto"),
        () => None,
    };
    let with_version = |name: &str, version: Option<&str>| match version.and_then(|version| version.split('.').next()) {
        Some(version) => format!("{name} {version}"),
        None => name.to_owned(),
    };
    let shown = bot
        .filter(|bot| *bot != "other")
        .map(str::to_owned)
        .or_else(|| browser.map(|name| with_version(name, browser_version.as_deref())));
    let on = system
        .map(|name| system_version.as_deref().map_or_else(|| name.to_owned(), |version| format!("{name} {version}")));
    let formatted = match (shown, on) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => "bot".to_owned(),
    };
    let major = browser_version
        .as_deref()
        .and_then(|version| version.split('.').next())
        .and_then(|major| major.parse::<i64>().ok());
    Ok(Good::new(formatted)
        .with("browser", browser)
        .with("browserVersion", browser_version)
        .with("browserMajor", major)
        .with("engine", engine)
        .with("system", system)
        .with("systemVersion", system_version)
        .with("device", device)
        .with("model", model(text, system))
        .with("bot", bot.is_some())
        .with("botName", bot.filter(|bot| *bot != "other")))
}

fn browser(text: &str) -> (Option<&'static str>, Option<String>) {
    if let Some(version) = text.contains("Trident/").then(|| version_behind(text, "rv:")).flatten() {
        return (Some("Internet Explorer"), Some(version.to_owned()));
    }
    if let Some((mark, name)) = BROWSERS.iter().find(|(mark, _)| text.contains(mark)) {
        // Old Opera says its version elsewhere.
        let version = if *mark == "Opera/" {
            version_behind(text, "Version/").or_else(|| version_behind(text, mark))
        } else {
            version_behind(text, mark)
        };
        let web_view = *mark == "Chrome/" && text.contains("; wv)");
        return (Some(if web_view { "Android WebView" } else { name }), version.map(str::to_owned));
    }
    if text.contains("Android") && text.contains("Version/") {
        return (Some("Android Browser"), version_behind(text, "Version/").map(str::to_owned));
    }
    if text.contains("Safari/") || text.contains("AppleWebKit/") && text.contains("Version/") {
        return (Some("Safari"), version_behind(text, "Version/").map(str::to_owned));
    }
    (None, None)
}

fn system(text: &str) -> (Option<&'static str>, Option<String>) {
    let version = |mark: &str| version_behind(text, mark).map(|version| version.replace('_', "."));
    match () {
        () if text.contains("Windows Phone") => {
            (Some("Windows Phone"), version("Windows Phone ").or_else(|| version("Windows Phone OS ")))
        }
        () if text.contains("Xbox") => (Some("Xbox"), None),
        () if text.contains("Windows NT") => {
            let name = match version("Windows NT ").as_deref() {
                Some("10.0") => Some("10 or 11"),
                Some("6.3") => Some("8.1"),
                Some("6.2") => Some("8"),
                Some("6.1") => Some("7"),
                Some("6.0") => Some("Vista"),
                Some("5.1" | "5.2") => Some("XP"),
                _ => None,
            };
            (Some("Windows"), name.map(str::to_owned))
        }
        () if text.contains("Windows") => (Some("Windows"), None),
        () if text.contains("PlayStation") || text.contains("PLAYSTATION") => {
            (Some("PlayStation"), version("PlayStation "))
        }
        () if text.contains("Nintendo") => (Some("Nintendo"), None),
        () if text.contains("Tizen") => (Some("Tizen"), version("Tizen ")),
        () if text.contains("Web0S") || text.contains("webOS") => (Some("webOS"), None),
        () if text.contains("KAIOS") => (Some("KaiOS"), version("KAIOS/")),
        () if text.contains("iPad") => (Some("iPadOS"), version("CPU OS ")),
        () if text.contains("iPhone") || text.contains("iPod") => (Some("iOS"), version("iPhone OS ")),
        () if text.contains("Android") => (Some("Android"), version("Android ")),
        () if text.contains("CrOS") => (Some("ChromeOS"), None),
        () if text.contains("Mac OS X") || text.contains("Macintosh") => (Some("macOS"), version("Mac OS X ")),
        () if text.contains("Ubuntu") => (Some("Ubuntu"), version("Ubuntu/")),
        () if text.contains("Fedora") => (Some("Fedora"), None),
        () if text.contains("FreeBSD") => (Some("FreeBSD"), None),
        () if text.contains("Linux") || text.contains("X11") => (Some("Linux"), None),
        () => (None, None),
    }
}

fn device(text: &str, system: Option<&str>, bot: bool) -> &'static str {
    let tv = ["SmartTV", "SMART-TV", "Smart TV", "AppleTV", "BRAVIA", "GoogleTV", "CrKey", "AFT", "HbbTV", "Roku"]
        .iter()
        .any(|mark| text.contains(mark));
    match system {
        _ if bot => "bot",
        _ if tv => "tv",
        Some("Xbox" | "PlayStation" | "Nintendo") => "console",
        Some("iPadOS") => "tablet",
        Some("webOS") => "tv",
        Some("Android") if text.contains("Mobile") => "mobile",
        Some("Android") => "tablet",
        Some("iOS" | "Windows Phone" | "KaiOS" | "Tizen") => "mobile",
        Some(_) if text.contains("Tablet") && !text.contains("Tablet PC") => "tablet",
        Some(_) => "desktop",
        None if text.contains("Mobile") => "mobile",
        None => "unknown",
    }
}

/// The model, as Android devices say it.
fn model(text: &str, system: Option<&str>) -> Option<String> {
    match system {
        Some("iOS") => return Some(if text.contains("iPod") { "iPod" } else { "iPhone" }.to_owned()),
        Some("iPadOS") => return Some("iPad".to_owned()),
        Some("macOS") => return Some("Mac".to_owned()),
        Some("Android") => {}
        _ => return None,
    }
    let inside = text.split_once('(')?.1.split_once(')')?.0;
    let fields = inside.split(';').map(str::trim);
    let model = fields.skip_while(|field| !field.starts_with("Android")).nth(1)?;
    let model = model.split(" Build/").next().unwrap_or(model).trim();
    // Chrome says K in place of the model since 2023.
    (!model.is_empty() && !matches!(model, "K" | "wv" | "Mobile" | "Tablet") && !model.starts_with("rv:"))
        .then(|| model.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_as_browsers_send_them() {
        for (text, formatted, device) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
                "Chrome 120 on Windows 10 or 11",
                "desktop",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 Edg/120.0.2210.91",
                "Edge 120 on Windows 10 or 11",
                "desktop",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1.2 Mobile/15E148 Safari/604.1",
                "Safari 17 on iOS 17.1.2",
                "mobile",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Safari/605.1.15",
                "Safari 17 on macOS 10.15.7",
                "desktop",
            ),
            (
                "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0",
                "Firefox 121 on Ubuntu",
                "desktop",
            ),
            (
                "Mozilla/5.0 (Linux; Android 13; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Mobile Safari/537.36",
                "Chrome 119 on Android 13",
                "mobile",
            ),
            (
                "Mozilla/5.0 (Linux; Android 13; SM-X906C) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/23.0 Chrome/115.0.0.0 Safari/537.36",
                "Samsung Internet 23 on Android 13",
                "tablet",
            ),
            ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Googlebot", "bot"),
            ("curl/8.4.0", "curl", "bot"),
            (
                "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko",
                "Internet Explorer 11 on Windows 7",
                "desktop",
            ),
            (
                "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/119.0.6045.109 Mobile/15E148 Safari/604.1",
                "Chrome 119 on iPadOS 16.6",
                "tablet",
            ),
        ] {
            let good = check(Input { text, is_number: false }).unwrap();
            assert_eq!(good.formatted, formatted, "{text}");
            let found = good
                .parts
                .iter()
                .find(|(name, _)| *name == "device")
                .and_then(|(_, part)| part.as_text().map(str::to_owned));
            assert_eq!(found.as_deref(), Some(device), "{text}");
        }
        assert!(
            check(Input { text: "", is_number: false }).is_err()
                && check(Input { text: "hello", is_number: false }).is_err()
        );
    }
}
