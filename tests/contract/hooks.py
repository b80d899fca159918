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
    if "/otp/" in operation:
        # Random text is no base32, and some options go with one type only.
        for option in ("uri", "keyRef", "secretEncoding", "time", "length", *not_of(request.get("type") or "totp")):
            request.pop(option, None)
        request["secret"] = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        if request.get("type") == "hotp":
            request["counter"] = request.get("counter") or 0
        for name in ("account", "issuer"):
            if request.get(name):
                request[name] = request[name].replace(":", "-")
    if "/requests/sign" in operation:
        # Random text is no address, and the rest is about what is there besides.
        for option in ("keyRef", "bodyBase64", "file", "payloadHash", "time", "headers", "realm", "sessionToken",
                       "signSessionToken", "expiresIn", "signBody", "token", "tokenSecret", "tokenKeyRef"):
            request.pop(option, None)
        request["method"] = "PUT"
        request["url"] = "https://example.com/a%20b?c=d"
        if "oauth1" in operation:
            request["consumerSecret"] = "secret"
        else:
            request |= {"accessKeyId": "id", "secretAccessKey": "secret", "region": "eu-central-1", "service": "sqs"}


def not_of(kind):
    """Options of one-time codes that do not go with a type."""
    return ("counter",) if kind == "totp" else ("period", "lastStep")


def file(given):
    """The file, there instead of elsewhere: nothing to fetch, and base64 that is some."""
    if isinstance(given, str):
        return encoded(given)
    name = {"name": given["name"]} if given.get("name") else {}
    place = next((given[key] for key in ("base64", "url", "id") if key in given), "")
    return {"base64": encoded(place), **name}


def encoded(text):
    return base64.b64encode(text.encode(errors="replace") or b"empty").decode()
