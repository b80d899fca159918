// Signatures, tokens, webhooks and passwords as one would write them for Fastify, for bench/signatures.py.

import * as crypto from 'node:crypto';
import argon2 from 'argon2';
import jwt from 'jsonwebtoken';

const text = { type: 'string' };
const optional = { type: ['string', 'null'] };
const warnings = { type: 'array', items: text };
const route = (input, output) => ({
  schema: {
    body: { type: 'object', required: Object.keys(input), additionalProperties: false, properties: input },
    response: { 200: { type: 'object', properties: { ...output, warnings } } },
  },
});

const options = (algorithm, key) =>
  algorithm.startsWith('PS')
    ? { key, padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: crypto.constants.RSA_PSS_SALTLEN_DIGEST }
    : { key };
const digest = (algorithm) => (algorithm === 'EdDSA' ? null : `sha${algorithm.slice(2)}`);
const TOLERANCE = 300;

/** Whether a Stripe header signs a body: what `stripe.webhooks.constructEvent` does, without reading the JSON. */
function stripe(header, body, secret) {
  let timestamp;
  const signatures = [];
  for (const part of header.split(',')) {
    const [name, value] = part.split('=', 2);
    if (name === 't') timestamp = value;
    if (name === 'v1') signatures.push(Buffer.from(value, 'hex'));
  }
  const expected = crypto.createHmac('sha256', secret).update(`${timestamp}.${body}`).digest();
  const age = Math.floor(Date.now() / 1000) - Number(timestamp);
  const same = signatures.some((one) => one.length === expected.length && crypto.timingSafeEqual(one, expected));
  return { valid: same && Math.abs(age) <= TOLERANCE, age };
}

export function signatures(app) {
  app.post(
    '/api/v1/crypto/sign',
    route({ text, algorithm: text, key: text }, { signature: text, algorithm: text }),
    (request, reply) => {
      const { text, algorithm, key } = request.body;
      const signature = crypto.sign(digest(algorithm), Buffer.from(text), options(algorithm, key)).toString('base64');
      reply.send({ signature, algorithm, warnings: [] });
    },
  );
  app.post(
    '/api/v1/crypto/verify',
    route({ text, algorithm: text, key: text, signature: text }, { valid: { type: 'boolean' }, algorithm: text }),
    (request, reply) => {
      const { text, algorithm, key, signature } = request.body;
      const given = Buffer.from(signature, 'base64');
      const valid = crypto.verify(digest(algorithm), Buffer.from(text), options(algorithm, key), given);
      reply.send({ valid, algorithm, warnings: [] });
    },
  );
  app.post(
    '/api/v1/crypto/jwt/verify',
    route(
      { token: text, key: text, algorithms: { type: 'array', items: text } },
      { valid: { type: 'boolean' }, claims: { type: 'object', additionalProperties: true }, reason: optional },
    ),
    (request, reply) => {
      const { token, key, algorithms } = request.body;
      try {
        reply.send({ valid: true, claims: jwt.verify(token, key, { algorithms }), reason: null, warnings: [] });
      } catch (error) {
        reply.send({ valid: false, reason: error.message, warnings: [] });
      }
    },
  );
  app.post(
    '/api/v1/crypto/webhooks/verify',
    route(
      { provider: text, headers: { type: 'object', additionalProperties: text }, body: text, secret: text },
      { valid: { type: 'boolean' }, age: { type: 'integer' } },
    ),
    (request, reply) => {
      const { headers, body, secret } = request.body;
      reply.send({ ...stripe(headers['Stripe-Signature'], body, secret), warnings: [] });
    },
  );
  app.post('/api/v1/crypto/passwords/hash', route({ password: text }, { hash: text }), async (request) => {
    // The costs /passwords/hash has by default.
    const costs = { type: argon2.argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 };
    return { hash: await argon2.hash(request.body.password, costs), warnings: [] };
  });
}
