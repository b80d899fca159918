// node express.mjs PORT
import express from 'express';
import multer from 'multer';
import { ALGORITHMS, accessLine, charge, consumerOf, encrypt, failure, hash } from './work.mjs';

const app = express();
app.disable('x-powered-by');
app.disable('etag');

if (accessLine) {
  app.use((request, response, next) => {
    const started = performance.now();
    response.on('finish', () => accessLine(request, request.consumer, response.statusCode, performance.now() - started));
    next();
  });
}
app.use((request, response, next) => {
  const consumer = consumerOf(request.headers['x-api-key']);
  if (!consumer) return response.status(401).json(failure('UNAUTHORIZED', 'this API key is not known'));
  request.consumer = consumer;
  const { admitted, headers } = charge(consumer);
  for (const name in headers) response.setHeader(name, headers[name]);
  if (!admitted) return response.status(429).json(failure('RATE_LIMITED', 'limit reached'));
  next();
});
app.use(express.json({ limit: '10mb' }));

app.post('/api/v1/crypto/hash', (request, response) => {
  const { body } = request;
  if (typeof body?.text !== 'string') {
    return response.status(400).json(failure('VALIDATION_ERROR', 'text: must be a text'));
  }
  if (!ALGORITHMS.includes(body.algorithm)) {
    return response.status(400).json(failure('VALIDATION_ERROR', `algorithm: use one of ${ALGORITHMS}`));
  }
  for (const name in body) {
    if (name !== 'text' && name !== 'algorithm') {
      return response.status(400).json(failure('VALIDATION_ERROR', `${name}: is not known`));
    }
  }
  response.json(hash(body));
});

// Files in a form, for bench/run.py ground.
const upload = multer({ storage: multer.memoryStorage(), limits: { fileSize: 50e6 } });
app.post('/api/v1/crypto/hash/form', upload.single('file'), (request, response) => {
  response.json(hash({ text: request.file.buffer, algorithm: request.body.algorithm }));
});
app.post('/api/v1/crypto/encrypt/form', upload.single('file'), (request, response) => {
  response.json(encrypt({ bytes: request.file.buffer, key: request.body.key }));
});

// Express knows the handler of errors by its four parameters.
app.use((error, request, response, next) => {
  response.status(error.status ?? 500).json(failure('MALFORMED_REQUEST', 'the body cannot be read'));
});

app.listen(Number(process.argv[2]), '127.0.0.1');
