// Calls the gateway at the address in argument 1 through the generated client, as a customer would.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { client } from "./flowforge/client.gen.js";
import { formDataBodySerializer } from "./flowforge/client/index.js";
import {
  cryptoHash,
  cryptoHashBatch,
  cryptoRandom,
  platformDownload,
  platformFiles,
  platformMe,
} from "./flowforge/sdk.gen.js";

client.setConfig({ baseUrl: process.argv[2], auth: "ff_demo_enterprise" });

// Every byte there is, so that no step on the way may take it for text.
const bytes = Uint8Array.from({ length: 2048 }, (_, index) => index);
const sha256 = createHash("sha256").update(bytes).digest("hex");
const file = new File([bytes], "Größe.bin", { type: "application/octet-stream" });

// JSON
const hash = await cryptoHash({ body: { text: "hello", algorithm: "sha256" } });
assert.equal(hash.data?.hash, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");

const dice = await cryptoRandom({ body: { kind: "integer", min: 1, max: 6, count: 3 } });
assert.equal(dice.data?.values.length, 3);
assert.ok(dice.data.values.every((value) => [1, 2, 3, 4, 5, 6].some((side) => side === value)));

const me = await platformMe();
assert.equal(me.data?.plan, "enterprise");

// A file in JSON, the body that this generator has types for
const encoded = await cryptoHash({ body: { file: { base64: Buffer.from(bytes).toString("base64"), name: "a.bin" } } });
assert.equal(encoded.data?.hash, sha256);

// A raw body: the generator knows one kind of body for each operation, so the others go past its types
const raw = await cryptoHash({
  body: file as never,
  bodySerializer: null,
  headers: { "Content-Type": "application/octet-stream" },
});
assert.equal(raw.data?.hash, sha256);
assert.equal(raw.data.bytes, bytes.length);

// Multipart, options after the file; `fetch` writes the content type, with the boundary
const multipart = { ...formDataBodySerializer, headers: { "Content-Type": null } };
const parts = { file, algorithms: ["sha512", "sha256"], outputEncoding: "hex" };
const form = await cryptoHash({ body: parts as never, ...multipart });
assert.equal(form.data?.rows[1]?.hash, sha256);

// A kept file: by its id, and by its link
const kept = await platformFiles({ body: { file } as never, ...multipart });
assert.ok(kept.data);
assert.equal(kept.data.file.name, "Größe.bin");
assert.equal(kept.data.file.size, bytes.length);

const byId = await cryptoHash({ body: { file: { id: kept.data.file.id } } });
assert.equal(byId.data?.hash, sha256);

const link = new URL(kept.data.file.url);
const path = { id: link.pathname.split("/").at(-1) ?? "" };
const linked = (name: string) => link.searchParams.get(name) ?? "";
const query = { expires: Number(linked("expires")), signature: linked("signature") };
const found = await platformDownload({ path, query });
assert.ok(found.data instanceof Blob);
assert.deepEqual(new Uint8Array(await found.data.arrayBuffer()), bytes);

const forged = await platformDownload({ path, query: { ...query, expires: query.expires + 1 } });
assert.equal(forged.response?.status, 404);
assert.equal(forged.error?.error.code, "NOT_FOUND");

// A batch
const batch = await cryptoHashBatch({ body: { items: [{ text: "hello" }, {}, { file: { id: kept.data.file.id } }] } });
assert.deepEqual(batch.data?.items.map((item) => item.status), [200, 422, 200]);
assert.equal(batch.data.succeeded, 2);
assert.equal(batch.data.items[2]?.result?.hash, sha256);

// The error has a type of its own: tsc knows its `code` and `message`.
const wrong = await cryptoRandom({ body: { count: 0 } });
assert.equal(wrong.data, undefined);
assert.equal(wrong.response?.status, 400);
assert.equal(wrong.error?.error.code, "VALIDATION_ERROR");
assert.match(wrong.error.error.message, /count/);
