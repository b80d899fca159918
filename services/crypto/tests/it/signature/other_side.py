# The other side of an exchange of signatures and RSA-OAEP: pyca/cryptography. The same requests as of other_side.mjs.
import functools
import json
import re
import sys

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, utils
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.exceptions import InvalidSignature

HASHES = {"1": hashes.SHA1, "256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}


@functools.cache
def load(pem):
    return load_pem_private_key(pem.encode(), None)


def hash_of(name):
    return HASHES[re.search(r"sha(\d+)|(\d+)", name)[0].removeprefix("sha")]()


def rsa(item, verifying):
    hash = hash_of(item["algorithm"])
    if item["algorithm"].startswith("RS"):
        return padding.PKCS1v15(), hash
    named = {"max": padding.PSS.MAX_LENGTH, "hash": padding.PSS.DIGEST_LENGTH}
    salt = padding.PSS.AUTO if verifying else named.get(item["salt"], item["salt"])
    return padding.PSS(mgf=padding.MGF1(hash), salt_length=salt), hash


def sign(item):
    key, text = load(item["key"]), item["text"].encode()
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(text).hex()
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(text, *rsa(item, False)).hex()
    signature = key.sign(text, ec.ECDSA(hash_of(item["algorithm"])))
    if item["format"] == "p1363":
        width = (key.key_size + 7) // 8
        signature = b"".join(number.to_bytes(width) for number in utils.decode_dss_signature(signature))
    return signature.hex()


def verify(item):
    key, text = load(item["key"]).public_key(), item["text"].encode()
    signature = bytes.fromhex(item["signature"])
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, text)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            if item["format"] == "p1363":
                half = len(signature) // 2
                r, s = int.from_bytes(signature[:half]), int.from_bytes(signature[half:])
                signature = utils.encode_dss_signature(r, s)
            key.verify(signature, text, ec.ECDSA(hash_of(item["algorithm"])))
        else:
            key.verify(signature, text, *rsa(item, True))
        return True
    except InvalidSignature:
        return False


def oaep(item):
    hash = hash_of(item["algorithm"])
    return padding.OAEP(mgf=padding.MGF1(hash), algorithm=hash, label=(item["label"] or "").encode() or None)


def encrypt(item):
    key = load(item["key"]).public_key()
    return key.encrypt(item["text"].encode(), oaep(item)).hex()


def decrypt(item):
    key = load(item["key"])
    return key.decrypt(bytes.fromhex(item["ciphertext"]), oaep(item)).decode()


actions = {"sign": sign, "verify": verify, "encrypt": encrypt, "decrypt": decrypt}
request = json.load(sys.stdin)
print(json.dumps({action: [actions[action](item) for item in items] for action, items in request.items()}))
