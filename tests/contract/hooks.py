"""Makes what the fuzzing phase takes for valid go together, where a schema cannot say what does."""

import base64
import json

import schemathesis
from schemathesis import GenerationMode


@schemathesis.hook
def map_case(context, case):
    fuzzed = case.meta.phase.name.value == "fuzzing" and case.meta.generation.mode == GenerationMode.POSITIVE
    if fuzzed and isinstance(case.body, dict):
        for request in case.body.get("items", [case.body]):
            agree(request, case.operation.label)
    return case


# What random text never is (keys, tokens), and what goes with it: these fields, and none of those.
TOKEN = "eyJhbGciOiJIUzI1NiJ9.e30.XmNK3GpH3Ys_7wsYBfq4C3M6goz71I7dTgUkuIa5lyQ"
ED25519 = "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC"
X25519 = {
    "kty": "OKP",
    "crv": "X25519",
    "d": "XasIfmJKikt54X-Lg4AO5m87sSkmGLb9HC-LJ_-I4Os",
    "x": "3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08",
}
SHARED = {"key": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", "keyEncoding": "base64"}
FITTING = {
    "/crypto/sign": ({"key": ED25519}, ("algorithm", "passphrase", "signatureFormat")),
    "/crypto/verify": (
        {"key": ED25519},
        ("algorithm", "passphrase", "signatureFormat", "signatureEncoding", "saltLength"),
    ),
    "/hmac": ({"key": "key", "keyEncoding": "utf8"}, ()),
    "/jwt/sign": (
        {**SHARED, "claims": {}},
        ("algorithm", "passphrase", "payload", "payloadEncoding", "headers", "type", "notBefore", "jwtId"),
    ),
    "/jwt/verify": ({"token": TOKEN, "algorithms": ["HS256"], **SHARED}, ("jwks", "passphrase", "payloadEncoding")),
    "/jwt/decode": ({"token": TOKEN}, ()),
    "/jwe/encrypt": ({**SHARED, "inputEncoding": "utf8"}, ("algorithm", "encryption", "password", "iterations")),
    "/jwe/decrypt": (
        {"token": "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..xCTN7oUxMXE_vqQJ.SiXPV3OnmCFjCSQkBAW1vDhPS4A.-tVvZDM3JV8nJA86OwKhgQ", **SHARED},
        ("password", "passphrase", "algorithms", "encryptions"),
    ),
    "/keys/agree": (
        {"privateKey": X25519, "publicKey": {name: X25519[name] for name in ("kty", "crv", "x")}, "saltEncoding": "utf8", "infoEncoding": "utf8"},
        ("passphrase", "raw", "length"),
    ),
    "/keys/inspect": ({"key": ED25519}, ("file", "passphrase", "format")),
    "/webhooks/": (
        {"provider": "github", "secret": "secret", "body": "{}", "headers": {"X-Hub-Signature-256": "sha256=00"}},
        (
            *("bodyBase64", "file", "generic", "url", "method", "params", "secrets", "secretEncoding"),
            *("publicKey", "privateKey", "id", "timestamp"),
        ),
    ),
}


def agree(request, operation):
    # Nobody has named a key.
    request.pop("keyRef", None)
    for path, (fields, others) in FITTING.items():
        if path in operation:
            request |= {name: json.dumps(value) if isinstance(value, dict) and "kty" in value else value
                        for name, value in fields.items()}
            for name in others:
                request.pop(name, None)
    if isinstance(request.get("file"), str | dict):
        request["file"] = file(request["file"])
    if any(path in operation for path in ("crypto/hash", "/hmac", "/encrypt", "crypto/sign", "crypto/verify")):
        # One of the two.
        if request.get("text") is None and request.get("file") is None:
            request["text"] = ""
        if request.get("file") is not None:
            request.pop("text", None)
        # Random text is of no other encoding.
        request["inputEncoding"] = "utf8"
    if "/crypto/encrypt" in operation:
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
