// The headers a provider sends, made with Node's crypto as the provider's documentation says, and nothing of ours.
// stdin: a list of {"provider", "body", "secret", "time", "id", "url", "method", "form", "privateKey"}; stdout: for each
// {"headers", "body", "url"}. {"check": true, "signature", "publicKey", ...}: whether Node finds a signature of SendGrid right.

import crypto from "node:crypto";
import fs from "node:fs";

function answer(input) {
  const { provider, body, secret, time, id, url, method, form } = input;
  const mac = (hash, key, ...parts) => {
    const hmac = crypto.createHmac(hash, key);
    for (const part of parts) hmac.update(part);
    return hmac;
  };
  const hex = (...parts) => mac("sha256", secret, ...parts).digest("hex");
  const base64 = (...parts) => mac("sha256", secret, ...parts).digest("base64");
  const seconds = String(time);
  const millis = String(time * 1000);
  const iso = new Date(time * 1000).toISOString().replace(".000Z", "Z");
  const hub = () => ({ "X-Hub-Signature-256": "sha256=" + hex(body) });
  const stripe = (name, t = seconds) => () => ({ [name]: `t=${t},v1=${hex(t, ".", body)}` });
  const svix = (prefix) => () => {
    const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
    const signature = mac("sha256", key, `${id}.${seconds}.`, body).digest("base64");
    return { [prefix + "-id"]: id, [prefix + "-timestamp"]: seconds, [prefix + "-signature"]: "v1," + signature };
  };
  const plainHex = (name, prefix = "") => () => ({ [name]: prefix + hex(body) });
  const plainBase64 = (name, prefix = "") => () => ({ [name]: prefix + base64(body) });
  const joined = () => Object.keys(form).sort().map((name) => name + form[name]).join("");
  const bytes = () => Buffer.from(secret, "base64");

  const providers = {
    stripe: stripe("Stripe-Signature"),
    github: hub,
    slack: () => ({
      "X-Slack-Request-Timestamp": seconds, "X-Slack-Signature": "v0=" + hex(`v0:${seconds}:${body}`),
    }),
    shopify: plainBase64("X-Shopify-Hmac-SHA256"),
    twilio: () => ({ "X-Twilio-Signature": mac("sha1", secret, url + joined()).digest("base64") }),
    "standard-webhooks": svix("webhook"), openai: svix("webhook"), supabase: svix("webhook"),
    svix: svix("svix"), clerk: svix("svix"), resend: svix("svix"),
    square: () => ({ "x-square-hmacsha256-signature": base64(url + body) }),
    zoom: () => ({ "x-zm-request-timestamp": seconds, "x-zm-signature": "v0=" + hex(`v0:${seconds}:${body}`) }),
    discord: () => ({
      "X-Signature-Timestamp": seconds,
      "X-Signature-Ed25519": crypto.sign(null, Buffer.from(seconds + body), input.privateKey).toString("hex"),
    }),
    sendgrid: () => ({
      "X-Twilio-Email-Event-Webhook-Timestamp": seconds,
      "X-Twilio-Email-Event-Webhook-Signature": crypto.createSign("sha256").update(seconds + body).sign(input.privateKey, "base64"),
    }),
    hubspot: () => ({
      "X-HubSpot-Request-Timestamp": millis, "X-HubSpot-Signature-v3": base64(method + url + body + millis),
    }),
    paddle: () => ({ "Paddle-Signature": `ts=${seconds};h1=${hex(`${seconds}:${body}`)}` }),
    intercom: () => ({ "X-Hub-Signature": "sha1=" + mac("sha1", secret, body).digest("hex") }),
    meta: hub,
    linear: plainHex("Linear-Signature"),
    typeform: plainBase64("Typeform-Signature", "sha256="),
    calendly: stripe("Calendly-Webhook-Signature"),
    dropbox: plainHex("X-Dropbox-Signature"),
    woocommerce: plainBase64("X-WC-Webhook-Signature"),
    gitlab: () => ({ "X-Gitlab-Token": secret }),
    telegram: () => ({ "X-Telegram-Bot-Api-Secret-Token": secret }),
    bitbucket: plainHex("X-Hub-Signature", "sha256="),
    jira: plainHex("X-Hub-Signature", "sha256="),
    sentry: plainHex("Sentry-Hook-Signature"),
    pagerduty: plainHex("X-PagerDuty-Signature", "v1="),
    docusign: plainBase64("X-DocuSign-Signature-1"),
    xero: plainBase64("x-xero-signature"),
    zendesk: () => ({
      "X-Zendesk-Webhook-Signature-Timestamp": iso, "X-Zendesk-Webhook-Signature": base64(iso + body),
    }),
    asana: plainHex("X-Hook-Signature"),
    "lemon-squeezy": plainHex("X-Signature"),
    "coinbase-commerce": plainHex("X-CC-Webhook-Signature"),
    line: plainBase64("x-line-signature"),
    twitch: () => ({
      "Twitch-Eventsub-Message-Id": id, "Twitch-Eventsub-Message-Timestamp": iso,
      "Twitch-Eventsub-Message-Signature": "sha256=" + hex(id + iso + body),
    }),
    notion: plainHex("X-Notion-Signature", "sha256="),
    paystack: () => ({ "x-paystack-signature": mac("sha512", secret, body).digest("hex") }),
    razorpay: plainHex("X-Razorpay-Signature"),
    airtable: () => ({ "X-Airtable-Content-MAC": "hmac-sha256=" + mac("sha256", bytes(), body).digest("hex") }),
    trello: () => ({ "X-Trello-Webhook": mac("sha1", secret, body + url).digest("base64") }),
    gocardless: plainHex("Webhook-Signature"),
    circleci: plainHex("circleci-signature", "v1="),
    vercel: () => ({ "x-vercel-signature": mac("sha1", secret, body).digest("hex") }),
    heroku: plainBase64("Heroku-Webhook-Hmac-SHA256"),
    "cal-com": plainHex("X-Cal-Signature-256"),
    webflow: () => ({ "x-webflow-timestamp": millis, "x-webflow-signature": hex(`${millis}:${body}`) }),
    workos: stripe("WorkOS-Signature", millis),
    mux: stripe("Mux-Signature"),
    mandrill: () => ({ "X-Mandrill-Signature": mac("sha1", secret, url + joined()).digest("base64") }),
    "microsoft-teams": () => ({ Authorization: "HMAC " + mac("sha256", bytes(), body).digest("base64") }),
    box: () => ({ "BOX-DELIVERY-TIMESTAMP": iso, "BOX-SIGNATURE-PRIMARY": base64(body, iso) }),
    tally: plainBase64("Tally-Signature"),
    fastspring: plainBase64("X-FS-Signature"),
    nylas: plainHex("x-nylas-signature"),
    launchdarkly: plainHex("X-LD-Signature"),
    x: plainBase64("x-twitter-webhooks-signature", "sha256="),
  };

  if (input.check) {
    return crypto.createVerify("sha256").update(seconds + body).verify(input.publicKey, input.signature, "base64");
  } else if (provider === "mailgun") {
    const token = "0123456789".repeat(5);
    const signature = { timestamp: seconds, token, signature: hex(seconds + token) };
    return { headers: {}, body: JSON.stringify({ signature, "event-data": { id: "e1" } }) };
  } else if (provider === "twilio-json") {
    const hashed = `${url}?bodySHA256=${crypto.createHash("sha256").update(body).digest("hex")}`;
    return { headers: { "X-Twilio-Signature": mac("sha1", secret, hashed).digest("base64") }, body, url: hashed };
  } else if (provider in providers) {
    return { headers: providers[provider](), body };
  }
  return null;
}

process.stdout.write(JSON.stringify(JSON.parse(fs.readFileSync(0, "utf8")).map(answer)));
