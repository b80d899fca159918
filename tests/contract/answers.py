"""Reads the events of a schemathesis run (ndjson, argument 1) and checks all answers of it together.

- Every answer is a 2xx or an explained 4xx: the error envelope, with a message a person can act on.
- Of the calls that keep to the schema, a good share succeeds in each operation; else the fuzz tests only error paths.
- The answers in a batch are as good as those of calls.
"""

import base64
import json
import sys
from collections import Counter

# Measured 69 to 100 %. Random options rarely go together, so an operation with many of them comes lower.
LEAST_SHARE = 0.3
# What was encrypted or hashed before cannot be made up, nor can a picture, nor numbers that belong together (flows with
# both signs, a matrix, an expression): here one call must succeed, the example.
TAKES_WHAT_WAS_MADE = (
    "crypto/decrypt",
    "crypto/passwords/verify",
    "/data/",
    "/image/",
    "/llm/",
    "/math/",
    "/ocr/",
    "/pdf/",
    "/vector/",
)
LONGEST_MESSAGE = 300
RECORDED = 1_000_000
SHOWN_FAULTS = 20
SHOWN_CHARACTERS = 1000


def unexplained(uri, response):
    """What is wrong with an answer, or None."""
    status = response["status_code"]
    headers = {name.lower(): values[0] for name, values in response["headers"].items()}
    if 200 <= status < 300:
        items = batch_items(response)
        faults = [unexplained_error(item["status"], item, headers) for item in items if item["status"] != 200]
        return next(filter(None, faults), None)
    if headers.get("content-type") != "application/json":
        return f"status {status}, content type {headers.get('content-type')}"
    try:
        if "/openai/" in uri:
            return unexplained_foreign_error(status, body_of(response))
        return unexplained_error(status, body_of(response), headers)
    except ValueError as fault:
        return f"no error envelope ({fault!r})"


def unexplained_error(status, answer, headers):
    """What is wrong with an error, or None."""
    if not 400 <= status < 500:
        return f"status {status}"
    try:
        error = answer["error"]
        code, message, request_id = error["code"], error["message"], error["requestId"]
    except (TypeError, KeyError) as fault:
        return f"no error envelope ({fault!r})"
    if not code or not message.strip() or len(message) > LONGEST_MESSAGE:
        return f"code {code!r}, message {message!r}"
    if request_id != headers.get("x-request-id"):
        return f"requestId {request_id!r}, but X-Request-ID {headers.get('x-request-id')!r}"
    return None


def unexplained_foreign_error(status, answer):
    """The same in the shape of OpenAI; what the gateway says has its own."""
    if not 400 <= status < 500:
        return f"status {status}"
    try:
        said = answer["error"]["message"].strip()
    except (AttributeError, TypeError, KeyError) as fault:
        return f"no error ({fault!r})"
    return None if said else "no message"


def body_of(response):
    return json.loads(base64.b64decode(response["content"]["$base64"]))


def batch_items(response):
    """The answers in the answer to a batch."""
    if "application/json" not in dict((k.lower(), v) for k, v in response["headers"].items()).get("content-type", []):
        return []
    try:
        answer = body_of(response)
    except ValueError:
        # Pictures in a batch: of what is long only the beginning is recorded.
        if len(response["content"]["$base64"]) < RECORDED:
            raise
        return []
    return answer["items"] if "succeeded" in answer else []


def outcomes(response):
    """Whether each thing that was asked for succeeded: one, or the items of a batch."""
    if not 200 <= response["status_code"] < 300:
        return [False]
    return [item["status"] == 200 for item in batch_items(response)] or [True]


def shown(body):
    """The beginning of a recorded body; fuzzed bytes as escapes, so that they do not play with the terminal."""
    return ascii(base64.b64decode(body["$base64"]).decode(errors="replace"))[:SHOWN_CHARACTERS] if body else "no body"


sent, succeeded, selected, faults = Counter(), Counter(), 0, []
for line in open(sys.argv[1], encoding="utf-8"):
    ((name, event),) = json.loads(line).items()
    if name == "LoadingFinished":
        selected = event["statistic"]["operations"]["selected"]
    if name != "ScenarioFinished":
        continue
    recorder = event["recorder"]
    for case_id, interaction in recorder.get("interactions", {}).items():
        request, response = interaction["request"], interaction["response"]
        fault = unexplained(request["uri"], response) if response else "no answer"
        if fault:
            answer = shown(response["content"]) if response else fault
            sent_body = shown(request.get("body"))
            faults.append(f"{request['method']} {request['uri']}: {fault}\n  sent {sent_body}\n  got  {answer}")
        # A case with a parent was sent by a check, with a wrong key for instance. Those of the coverage phase try
        # fields one by one, whatever goes with them.
        case = recorder["cases"][case_id]
        meta = case["value"]["meta"]
        is_valid = meta["generation"]["mode"] == "positive" and meta["phase"]["name"] != "coverage"
        if response and "parent_id" not in case and is_valid:
            outcome = outcomes(response)
            sent[recorder["label"]] += len(outcome)
            succeeded[recorder["label"]] += sum(outcome)

if not selected or len(sent) != selected:
    faults.append(f"{len(sent)} of {selected} operations were called as the schema says")
for operation, count in sorted(sent.items()):
    share = succeeded[operation] / count
    least = 1 / count if any(path in operation for path in TAKES_WHAT_WAS_MADE) else LEAST_SHARE
    print(f"{operation}: {succeeded[operation]} of {count} valid calls succeeded")
    if share < least:
        faults.append(f"{operation}: {share:.0%} of the valid calls succeeded, {least:.0%} should")

print(*faults[:SHOWN_FAULTS], sep="\n")
sys.exit(f"{len(faults)} faults" if faults else 0)
