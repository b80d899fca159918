// The other side of an exchange of signatures and RSA-OAEP: Node's own crypto. Reads one JSON request from stdin: lists of what
// to sign, verify, encrypt and decrypt. Answers with the lists of what came of it. Signatures and ciphertexts are hex.
import { constants, privateDecrypt, publicEncrypt, sign, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';

const request = JSON.parse(readFileSync(0, 'utf8'));
const hash = (algorithm) => (algorithm === 'EdDSA' ? null : 'sha' + algorithm.match(/\d+/)[0]);

function options({ key, algorithm, format, salt }) {
  if (algorithm.startsWith('ES')) return { key, dsaEncoding: format === 'p1363' ? 'ieee-p1363' : 'der' };
  if (!algorithm.startsWith('PS')) return { key };
  // Without a length Node takes the longest there is room for, and any to verify.
  const saltLength = salt === 'hash' ? constants.RSA_PSS_SALTLEN_DIGEST : salt;
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  return typeof saltLength === 'number' ? { key, padding, saltLength } : { key, padding };
}

function oaep({ key, algorithm, label }) {
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const common = label ? { key, padding, oaepLabel: Buffer.from(label) } : { key, padding };
  // SHA-1 is what it takes when it is not told.
  return algorithm.endsWith('sha1') ? common : { ...common, oaepHash: algorithm.replace('rsa-oaep-', '') };
}

const actions = {
  sign: (item) => sign(hash(item.algorithm), Buffer.from(item.text), options(item)).toString('hex'),
  verify: (item) =>
    verify(hash(item.algorithm), Buffer.from(item.text), options({ ...item, salt: null }), Buffer.from(item.signature, 'hex')),
  encrypt: (item) => publicEncrypt(oaep(item), Buffer.from(item.text)).toString('hex'),
  decrypt: (item) => privateDecrypt(oaep(item), Buffer.from(item.ciphertext, 'hex')).toString(),
};

const answer = Object.entries(request).map(([action, items]) => [action, items.map(actions[action])]);
process.stdout.write(JSON.stringify(Object.fromEntries(answer)));
