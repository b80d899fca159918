# What OpenAI's client for Python gets out of an API. Reads {"url"} and writes one object; client.mjs does the same.
import json
import sys
import time

import openai

request = json.load(sys.stdin)
MODEL, TOOL = "words-1", {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}


def client_of(key, **options):
    # No proxy of the machine's comes in between, nothing is tried twice.
    http_client = openai.DefaultHttpxClient(trust_env=False)
    return openai.OpenAI(base_url=request["url"], api_key=key, max_retries=0, http_client=http_client, **options)


client = client_of("sk-alice")


def chat(text, client=client, **more):
    messages = [{"role": "system", "content": "say it"}, {"role": "user", "content": text}]
    return client.chat.completions.create(**{"model": MODEL, "messages": messages, **more})


def told(error):
    # What every error has, and what those of an answer have.
    names = ["code", "param", "type"]
    return {
        "class": type(error).__name__,
        "status": getattr(error, "status_code", None),
        "message": str(error),
        **{name: getattr(error, name, None) for name in names},
    }


def error_of(call):
    try:
        call()
    except openai.OpenAIError as error:
        return told(error)


def open_sources():
    return client.get("/sources", cast_to=object)["open"]


def closed():
    # How many sources are open when all should be closed, and after how long none was.
    start = time.monotonic()
    while (count := open_sources()) and time.monotonic() - start < 10:
        time.sleep(0.01)
    return {"open": count, "seconds": time.monotonic() - start}


def whole(completion):
    choice = completion.choices[0]
    return {
        "content": choice.message.content,
        "reason": choice.finish_reason,
        "tokens": completion.usage.total_tokens,
        "request_id": completion._request_id,
    }


def streamed():
    words, reason, tokens = [], None, None
    for chunk in chat("one two three", stream=True, stream_options={"include_usage": True}):
        for choice in chunk.choices:
            if choice.delta.content:
                words.append(choice.delta.content)
            reason = choice.finish_reason or reason
        tokens = chunk.usage.total_tokens if chunk.usage else tokens
    return {"words": words, "reason": reason, "tokens": tokens}


def gathered():
    messages = [{"role": "user", "content": "one two three"}]
    with client.chat.completions.stream(model=MODEL, messages=messages) as stream:
        return stream.get_final_completion().choices[0].message.content


def broken(stream, word):
    words = []
    try:
        for event in stream:
            words.append(word(event))
    except openai.OpenAIError as error:
        return {"words": words, "error": told(error)}


def left():
    with chat("endless", stream=True) as stream:
        words = [next(stream).choices[0].delta.content for _ in range(3)]
        during = open_sources()
    return {"words": words, "during": during, "after": closed()}


def given_up():
    error = error_of(lambda: chat("hang", stream=True, timeout=0.3))
    return {"class": error["class"], "after": closed()}


def embedded(**more):
    answer = client.embeddings.create(model=MODEL, input=["a", "four"], **more)
    return [each.embedding for each in answer.data]


def responses():
    events = list(client.responses.create(model=MODEL, input="one two", stream=True))
    return {
        "whole": client.responses.create(model=MODEL, input="one two").output_text,
        "types": [event.type for event in events],
        "last": events[-1].response.output_text,
    }


def poor():
    chat("one", client=client_of("sk-poor"))
    return error_of(lambda: chat("one", client=client_of("sk-poor")))


PARTS = [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]
UNKNOWN = {"temperature": 0.5, "seed": 7, "stop": ["."], "tools": [TOOL], "tool_choice": "auto", "user": "u"}

answer = {
    "version": openai.__version__,
    "whole": whole(chat("one two three")),
    "unknown": whole(chat(PARTS, **UNKNOWN, extra_body={"of_nobody": {"deep": [1]}})),
    "streamed": streamed(),
    "gathered": gathered(),
    "errors": {
        "wrong key": error_of(lambda: chat("one", client=client_of("sk-nobody"))),
        "wrong group": error_of(lambda: chat("one", client=client_of("sk-eve"))),
        "poor": poor(),
        "no messages": error_of(lambda: chat("one", messages=[])),
        "wrong type": error_of(lambda: chat("one", stream_options={"include_usage": "maybe"}, stream=True)),
        "no such model": error_of(lambda: chat("one", model="words-9")),
        "no such operation": error_of(lambda: client.files.list()),
        "impossible": error_of(lambda: chat("impossible")),
        "impossible, streamed": error_of(lambda: chat("impossible", stream=True)),
        "fails at once": error_of(lambda: chat("fail")),
        "fails at once, streamed": error_of(lambda: chat("fail", stream=True)),
        "input": error_of(lambda: client.embeddings.create(model=MODEL, input=[[1, 2]])),
    },
    "broken": broken(chat("one two fail three", stream=True), lambda chunk: chunk.choices[0].delta.content),
    "broken response": broken(
        client.responses.create(model=MODEL, input="one fail", stream=True), lambda event: event.type
    ),
    "left": left(),
    "given up": given_up(),
    "embedded": embedded(),
    "embedded as floats": embedded(encoding_format="float", dimensions=2),
    "embedded as base64": embedded(encoding_format="base64", dimensions=2),
    "models": [model.id for model in client.models.list()],
    "model": client.models.retrieve("house/words-2").id,
    "responses": responses(),
}
json.dump(answer, sys.stdout)
