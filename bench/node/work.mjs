// What both servers do around their framework: keys, limits, the hash, the access line. Limits are by hand because that
// is faster than express-rate-limit and @fastify/rate-limit.

import * as crypto from 'node:crypto';
import pino from 'pino';

const PLANS = { free: { minute: 100, day: 1000 }, enterprise: { minute: 1_000_000, day: 1_000_000_000 } };
const digest = (text) => crypto.hash('sha256', text, 'base64');
const consumers = new Map(
  Object.entries(PLANS).map(([plan, limits]) => [digest(`ff_demo_${plan}`), { plan, limits, minute: null, day: null }]),
);

/** The consumer a key belongs to. */
export const consumerOf = (key) => (key ? consumers.get(digest(key)) : undefined);

/** Counts a request in calendar windows. Answers the headers to send; `admitted` says whether it may go on. */
export function charge(consumer) {
  const now = Math.floor(Date.now() / 1000);
  const minute = Math.floor(now / 60);
  const day = Math.floor(now / 86_400);
  if (consumer.minute?.start !== minute) consumer.minute = { start: minute, used: 0 };
  if (consumer.day?.start !== day) consumer.day = { start: day, used: 0 };
  const { limits } = consumer;
  const admitted = consumer.minute.used < limits.minute && consumer.day.used < limits.day;
  if (admitted) {
    consumer.minute.used += 1;
    consumer.day.used += 1;
  }
  const minuteLeft = limits.minute - consumer.minute.used;
  const dayLeft = limits.day - consumer.day.used;
  const tightest = dayLeft <= minuteLeft ? 'day' : 'minute';
  const reset = tightest === 'day' ? (day + 1) * 86_400 - now : (minute + 1) * 60 - now;
  const headers = {
    'x-ratelimit-limit-minute': limits.minute,
    'x-ratelimit-remaining-minute': minuteLeft,
    'x-ratelimit-limit-day': limits.day,
    'x-ratelimit-remaining-day': dayLeft,
    'ratelimit-limit': limits[tightest],
    'ratelimit-remaining': Math.min(minuteLeft, dayLeft),
    'ratelimit-reset': reset,
  };
  return { admitted, headers };
}

export const ALGORITHMS = ['sha256', 'sha512', 'md5'];

/** The same answer as the crypto service gives; `text` may be a Buffer. */
export function hash({ text, algorithm }) {
  const hash = crypto.hash(algorithm, text, 'hex');
  const security = algorithm === 'md5' ? 'legacy' : 'strong';
  return {
    hash,
    algorithm,
    outputEncoding: 'hex',
    bytes: Buffer.byteLength(text),
    rows: [{ algorithm, hash, bits: hash.length * 4, security }],
    warnings: [],
  };
}

/** AES-256-GCM under a key in hex, each part in base64. */
export function encrypt({ bytes, key }) {
  const nonce = crypto.randomBytes(12);
  const cipher = crypto.createCipheriv('aes-256-gcm', Buffer.from(key, 'hex'), nonce);
  const ciphertext = cipher.update(bytes, undefined, 'base64') + cipher.final('base64');
  const [tag, warnings] = [cipher.getAuthTag().toString('base64'), []];
  return { ciphertext, algorithm: 'aes-256-gcm', nonce: nonce.toString('base64'), tag, bytes: bytes.length, warnings };
}

export const failure = (code, message) => ({ error: { code, message } });

const log = pino({ base: null }, pino.destination({ dest: 1, sync: false, minLength: 8192 }));

/** Writes the access line; nothing with `NO_ACCESS_LOG`. */
export const accessLine = process.env.NO_ACCESS_LOG
  ? null
  : (request, consumer, status, ms) => {
      const { method, url: path } = request;
      const peer = request.socket.remoteAddress;
      log.info({ requestId: crypto.randomUUID(), method, path, status, ms, consumer: consumer?.plan, peer }, 'request');
    };
