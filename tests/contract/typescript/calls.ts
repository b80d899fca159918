// Calls the gateway at the address in argument 1 through the generated client, as a customer would.
// Raw and multipart uploads and a download come with the first operation that takes or gives files.
import assert from "node:assert/strict";
import { client } from "./flowforge/client.gen.js";
import { cryptoHash, cryptoRandom, platformMe } from "./flowforge/sdk.gen.js";

client.setConfig({ baseUrl: process.argv[2], auth: "ff_demo_enterprise" });

const hash = await cryptoHash({ body: { text: "hello", algorithm: "sha256" } });
assert.equal(hash.data?.hash, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");

const dice = await cryptoRandom({ body: { kind: "integer", min: 1, max: 6, count: 3 } });
assert.equal(dice.data?.values.length, 3);
assert.ok(dice.data.values.every((value) => [1, 2, 3, 4, 5, 6].some((side) => side === value)));

const me = await platformMe();
assert.equal(me.data?.plan, "enterprise");

// The error has a type of its own: tsc knows its `code` and `message`.
const wrong = await cryptoRandom({ body: { count: 0 } });
assert.equal(wrong.data, undefined);
assert.equal(wrong.response?.status, 400);
assert.equal(wrong.error?.error.code, "VALIDATION_ERROR");
assert.match(wrong.error.error.message, /count/);
