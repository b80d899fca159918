# What OpenAI's client for Python gets out of the service. Reads {"url"} and writes one object; chat.mjs does the same.
import json
import sys

import openai

request = json.load(sys.stdin)
# No proxy of the machine's comes in between, nothing is tried twice.
client = openai.OpenAI(
    base_url=request["url"], api_key="key", max_retries=0, http_client=openai.DefaultHttpxClient(trust_env=False)
)
MESSAGES = [{"role": "user", "content": "say it"}]
TOOLS = [{"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}]


def chat(model, **more):
    return client.chat.completions.create(model=model, messages=MESSAGES, **more)


def whole():
    answer = chat("fine")
    choice = answer.choices[0]
    return {"content": choice.message.content, "reason": choice.finish_reason, "tokens": answer.usage.total_tokens}


def streamed():
    content, reason, tokens = "", None, None
    for chunk in chat("fine", stream=True, stream_options={"include_usage": True}):
        for choice in chunk.choices:
            content += choice.delta.content or ""
            reason = choice.finish_reason or reason
        tokens = chunk.usage.total_tokens if chunk.usage else tokens
    return {"content": content, "reason": reason, "tokens": tokens}


def function(call):
    return {"name": call.name, "arguments": call.arguments}


def streamed_call():
    with client.chat.completions.stream(model="calls", messages=MESSAGES, tools=TOOLS) as stream:
        call = stream.get_final_completion().choices[0].message.tool_calls[0].function
    return function(call)


def response_events():
    events = list(client.responses.create(model="fine", input="say it", stream=True))
    return [events[0].type, events[-1].type, events[-1].response.output_text]


def response_call():
    answer = client.responses.create(model="calls", input="x", tools=[{"type": "function", "name": "look", "parameters": {}, "strict": False}])
    return function(answer.output[0])


def broken(stream, text):
    content = ""
    try:
        for event in stream:
            content += text(event) or ""
    except openai.OpenAIError as error:
        return {"content": content, "error": str(error)}
    return {"content": content, "error": None}


def error_of(model):
    try:
        chat(model, stream=True)
    except openai.APIStatusError as error:
        return {"status": error.status_code, "message": error.message}


answer = {
    "whole": whole(),
    "streamed": streamed(),
    "call": function(chat("calls", tools=TOOLS).choices[0].message.tool_calls[0].function),
    "streamed call": streamed_call(),
    "response": client.responses.create(model="fine", input="say it").output_text,
    "response events": response_events(),
    "response call": response_call(),
    "broken": broken(chat("broken", stream=True), lambda chunk: chunk.choices[0].delta.content),
    "broken response": broken(
        client.responses.create(model="broken", input="x", stream=True),
        lambda event: event.delta if event.type == "response.output_text.delta" else "",
    ),
    "errors": {model: error_of(model) for model in ["nobody", "refusing", "down"]},
}
json.dump(answer, sys.stdout)
