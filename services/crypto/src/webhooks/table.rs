//! The signature schemes of the providers. Each has a link to its documentation; where a value is taken from the code
//! of a provider's own library, a link to that.

use super::provider::Provider;
use super::scheme::{Address, Event, Place, Proof, Scheme, SecretForm, Stamp, StampPlace, Unit};
use crate::encoding::BinaryEncoding::{Base64, Hex};
use crate::hmac::HmacAlgorithm::{Sha1, Sha256, Sha512};

/// What most have in common: a hex HMAC-SHA256 of the body alone.
const HEX: Scheme<'static> = Scheme {
    name: "hmac-sha256",
    proof: Proof::Hmac(Sha256),
    secret: SecretForm::Text,
    content: "{body}",
    headers: &[],
    prefix: "",
    encoding: Hex,
    stamp: None,
    id: &[],
    event: Event::Unknown,
    place: Place::Headers,
    address: Address::AsSent,
};

/// The same in base64.
const BASE64: Scheme<'static> = Scheme { encoding: Base64, ..HEX };

/// standardwebhooks.com/spec: `v1,` and base64 over id, time and body; the secret is base64 after `whsec_`.
const STANDARD: Scheme<'static> = Scheme {
    name: "v1",
    secret: SecretForm::Base64,
    content: "{id}.{timestamp}.{body}",
    headers: &["webhook-signature", "svix-signature"],
    prefix: "v1,",
    stamp: in_headers(&["webhook-timestamp", "svix-timestamp"], Unit::Seconds),
    id: &["webhook-id", "svix-id"],
    event: Event::Id,
    ..BASE64
};

/// docs.svix.com/receiving/verifying-payloads/how-manual: the same under other names.
const SVIX: Scheme<'static> = Scheme {
    headers: &["svix-signature", "webhook-signature"],
    stamp: in_headers(&["svix-timestamp", "webhook-timestamp"], Unit::Seconds),
    id: &["svix-id", "webhook-id"],
    ..STANDARD
};

/// Stripe's form, which others have taken over: `t=<seconds>,v1=<hex>,...` over `<seconds>.<body>`.
const STRIPE: Scheme<'static> =
    Scheme { name: "v1", content: "{timestamp}.{body}", prefix: "v1=", stamp: beside("t=", ',', Unit::Seconds), ..HEX };

const fn in_headers(names: &'static [&'static str], unit: Unit) -> Option<Stamp<'static>> {
    Some(Stamp { place: StampPlace::Headers(names), unit, any_unit: false })
}

