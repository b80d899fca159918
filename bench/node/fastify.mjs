// node fastify.mjs PORT
import Fastify from 'fastify';
import { pictures } from './pictures.mjs';
import { signatures } from './signatures.mjs';
import { ALGORITHMS, accessLine, charge, consumerOf, failure, hash } from './work.mjs';

const text = { type: 'string' };
const schema = {
  body: {
    type: 'object',
    required: ['text', 'algorithm'],
    additionalProperties: false,
    properties: { text, algorithm: { type: 'string', enum: ALGORITHMS } },
  },
  // Lets Fastify write the answer with a serialiser made for it.
  response: {
    200: {
      type: 'object',
      properties: {
        hash: text,
        algorithm: text,
        outputEncoding: text,
        bytes: { type: 'integer' },
        rows: {
          type: 'array',
          items: { type: 'object', properties: { algorithm: text, hash: text, bits: { type: 'integer' }, security: text } },
        },
        warnings: { type: 'array', items: text },
      },
    },
  },
};

// The access line of work.mjs is one where its own logger writes two.
const app = Fastify({ logger: false, bodyLimit: 10 * 1024 * 1024 });

app.decorateRequest('consumer', null);
app.addHook('onRequest', (request, reply, done) => {
  const consumer = consumerOf(request.headers['x-api-key']);
  if (!consumer) return reply.code(401).send(failure('UNAUTHORIZED', 'this API key is not known'));
  request.consumer = consumer;
  const { admitted, headers } = charge(consumer);
  reply.headers(headers);
  if (!admitted) return reply.code(429).send(failure('RATE_LIMITED', 'limit reached'));
  done();
});

if (accessLine) {
  app.addHook('onResponse', (request, reply, done) => {
    accessLine(request.raw, request.consumer, reply.statusCode, reply.elapsedTime);
    done();
  });
}

app.post('/api/v1/crypto/hash', { schema }, (request, reply) => {
  reply.send(hash(request.body));
});

// A file as the body, for bench/run.py ground.
app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (request, body, done) => done(null, body));
app.post('/api/v1/crypto/hash/raw', { schema: { response: schema.response } }, (request, reply) => {
  reply.send(hash({ text: request.body, algorithm: request.query.algorithm }));
});

signatures(app);
pictures(app);

await app.listen({ port: Number(process.argv[2]), host: '127.0.0.1' });
