// The other side of an exchange: Node's own crypto, which n8n runs on, writing and reading the forms from their
// descriptions. Reads one JSON request from stdin, answers with JSON on stdout. Fields are hex unless they say otherwise.
import { createCipheriv, createDecipheriv, pbkdf2Sync, randomBytes, scryptSync } from 'node:crypto';
import { readFileSync } from 'node:fs';

const request = JSON.parse(readFileSync(0, 'utf8'));
const bytes = (hex) => Buffer.from(hex ?? '', 'hex');
const scrypt = (password, salt, length, N) => scryptSync(password, salt, length, { N, r: 8, p: 1, maxmem: 256 << 20 });
const keyLength = (cipher) => (cipher.includes('128') ? 16 : cipher.includes('192') ? 24 : 32);

function seal(cipher, key, iv, aad, plain) {
  const sealing = createCipheriv(cipher, key, iv, { authTagLength: 16 });
  if (!cipher.endsWith('cbc')) sealing.setAAD(aad, { plaintextLength: plain.length });
  const ciphertext = Buffer.concat([sealing.update(plain), sealing.final()]);
  return { ciphertext, tag: cipher.endsWith('cbc') ? Buffer.alloc(0) : sealing.getAuthTag() };
}

function open(cipher, key, iv, aad, ciphertext, tag) {
  const opening = createDecipheriv(cipher, key, iv, { authTagLength: 16 });
  if (!cipher.endsWith('cbc')) opening.setAAD(aad, { plaintextLength: ciphertext.length }).setAuthTag(tag);
  return Buffer.concat([opening.update(ciphertext), opening.final()]);
}

const actions = {
  // n8n-io/n8n#30540: base64 of 0x01 | salt 16 | iv 12 | tag 16 | ciphertext; scrypt N = 65536, r = 8, p = 1.
  n8nEncrypt({ cipher, password, text, salt, iv }) {
    [salt, iv] = [salt ? bytes(salt) : randomBytes(16), iv ? bytes(iv) : randomBytes(12)];
    const key = scrypt(password, salt, keyLength(cipher), 65536);
    const { ciphertext, tag } = seal(cipher, key, iv, Buffer.alloc(0), Buffer.from(text));
    return Buffer.concat([Buffer.from([1]), salt, iv, tag, ciphertext]).toString('base64');
  },
  n8nDecrypt({ cipher, password, ciphertext }) {
    const all = Buffer.from(ciphertext, 'base64');
    if (all[0] !== 1) throw new Error('version');
    const key = scrypt(password, all.subarray(1, 17), keyLength(cipher), 65536);
    const none = Buffer.alloc(0);
    return open(cipher, key, all.subarray(17, 29), none, all.subarray(45), all.subarray(29, 45)).toString();
  },
  // The compact form, as src/aead/compact.rs describes it: AES-256-GCM (1) or ChaCha20-Poly1305 (4) with a given key
  // (0), scrypt (1) or PBKDF2-SHA-256 (3).
  compactEncrypt({ cipher, key, password, kdf, salt, iv, aad, text }) {
    [salt, iv] = [bytes(salt), bytes(iv)];
    const head = [cipher === 'aes-256-gcm' ? 1 : 4];
    if (kdf === 'scrypt') head.push(1, 14, 8, 1, ...salt);
    else if (kdf === 'pbkdf2') head.push(3, 0, 0, 3, 232, ...salt);
    else head.push(0);
    const header = Buffer.from([...head, iv.length, ...iv]);
    const derived =
      kdf === 'scrypt' ? scrypt(password, salt, 32, 1 << 14)
      : kdf === 'pbkdf2' ? pbkdf2Sync(password, salt, 1000, 32, 'sha256')
      : bytes(key);
    const bound = Buffer.concat([Buffer.from('ff1.'), header, Buffer.from(aad)]);
    const { ciphertext, tag } = seal(cipher, derived, iv, bound, Buffer.from(text));
    return 'ff1.' + Buffer.concat([header, ciphertext, tag]).toString('base64url');
  },
  seal({ cipher, key, iv, aad, text }) {
    const { ciphertext, tag } = seal(cipher, bytes(key), bytes(iv), Buffer.from(aad), Buffer.from(text));
    return { ciphertext: ciphertext.toString('hex'), tag: tag.toString('hex') };
  },
  open({ cipher, key, iv, aad, ciphertext, tag }) {
    return open(cipher, bytes(key), bytes(iv), Buffer.from(aad), bytes(ciphertext), bytes(tag)).toString();
  },
};

process.stdout.write(JSON.stringify(actions[request.action](request)));
