"""Calls the gateway at the address in argument 1 through the generated client, as a customer would."""

import hashlib
import sys
from base64 import b64decode
from http import HTTPStatus
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

from flowforge import AuthenticatedClient
from flowforge.api.crypto import crypto_decrypt, crypto_encrypt, crypto_hash, crypto_hash_batch, crypto_random
from flowforge.api.platform import platform_download, platform_files, platform_me
from flowforge.models import (
    Batch,
    CryptoAlgorithm,
    CryptoBinaryEncoding,
    CryptoDecryptRequest,
    CryptoDecryptResult,
    CryptoEncryptFilesBody,
    CryptoEncryptResult,
    CryptoHashBatchBody,
    CryptoHashFilesBody,
    CryptoHashRequest,
    CryptoHashResult,
    CryptoKind,
    CryptoPlaintextEncoding,
    CryptoRandomRequest,
    CryptoRandomResult,
    Error,
    ErrorCode,
    FileById,
    PlatformFilesFilesBody,
    PlatformMeResult,
    PlatformUploadResult,
)
from flowforge.types import File

client = AuthenticatedClient(
    base_url=sys.argv[1],
    token="ff_demo_enterprise",
    auth_header_name="X-API-Key",
    prefix="",
    raise_on_unexpected_status=True,
)
# Every byte there is, so that no step on the way may take it for text.
BYTES = bytes(range(256)) * 8
SHA256 = hashlib.sha256(BYTES)


def file():
    return File(payload=BytesIO(BYTES), file_name="Größe.bin", mime_type="application/octet-stream")


# JSON
request = CryptoHashRequest(text="hello", algorithm=CryptoAlgorithm.SHA256)
hash_ = crypto_hash.sync(client=client, body=request)
assert isinstance(hash_, CryptoHashResult), hash_
assert hash_.hash_ == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", hash_

request = CryptoRandomRequest(kind=CryptoKind.INTEGER, min_=1, max_=6, count=3)
dice = crypto_random.sync(client=client, body=request)
assert isinstance(dice, CryptoRandomResult), dice
assert len(dice.values) == 3 and all(value in range(1, 7) for value in dice.values), dice

me = platform_me.sync(client=client)
assert isinstance(me, PlatformMeResult), me
assert me.plan == "enterprise", me

# A raw body
hash_ = crypto_hash.sync(client=client, body=file())
assert isinstance(hash_, CryptoHashResult), hash_
assert (hash_.hash_, hash_.bytes_) == (SHA256.hexdigest(), len(BYTES)), hash_

# Multipart: the client sends its fields in alphabetical order, some of them after the file
request = CryptoHashFilesBody(
    algorithms=[CryptoAlgorithm.SHA256, CryptoAlgorithm.CRC32], file=file(), output_encoding=CryptoBinaryEncoding.BASE64
)
hash_ = crypto_hash.sync(client=client, body=request)
assert isinstance(hash_, CryptoHashResult), hash_
digest = CryptoBinaryEncoding.BASE64, [CryptoAlgorithm.SHA256, CryptoAlgorithm.CRC32]
assert (hash_.output_encoding, [row.algorithm for row in hash_.rows]) == digest, hash_
assert hash_.bytes_ == len(BYTES), hash_

sealed = crypto_encrypt.sync(client=client, body=CryptoEncryptFilesBody(file=file(), password="pässword"))
assert isinstance(sealed, CryptoEncryptResult), sealed
request = CryptoDecryptRequest(
    ciphertext=sealed.ciphertext, password="pässword", output_encoding=CryptoPlaintextEncoding.BASE64
)
opened = crypto_decrypt.sync(client=client, body=request)
assert isinstance(opened, CryptoDecryptResult), opened
assert b64decode(opened.text) == BYTES, opened

# A kept file: by its id, and by its link
kept = platform_files.sync(client=client, body=PlatformFilesFilesBody(file=file()))
assert isinstance(kept, PlatformUploadResult), kept
assert (kept.file.name, kept.file.size) == ("Größe.bin", len(BYTES)), kept
assert kept.file.expires_at.tzinfo, kept

hash_ = crypto_hash.sync(client=client, body=CryptoHashRequest(file=FileById(id=kept.file.id)))
assert isinstance(hash_, CryptoHashResult), hash_
assert hash_.hash_ == SHA256.hexdigest(), hash_

link = urlsplit(kept.file.url)
query = {name: values[0] for name, values in parse_qs(link.query).items()}
id_ = link.path.rsplit("/", 1)[1]
found = platform_download.sync(id_, client=client, expires=int(query["expires"]), signature=query["signature"])
assert isinstance(found, File), found
assert found.payload.read() == BYTES

later = int(query["expires"]) + 1
forged = platform_download.sync_detailed(id_, client=client, expires=later, signature=query["signature"])
assert forged.status_code == HTTPStatus.NOT_FOUND, forged

# A batch
items = [CryptoHashRequest(text="hello"), CryptoHashRequest(), CryptoHashRequest(file=FileById(id=kept.file.id))]
batch = crypto_hash_batch.sync(client=client, body=CryptoHashBatchBody(items=items))
assert isinstance(batch, Batch), batch
assert (batch.succeeded, batch.failed) == (2, 1), batch
assert [item.status for item in batch.items] == [200, 422, 200], batch
assert batch.items[2].result["hash"] == SHA256.hexdigest(), batch

# An error
wrong = crypto_random.sync_detailed(client=client, body=CryptoRandomRequest(count=0))
assert wrong.status_code == HTTPStatus.BAD_REQUEST, wrong
assert isinstance(wrong.parsed, Error), wrong
assert wrong.parsed.error.code == ErrorCode.VALIDATION_ERROR, wrong
assert "count" in wrong.parsed.error.message, wrong