const fn beside(prefix: &'static str, divider: char, unit: Unit) -> Option<Stamp<'static>> {
    Some(Stamp { place: StampPlace::Item { prefix, divider }, unit, any_unit: false })
}

/// Every provider but `generic`.
pub(super) static TABLE: &[(Provider, Scheme<'static>)] = &[
    // docs.stripe.com/webhooks/signature
    (Provider::Stripe, Scheme { headers: &["Stripe-Signature"], event: Event::Body("/id"), ..STRIPE }),
    // docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
    (
        Provider::Github,
        Scheme {
            headers: &["X-Hub-Signature-256"],
            prefix: "sha256=",
            event: Event::Headers(&["X-GitHub-Delivery"]),
            ..HEX
        },
    ),
    // api.slack.com/authentication/verifying-requests-from-slack
    (
        Provider::Slack,
        Scheme {
            name: "v0",
            content: "v0:{timestamp}:{body}",
            headers: &["X-Slack-Signature"],
            prefix: "v0=",
            stamp: in_headers(&["X-Slack-Request-Timestamp"], Unit::Seconds),
            event: Event::Body("/event_id"),
            ..HEX
        },
    ),
    // shopify.dev/docs/apps/build/webhooks/subscribe/https
    (
        Provider::Shopify,
        Scheme {
            headers: &["X-Shopify-Hmac-SHA256"],
            event: Event::Headers(&["X-Shopify-Event-Id", "X-Shopify-Webhook-Id"]),
            ..BASE64
        },
    ),
    // twilio.com/docs/usage/webhooks/webhooks-security; ports as in twilio-node, src/webhooks/webhooks.ts
    (
        Provider::Twilio,
        Scheme {
            name: "hmac-sha1",
            proof: Proof::Hmac(Sha1),
            content: "{url}{form}",
            headers: &["X-Twilio-Signature"],
            event: Event::Headers(&["I-Twilio-Idempotency-Token"]),
            address: Address::AnyPort,
            ..BASE64
        },
    ),
    (Provider::StandardWebhooks, STANDARD),
    (Provider::Svix, SVIX),
    // clerk.com/docs/webhooks/sync-data, resend.com/docs/dashboard/webhooks/verify-webhooks-requests
    (Provider::Clerk, SVIX),
    (Provider::Resend, SVIX),
    // platform.openai.com/docs/guides/webhooks, supabase.com/docs/guides/auth/auth-hooks
    (Provider::Openai, STANDARD),
    (Provider::Supabase, STANDARD),
    // developer.squareup.com/docs/webhooks/step3validate; square-nodejs-sdk, src/utilities/webhooksHelper.ts
    (
        Provider::Square,
        Scheme {
            content: "{url}{body}",
            headers: &["x-square-hmacsha256-signature"],
            event: Event::Body("/event_id"),
            ..BASE64
        },
    ),
    // developers.zoom.us/docs/api/webhooks
    (
        Provider::Zoom,
        Scheme {
            name: "v0",
            content: "v0:{timestamp}:{body}",
            headers: &["x-zm-signature"],
            prefix: "v0=",
            stamp: in_headers(&["x-zm-request-timestamp"], Unit::Seconds),
            ..HEX
        },
    ),
    // discord.com/developers/docs/interactions/overview
    (
        Provider::Discord,
        Scheme {
            name: "ed25519",
            proof: Proof::Ed25519,
            content: "{timestamp}{body}",
            headers: &["X-Signature-Ed25519"],
            stamp: in_headers(&["X-Signature-Timestamp"], Unit::Seconds),
            event: Event::Body("/id"),
            ..HEX
        },
    ),
    // sendgrid-nodejs, packages/eventwebhook/src/eventwebhook.js
    (
        Provider::Sendgrid,
        Scheme {
            name: "ecdsa-p256",
            proof: Proof::EcdsaP256,
            content: "{timestamp}{body}",
            headers: &["X-Twilio-Email-Event-Webhook-Signature"],
            stamp: in_headers(&["X-Twilio-Email-Event-Webhook-Timestamp"], Unit::Seconds),
            ..BASE64
        },
    ),
    // developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation
    (
        Provider::Hubspot,
        Scheme {
            name: "v3",
            content: "{method}{url}{body}{timestamp}",
            headers: &["X-HubSpot-Signature-v3"],
            stamp: in_headers(&["X-HubSpot-Request-Timestamp"], Unit::Millis),
            address: Address::Unescaped,
            ..BASE64
        },
    ),
    // documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks
    (
        Provider::Mailgun,
        Scheme {
            content: "{timestamp}{header:token}",
            headers: &["signature", "parent-signature"],
            stamp: in_headers(&["timestamp"], Unit::Seconds),
            // Neither the id in the body nor the border between time and token is signed.
            event: Event::Content,
            place: Place::Body,
            ..HEX
        },
    ),
    // developer.paddle.com/webhooks/signature-verification
    (
        Provider::Paddle,
        Scheme {
            name: "h1",
            content: "{timestamp}:{body}",
            headers: &["Paddle-Signature"],
            prefix: "h1=",
            stamp: beside("ts=", ';', Unit::Seconds),
            event: Event::Body("/event_id"),
            ..HEX
        },
    ),
    // developers.intercom.com/docs/references/webhooks/webhook-models
    (
        Provider::Intercom,
        Scheme {
            name: "hmac-sha1",
            proof: Proof::Hmac(Sha1),
            headers: &["X-Hub-Signature"],
            prefix: "sha1=",
            event: Event::Body("/id"),
            ..HEX
        },
    ),
    // developers.facebook.com/docs/graph-api/webhooks/getting-started
    (Provider::Meta, Scheme { headers: &["X-Hub-Signature-256"], prefix: "sha256=", ..HEX }),
    // linear.app/developers/webhooks
    (
        Provider::Linear,
        Scheme {
            headers: &["Linear-Signature"],
            stamp: Some(Stamp { place: StampPlace::Body("/webhookTimestamp"), unit: Unit::Millis, any_unit: false }),
            event: Event::Headers(&["Linear-Delivery"]),
            ..HEX
        },
    ),
    // typeform.com/developers/webhooks/secure-your-webhooks
    (
        Provider::Typeform,
        Scheme { headers: &["Typeform-Signature"], prefix: "sha256=", event: Event::Body("/event_id"), ..BASE64 },
    ),
    // developer.calendly.com/api-docs/webhook-signatures
    (Provider::Calendly, Scheme { headers: &["Calendly-Webhook-Signature"], ..STRIPE }),
    // dropbox.com/developers/reference/webhooks
    (Provider::Dropbox, Scheme { headers: &["X-Dropbox-Signature"], ..HEX }),
    // developer.woocommerce.com/docs/best-practices/webhooks
    (
        Provider::Woocommerce,
        Scheme { headers: &["X-WC-Webhook-Signature"], event: Event::Headers(&["X-WC-Webhook-Delivery-ID"]), ..BASE64 },
    ),
    // docs.gitlab.com/user/project/integrations/webhooks
    (
        Provider::Gitlab,
        Scheme {
            name: "token",
            proof: Proof::Token,
            headers: &["X-Gitlab-Token"],
            // The UUID is shared by webhooks that cause each other; the key is the same in all attempts of one.
            event: Event::Headers(&["Idempotency-Key", "X-Gitlab-Event-UUID"]),
            ..HEX
        },
    ),
    // core.telegram.org/bots/api#setwebhook
    (
        Provider::Telegram,
        Scheme {
            name: "token",
            proof: Proof::Token,
            headers: &["X-Telegram-Bot-Api-Secret-Token"],
            event: Event::Body("/update_id"),
            ..HEX
        },
    ),
    // support.atlassian.com/bitbucket-cloud/docs/manage-webhooks, and developer.atlassian.com for Jira
    (
        Provider::Bitbucket,
        Scheme { headers: &["X-Hub-Signature"], prefix: "sha256=", event: Event::Headers(&["X-Request-UUID"]), ..HEX },
    ),
    (
        Provider::Jira,
        Scheme {
            headers: &["X-Hub-Signature"],
            prefix: "sha256=",
            event: Event::Headers(&["X-Atlassian-Webhook-Identifier"]),
            ..HEX
        },
    ),
    // docs.sentry.io/organization/integrations/integration-platform/webhooks
    (Provider::Sentry, Scheme { headers: &["Sentry-Hook-Signature"], event: Event::Headers(&["Request-ID"]), ..HEX }),
    // developer.pagerduty.com/docs/verifying-webhook-signatures
    (
        Provider::Pagerduty,
        Scheme {
            name: "v1",
            headers: &["X-PagerDuty-Signature"],
            prefix: "v1=",
            event: Event::Body("/event/id"),
            ..HEX
        },
    ),
    // developers.docusign.com/platform/webhooks/connect/hmac: one header for each of the account's keys
    (
        Provider::Docusign,
        Scheme {
            headers: &[
                "X-DocuSign-Signature-1",
                "X-DocuSign-Signature-2",
                "X-DocuSign-Signature-3",
                "X-DocuSign-Signature-4",
                "X-DocuSign-Signature-5",
                "X-DocuSign-Signature-6",
                "X-DocuSign-Signature-7",
                "X-DocuSign-Signature-8",
                "X-DocuSign-Signature-9",
                "X-DocuSign-Signature-10",
            ],
            ..BASE64
        },
    ),
    // developer.xero.com/documentation/guides/webhooks/configuring-your-server
    (Provider::Xero, Scheme { headers: &["x-xero-signature"], ..BASE64 }),
    // developer.zendesk.com/documentation/webhooks/verifying
    (
        Provider::Zendesk,
        Scheme {
            content: "{timestamp}{body}",
            headers: &["X-Zendesk-Webhook-Signature"],
            stamp: in_headers(&["X-Zendesk-Webhook-Signature-Timestamp"], Unit::Rfc3339),
            event: Event::Headers(&["X-Zendesk-Webhook-Invocation-Id"]),
            ..BASE64
        },
    ),
    // developers.asana.com/docs/webhooks-guide
    (Provider::Asana, Scheme { headers: &["X-Hook-Signature"], ..HEX }),
    // docs.lemonsqueezy.com/help/webhooks/signing-requests
    (Provider::LemonSqueezy, Scheme { headers: &["X-Signature"], ..HEX }),
    // docs.cdp.coinbase.com/commerce/api-architecture/webhooks-security
    (
        Provider::CoinbaseCommerce,
        Scheme { headers: &["X-CC-Webhook-Signature"], event: Event::Body("/event/id"), ..HEX },
    ),
    // developers.line.biz/en/docs/messaging-api/verify-webhook-signature
    (Provider::Line, Scheme { headers: &["x-line-signature"], ..BASE64 }),
    // dev.twitch.tv/docs/eventsub/handling-webhook-events
    (
        Provider::Twitch,
        Scheme {
            content: "{id}{timestamp}{body}",
            headers: &["Twitch-Eventsub-Message-Signature"],
            prefix: "sha256=",
            stamp: in_headers(&["Twitch-Eventsub-Message-Timestamp"], Unit::Rfc3339),
            id: &["Twitch-Eventsub-Message-Id"],
            event: Event::Id,
            ..HEX
        },
    ),
    // developers.notion.com/reference/webhooks
    (
        Provider::Notion,
        Scheme { headers: &["X-Notion-Signature"], prefix: "sha256=", event: Event::Body("/id"), ..HEX },
    ),
    // paystack.com/docs/payments/webhooks
    (
        Provider::Paystack,
        Scheme { name: "hmac-sha512", proof: Proof::Hmac(Sha512), headers: &["x-paystack-signature"], ..HEX },
    ),
    // razorpay.com/docs/webhooks/validate-test
    (
        Provider::Razorpay,
        Scheme { headers: &["X-Razorpay-Signature"], event: Event::Headers(&["x-razorpay-event-id"]), ..HEX },
    ),
    // airtable.com/developers/web/api/webhooks-overview; pyairtable, models/webhook.py
    (
        Provider::Airtable,
        Scheme { secret: SecretForm::Base64, headers: &["X-Airtable-Content-MAC"], prefix: "hmac-sha256=", ..HEX },
    ),
    // developer.atlassian.com/cloud/trello/guides/rest-api/webhooks
    (
        Provider::Trello,
        Scheme {
            name: "hmac-sha1",
            proof: Proof::Hmac(Sha1),
            content: "{body}{url}",
            headers: &["X-Trello-Webhook"],
            event: Event::Body("/action/id"),
            ..BASE64
        },
    ),
    // developer.gocardless.com/api-reference/#webhooks-overview
    (Provider::Gocardless, Scheme { headers: &["Webhook-Signature"], event: Event::Body("/meta/webhook_id"), ..HEX }),
    // circleci.com/docs/guides/integration/outbound-webhooks
    (
        Provider::Circleci,
        Scheme { name: "v1", headers: &["circleci-signature"], prefix: "v1=", event: Event::Body("/id"), ..HEX },
    ),
    // vercel.com/docs/webhooks/webhooks-api
    (
        Provider::Vercel,
        Scheme {
            name: "hmac-sha1",
            proof: Proof::Hmac(Sha1),
            headers: &["x-vercel-signature"],
            event: Event::Body("/id"),
            ..HEX
        },
    ),
    // devcenter.heroku.com/articles/app-webhooks
    (Provider::Heroku, Scheme { headers: &["Heroku-Webhook-Hmac-SHA256"], ..BASE64 }),
    // cal.com/docs/developing/guides/automation/webhooks
    (Provider::CalCom, Scheme { headers: &["X-Cal-Signature-256"], ..HEX }),
    // developers.webflow.com/data/docs/working-with-webhooks
    (
        Provider::Webflow,
        Scheme {
            content: "{timestamp}:{body}",
            headers: &["x-webflow-signature"],
            stamp: in_headers(&["x-webflow-timestamp"], Unit::Millis),
            ..HEX
        },
    ),
    // workos.com/docs/events/data-syncing/webhooks
    (
        Provider::Workos,
        Scheme {
            headers: &["WorkOS-Signature"],
            stamp: beside("t=", ',', Unit::Millis),
            event: Event::Body("/id"),
            ..STRIPE
        },
    ),
    // mux.com/docs/core/verify-webhook-signatures
    (Provider::Mux, Scheme { headers: &["Mux-Signature"], event: Event::Body("/id"), ..STRIPE }),
    // mailchimp.com/developer/transactional/guides/track-respond-activity-webhooks
    (
        Provider::Mandrill,
        Scheme {
            name: "hmac-sha1",
            proof: Proof::Hmac(Sha1),
            content: "{url}{form}",
            headers: &["X-Mandrill-Signature"],
            ..BASE64
        },
    ),
    // learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-outgoing-webhook
    (
        Provider::MicrosoftTeams,
        Scheme { secret: SecretForm::Base64, headers: &["Authorization"], prefix: "HMAC ", ..BASE64 },
    ),
    // developer.box.com/guides/webhooks/v2/signatures-v2
    (
        Provider::Box,
        Scheme {
            content: "{body}{timestamp}",
            headers: &["BOX-SIGNATURE-PRIMARY", "BOX-SIGNATURE-SECONDARY"],
            stamp: in_headers(&["BOX-DELIVERY-TIMESTAMP"], Unit::Rfc3339),
            event: Event::Headers(&["BOX-DELIVERY-ID"]),
            ..BASE64
        },
    ),
    // tally.so/help/webhooks
    (Provider::Tally, Scheme { headers: &["Tally-Signature"], event: Event::Body("/eventId"), ..BASE64 }),
    // developer.fastspring.com/reference/message-security
    (Provider::Fastspring, Scheme { headers: &["X-FS-Signature"], ..BASE64 }),
    // developer.nylas.com/docs/v3/notifications
    (Provider::Nylas, Scheme { headers: &["x-nylas-signature"], event: Event::Body("/id"), ..HEX }),
    // launchdarkly.com/docs/integrations/webhooks
    (Provider::Launchdarkly, Scheme { headers: &["X-LD-Signature"], event: Event::Body("/_id"), ..HEX }),
    // docs.x.com/x-api/webhooks/introduction
    (Provider::X, Scheme { headers: &["x-twitter-webhooks-signature"], prefix: "sha256=", ..BASE64 }),
];

impl Provider {
    /// Its scheme; nothing for `generic`, whose scheme the request says.
    pub(super) fn scheme(self) -> Option<Scheme<'static>> {
        TABLE.iter().find(|(provider, _)| *provider == self).map(|(_, scheme)| *scheme)
    }
}
