//! The providers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The provider that sends the webhook, which determines how it is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "WebhookProvider")]
pub enum Provider {
    /// Stripe. The secret is the endpoint's signing secret (`whsec_...`).
    Stripe,
    /// GitHub (`X-Hub-Signature-256`). The secret is that of the webhook.
    Github,
    /// Slack. The secret is the app's signing secret.
    Slack,
    /// Shopify. The secret is the app's client secret, or the key shown in the admin for webhooks created there.
    Shopify,
    /// Twilio. The secret is the account's auth token; send `url`.
    Twilio,
    /// Any sender that follows standardwebhooks.com. The secret is `whsec_...`.
    StandardWebhooks,
    /// Svix, and senders that use it. The secret is `whsec_...`.
    Svix,
    /// Clerk; as `svix`.
    Clerk,
    /// Resend; as `svix`.
    Resend,
    /// OpenAI; as `standard-webhooks`.
    Openai,
    /// Supabase auth hooks; as `standard-webhooks`. The secret is `v1,whsec_...`.
    Supabase,
    /// Square. The secret is the subscription's signature key; send `url`.
    Square,
    /// Zoom. The secret is the app's secret token.
    Zoom,
    /// Discord interactions. Send the application's `publicKey`.
    Discord,
    /// SendGrid event webhooks. Send the verification key as `publicKey`.
    Sendgrid,
    /// HubSpot, signature v3. The secret is the app's client secret; send `url` and `method`.
    Hubspot,
    /// Mailgun. The secret is the account's webhook signing key. The signature covers a timestamp and a token, not the
    /// event.
    Mailgun,
    /// Paddle Billing. The secret is the destination's (`pdl_ntfset_...`).
    Paddle,
    /// Intercom. The secret is the app's client secret.
    Intercom,
    /// Meta: Facebook, Instagram, WhatsApp. The secret is the app secret.
    Meta,
    /// Linear. The secret is the webhook's signing secret.
    Linear,
    /// Typeform. The secret is the webhook's.
    Typeform,
    /// Calendly. The secret is the subscription's signing key.
    Calendly,
    /// Dropbox. The secret is the app secret.
    Dropbox,
    /// WooCommerce. The secret is the webhook's.
    Woocommerce,
    /// GitLab: the secret token. With a signing token, choose `standard-webhooks`.
    Gitlab,
    /// Telegram bots: the `secret_token` of setWebhook.
    Telegram,
    /// Bitbucket. The secret is the webhook's.
    Bitbucket,
    /// Jira. The secret is the webhook's.
    Jira,
    /// Sentry integrations. The secret is the client secret.
    Sentry,
    /// `PagerDuty`, v3. The secret is the subscription's.
    Pagerduty,
    /// `DocuSign` Connect. The secret is one of the account's HMAC keys.
    Docusign,
    /// Xero. The secret is the webhooks key.
    Xero,
    /// Zendesk. The secret is the webhook's signing secret.
    Zendesk,
    /// Asana. The secret is the `X-Hook-Secret` of the handshake.
    Asana,
    /// Lemon Squeezy. The secret is the webhook's signing secret.
    LemonSqueezy,
    /// Coinbase Commerce. The secret is the shared secret.
    CoinbaseCommerce,
    /// LINE. The secret is the channel secret.
    Line,
    /// Twitch `EventSub`. The secret is the subscription's.
    Twitch,
    /// Notion. The secret is the verification token.
    Notion,
    /// Paystack. The secret is the secret key (`sk_...`).
    Paystack,
    /// Razorpay. The secret is the webhook's.
    Razorpay,
    /// Airtable. The secret is `macSecretBase64`.
    Airtable,
    /// Trello. The secret is the application's; send the callback address as `url`.
    Trello,
    /// `GoCardless`. The secret is the endpoint's.
    Gocardless,
    /// `CircleCI`. The secret is the webhook's secret token.
    Circleci,
    /// Vercel. The secret is the webhook's, or the integration's.
    Vercel,
    /// Heroku. The secret is the webhook's.
    Heroku,
    /// Cal.com. The secret is the webhook's.
    CalCom,
    /// Webflow. The secret is the webhook's secret key, or the app's client secret.
    Webflow,
    /// `WorkOS`. The secret is the endpoint's signing secret.
    Workos,
    /// Mux. The secret is the webhook's signing secret.
    Mux,
    /// Mailchimp Transactional (Mandrill). The secret is the webhook's key; send `url`.
    Mandrill,
    /// Microsoft Teams outgoing webhooks. The secret is the security token.
    MicrosoftTeams,
    /// Box. The secret is the primary or the secondary key.
    Box,
    /// Tally. The secret is the webhook's signing secret.
    Tally,
    /// `FastSpring`. The secret is the webhook's HMAC secret.
    Fastspring,
    /// Nylas, v3. The secret is the webhook's.
    Nylas,
    /// `LaunchDarkly`. The secret is the webhook's.
    Launchdarkly,
    /// X (Twitter). The secret is the app's consumer secret.
    X,
    /// Any other provider: describe the scheme in `generic`.
    Generic,
}

impl Provider {
    /// Its name, as requests write it.
    pub(super) fn name(self) -> String {
        let name = serde_json::to_value(self).ok();
        name.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
    }
}
