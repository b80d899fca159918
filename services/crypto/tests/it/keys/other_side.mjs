// Node's own crypto, reading and making keys. Reads one JSON request from stdin, answers with JSON on stdout.
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';

const request = JSON.parse(readFileSync(0, 'utf8'));

// Every form Node has of a key.
function forms(key) {
  const kind = key.asymmetricKeyType;
  const all = [
    key.export({ type: 'pkcs8', format: 'pem' }),
    key.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
    key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }),
    JSON.stringify(key.export({ format: 'jwk' })),
  ];
  if (kind === 'rsa') all.push(key.export({ type: 'pkcs1', format: 'pem' }));
  if (kind === 'ec') all.push(key.export({ type: 'sec1', format: 'pem' }));
  const half = createPublicKey(key);
  const publics = [half.export({ type: 'spki', format: 'pem' }), JSON.stringify(half.export({ format: 'jwk' }))];
  if (kind === 'rsa') publics.push(half.export({ type: 'pkcs1', format: 'pem' }));
  return { private: all, public: publics };
}

const actions = {
  make: ({ type, options }) => forms(generateKeyPairSync(type, options).privateKey),
  read: ({ key, format, passphrase }) => forms(createPrivateKey({ key, format, passphrase: passphrase ?? undefined })),
};

process.stdout.write(JSON.stringify(actions[request.action](request)));
