// What OpenAI's client for Node gets out of the service. Reads {"url"} and writes one object; chat.py does the same.
import { readFileSync } from "node:fs";
import OpenAI from "PACKAGE";

const request = JSON.parse(readFileSync(0, "utf8"));
// Nothing is tried twice.
const client = new OpenAI({ baseURL: request.url, apiKey: "key", maxRetries: 0 });
const messages = [{ role: "user", content: "say it" }];
const tools = [{ type: "function", function: { name: "look", parameters: { type: "object" } } }];

const chat = (model, more = {}) => client.chat.completions.create({ model, messages, ...more });

async function whole() {
  const answer = await chat("fine");
  const choice = answer.choices[0];
  return { content: choice.message.content, reason: choice.finish_reason, tokens: answer.usage.total_tokens };
}

async function streamed() {
  let content = "", reason = null, tokens = null;
  for await (const chunk of await chat("fine", { stream: true, stream_options: { include_usage: true } })) {
    for (const choice of chunk.choices) {
      content += choice.delta.content ?? "";
      reason = choice.finish_reason ?? reason;
    }
    tokens = chunk.usage?.total_tokens ?? tokens;
  }
  return { content, reason, tokens };
}

const named = ({ name, arguments: written }) => ({ name, arguments: written });

async function streamedCall() {
  const calls = [];
  for await (const chunk of await chat("calls", { stream: true, tools })) {
    for (const call of chunk.choices[0]?.delta.tool_calls ?? []) calls.push(call.function);
  }
  return { name: calls[0].name, arguments: calls.map((call) => call.arguments).join("") };
}

async function responseEvents() {
  const events = [];
  for await (const event of await client.responses.create({ model: "fine", input: "say it", stream: true })) events.push(event);
  const last = events.at(-1);
  return [events[0].type, last.type, last.response.output[0].content[0].text];
}

async function responseCall() {
  const functions = [{ type: "function", name: "look", parameters: {}, strict: false }];
  return named((await client.responses.create({ model: "calls", input: "x", tools: functions })).output[0]);
}

async function broken(stream, text) {
  let content = "";
  try {
    for await (const event of await stream) content += text(event) ?? "";
  } catch (error) {
    if (!(error instanceof OpenAI.OpenAIError)) throw error;
    return { content, error: error.message };
  }
  return { content, error: null };
}

async function errorOf(model) {
  try {
    await chat(model, { stream: true });
  } catch (error) {
    if (!(error instanceof OpenAI.APIError)) throw error;
    return { status: error.status, message: error.message };
  }
  return null;
}

const errors = {};
for (const model of ["nobody", "refusing", "down"]) errors[model] = await errorOf(model);
const answer = {
  whole: await whole(),
  streamed: await streamed(),
  call: named((await chat("calls", { tools })).choices[0].message.tool_calls[0].function),
  "streamed call": await streamedCall(),
  response: (await client.responses.create({ model: "fine", input: "say it" })).output_text,
  "response events": await responseEvents(),
  "response call": await responseCall(),
  broken: await broken(chat("broken", { stream: true }), (chunk) => chunk.choices[0].delta.content),
  "broken response": await broken(
    client.responses.create({ model: "broken", input: "x", stream: true }),
    (event) => (event.type === "response.output_text.delta" ? event.delta : ""),
  ),
  errors,
};
process.stdout.write(JSON.stringify(answer));
