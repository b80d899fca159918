// What OpenAI's client for Node gets out of an API. Reads {"url"} and writes one object; client.py does the same.
import { readFileSync } from "node:fs";
import OpenAI from "openai";
import { VERSION } from "openai/version";

const request = JSON.parse(readFileSync(0, "utf8"));
const MODEL = "words-1";
const TOOL = { type: "function", function: { name: "look", parameters: { type: "object" } } };

// Nothing is tried twice.
const clientOf = (apiKey) => new OpenAI({ baseURL: request.url, apiKey, maxRetries: 0 });
const client = clientOf("sk-alice");

function chat(text, more = {}, { by = client, ...options } = {}) {
  const messages = [{ role: "system", content: "say it" }, { role: "user", content: text }];
  return by.chat.completions.create({ model: MODEL, messages, ...more }, options);
}

// What every error has, and what those of an answer have.
const told = (error) => ({
  class: error.constructor.name,
  status: error.status ?? null,
  message: error.message,
  code: error.code ?? null,
  param: error.param ?? null,
  type: error.type ?? null,
});

async function errorOf(call) {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof OpenAI.OpenAIError)) throw error;
    return told(error);
  }
  return null;
}

const openSources = async () => (await client.get("/sources")).open;

// How many sources are open when all should be closed, and after how long none was.
async function closed() {
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  let open;
  while ((open = await openSources()) && seconds() < 10) await new Promise((done) => setTimeout(done, 10));
  return { open, seconds: seconds() };
}

const whole = (completion) => ({
  content: completion.choices[0].message.content,
  reason: completion.choices[0].finish_reason,
  tokens: completion.usage.total_tokens,
  request_id: completion._request_id,
});

async function streamed() {
  const words = [];
  let reason = null, tokens = null;
  for await (const chunk of await chat("one two three", { stream: true, stream_options: { include_usage: true } })) {
    for (const choice of chunk.choices) {
      if (choice.delta.content) words.push(choice.delta.content);
      reason = choice.finish_reason ?? reason;
    }
    tokens = chunk.usage?.total_tokens ?? tokens;
  }
  return { words, reason, tokens };
}

async function gathered() {
  const messages = [{ role: "user", content: "one two three" }];
  return await client.chat.completions.stream({ model: MODEL, messages }).finalContent();
}

async function broken(stream, word) {
  const words = [];
  try {
    for await (const event of await stream) words.push(word(event));
  } catch (error) {
    return { words, error: told(error) };
  }
  return null;
}

async function left() {
  const words = [];
  let during;
  for await (const chunk of await chat("endless", { stream: true })) {
    words.push(chunk.choices[0].delta.content);
    if (words.length < 3) continue;
    during = await openSources();
    break;
  }
  return { words, during, after: await closed() };
}

async function givenUp() {
  const error = await errorOf(() => chat("hang", { stream: true }, { timeout: 300 }));
  return { class: error.class, after: await closed() };
}

async function embedded(more) {
  const answer = await client.embeddings.create({ model: MODEL, input: ["a", "four"], ...more });
  return answer.data.map((each) => each.embedding);
}

async function responses() {
  const events = [];
  for await (const event of await client.responses.create({ model: MODEL, input: "one two", stream: true })) {
    events.push(event);
  }
  const last = events.at(-1).response.output[0].content[0].text;
  const whole = (await client.responses.create({ model: MODEL, input: "one two" })).output_text;
  return { whole, types: events.map((event) => event.type), last };
}

async function poor() {
  await chat("one", {}, { by: clientOf("sk-poor") });
  return await errorOf(() => chat("one", {}, { by: clientOf("sk-poor") }));
}

async function models() {
  const ids = [];
  for await (const model of client.models.list()) ids.push(model.id);
  return ids;
}

const PARTS = [{ type: "text", text: "one" }, { type: "text", text: "two" }];
const UNKNOWN = { temperature: 0.5, seed: 7, stop: ["."], tools: [TOOL], tool_choice: "auto", user: "u" };

const answer = {
  version: VERSION,
  whole: whole(await chat("one two three")),
  unknown: whole(await chat(PARTS, { ...UNKNOWN, of_nobody: { deep: [1] } })),
  streamed: await streamed(),
  gathered: await gathered(),
  errors: {
    "wrong key": await errorOf(() => chat("one", {}, { by: clientOf("sk-nobody") })),
    "wrong group": await errorOf(() => chat("one", {}, { by: clientOf("sk-eve") })),
    "poor": await poor(),
    "no messages": await errorOf(() => chat("one", { messages: [] })),
    "wrong type": await errorOf(() => chat("one", { stream_options: { include_usage: "maybe" }, stream: true })),
    "no such model": await errorOf(() => chat("one", { model: "words-9" })),
    "no such operation": await errorOf(() => client.files.list()),
    "impossible": await errorOf(() => chat("impossible")),
    "impossible, streamed": await errorOf(() => chat("impossible", { stream: true })),
    "fails at once": await errorOf(() => chat("fail")),
    "fails at once, streamed": await errorOf(() => chat("fail", { stream: true })),
    "input": await errorOf(() => client.embeddings.create({ model: MODEL, input: [[1, 2]] })),
  },
  "broken": await broken(chat("one two fail three", { stream: true }), (chunk) => chunk.choices[0].delta.content),
  "broken response": await broken(
    client.responses.create({ model: MODEL, input: "one fail", stream: true }),
    (event) => event.type,
  ),
  "left": await left(),
  "given up": await givenUp(),
  "embedded": await embedded({}),
  "embedded as floats": await embedded({ encoding_format: "float", dimensions: 2 }),
  "embedded as base64": await embedded({ encoding_format: "base64", dimensions: 2 }),
  "models": await models(),
  "model": (await client.models.retrieve("house/words-2")).id,
  "responses": await responses(),
};
process.stdout.write(JSON.stringify(answer));
