//! Handshakes: first messages that expect a certain response.

use data_encoding::HEXLOWER;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::message::Message;
use super::provider::Provider;
use crate::hmac::HmacAlgorithm;
use crate::keys::Key;

/// Characters of a challenge that are given back.
const MAX_CHALLENGE: usize = 4096;

/// The response to send to the provider.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "WebhookAnswer")]
pub struct RespondWith {
    /// HTTP status.
    pub status: u16,
    /// Media type.
    pub content_type: String,
    /// The response body, to be sent exactly as given.
    pub body: String,
}

impl RespondWith {
    fn json(body: &Value) -> Self {
        Self { status: 200, content_type: "application/json".to_owned(), body: body.to_string() }
    }

    fn text(body: &str) -> Self {
        Self { status: 200, content_type: "text/plain".to_owned(), body: body.to_owned() }
    }
}

/// The answer to a valid message, when it is a handshake.
pub(super) fn answer(provider: Provider, message: Message<'_>, key: &Key) -> Option<RespondWith> {
    let text = |value: &Value| value.as_str().filter(|text| text.len() <= MAX_CHALLENGE).map(str::to_owned);
    match provider {
        // developers.zoom.us/docs/api/webhooks: hex of the HMAC of the plain token.
        Provider::Zoom => {
            let body = message.json().filter(|body| body["event"] == "endpoint.url_validation")?;
            let plain = text(&body["payload"]["plainToken"])?;
            // This is to sign, and a key that may only verify is not for that.
            key.check_purpose("secret", &HmacAlgorithm::Sha256.purpose(&["sign"])).ok()?;
            let code = HmacAlgorithm::Sha256.mac(key.shared("secret").ok()?, plain.as_bytes());
            Some(RespondWith::json(&json!({ "plainToken": plain, "encryptedToken": HEXLOWER.encode(&code) })))
        }
        // api.slack.com/events/url_verification
        Provider::Slack => {
            let body = message.json().filter(|body| body["type"] == "url_verification")?;
            text(&body["challenge"]).map(|challenge| RespondWith::text(&challenge))
        }
        // discord.com/developers/docs/interactions/receiving-and-responding: PING and PONG are both type 1.
        Provider::Discord => {
            message.json().filter(|body| body["type"] == 1).map(|_| RespondWith::json(&json!({ "type": 1 })))
        }
        // dev.twitch.tv/docs/eventsub/handling-webhook-events
        Provider::Twitch => {
            let kinds = message.headers.header("Twitch-Eventsub-Message-Type");
            let body = kinds.contains(&"webhook_callback_verification").then(|| message.json())??;
            text(&body["challenge"]).map(|challenge| RespondWith::text(&challenge))
        }
        _ => None,
    }
}
