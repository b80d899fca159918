"""Makes what the fuzzing phase takes for valid go together, where a schema cannot say what does."""

import base64

import schemathesis
from schemathesis import GenerationMode


@schemathesis.hook
def map_case(context, case):
    fuzzed = case.meta.phase.name.value == "fuzzing" and case.meta.generation.mode == GenerationMode.POSITIVE
    if fuzzed and isinstance(case.body, dict):
        for request in case.body.get("items", [case.body]):
            agree(request, case.operation.label)
    return case


def agree(request, operation):
    if isinstance(request.get("file"), str | dict):
        request["file"] = file(request["file"])
    if any(path in operation for path in ("crypto/hash", "crypto/hmac", "crypto/encrypt")):
        # One of the two.
        if request.get("text") is None and request.get("file") is None:
            request["text"] = ""
        if request.get("file") is not None:
            request.pop("text", None)
        # Random text is of no other encoding.
        request["inputEncoding"] = "utf8"
    if "/encrypt" in operation:
        # A password of whatever length always fits; options that ask for another form mostly do not.
        for option in ("key", "keyEncoding", "nonce", "allowNonce", "format", "aad", "parameters", "algorithm"):
            request.pop(option, None)
        request["password"] = request.get("password") or "password"


def file(given):
    """The file, there instead of elsewhere: nothing to fetch, and base64 that is some."""
    if isinstance(given, str):
        return encoded(given)
    name = {"name": given["name"]} if given.get("name") else {}
    place = next((given[key] for key in ("base64", "url", "id") if key in given), "")
    return {"base64": encoded(place), **name}


def encoded(text):
    return base64.b64encode(text.encode(errors="replace") or b"empty").decode()
