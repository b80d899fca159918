# What LangChain gets out of the service, by both of OpenAI's contracts. Reads {"url"} and writes one object.
import json
import sys

import openai
from langchain_openai import ChatOpenAI

request = json.load(sys.stdin)
SCHEMA = {
    "title": "place",
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
LOOK = {
    "type": "function",
    "function": {"name": "look", "description": "Looks.", "parameters": {"type": "object", "properties": {}}},
}


def model(name, **more):
    # No proxy of the machine's comes in between, nothing is tried twice.
    http_client = openai.DefaultHttpxClient(trust_env=False)
    return ChatOpenAI(base_url=request["url"], api_key="key", model=name, max_retries=0, http_client=http_client, **more)


def said(message):
    usage = message.usage_metadata
    return {"text": message.text, "tokens": usage["total_tokens"] if usage else None}


def whole(**more):
    return said(model("fine", **more).invoke([("system", "Be brief."), ("human", "say it")]))


def streamed(**more):
    message, pieces = None, 0
    for chunk in model("fine", stream_usage=True, **more).stream("say it"):
        message = chunk if message is None else message + chunk
        pieces += bool(chunk.text)
    return {**said(message), "pieces": pieces}


def called(**more):
    call = model("calls", **more).bind_tools([LOOK]).invoke("look").tool_calls[0]
    return {"name": call["name"], "args": call["args"]}


def broken(**more):
    text = ""
    try:
        for chunk in model("broken", **more).stream("say it"):
            text += chunk.text
    except openai.OpenAIError as error:
        return {"text": text, "error": str(error)}
    return {"text": text, "error": None}


def error_of(name, **more):
    try:
        model(name, **more).invoke("say it")
    except openai.APIStatusError as error:
        return {"class": type(error).__name__, "status": error.status_code, "message": str(error)}


answer = {}
for contract, more in {"completions": {}, "responses": {"use_responses_api": True}}.items():
    answer[contract] = {
        "whole": whole(**more),
        "streamed": streamed(**more),
        "called": called(**more),
        "structured": model("json", **more).with_structured_output(SCHEMA, method="json_schema").invoke("where?"),
        "object": model("json", **more).with_structured_output(SCHEMA, method="json_mode").invoke("where, as json?"),
        "broken": broken(**more),
        "errors": {name: error_of(name, **more) for name in ["nobody", "refusing", "down"]},
    }
json.dump(answer, sys.stdout)
