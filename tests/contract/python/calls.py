"""Calls the gateway at the address in argument 1 through the generated client, as a customer would.

Raw and multipart uploads and a download come with the first operation that takes or gives files.
"""

import sys
from http import HTTPStatus

from flowforge import AuthenticatedClient
from flowforge.api.crypto import crypto_hash, crypto_random
from flowforge.api.platform import platform_me
from flowforge.models import (
    CryptoAlgorithm,
    CryptoHashRequest,
    CryptoHashResult,
    CryptoKind,
    CryptoRandomRequest,
    CryptoRandomResult,
    Error,
    ErrorCode,
    PlatformMeResult,
)

client = AuthenticatedClient(
    base_url=sys.argv[1],
    token="ff_demo_enterprise",
    auth_header_name="X-API-Key",
    prefix="",
    raise_on_unexpected_status=True,
)

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

wrong = crypto_random.sync_detailed(client=client, body=CryptoRandomRequest(count=0))
assert wrong.status_code == HTTPStatus.BAD_REQUEST, wrong
assert isinstance(wrong.parsed, Error), wrong
assert wrong.parsed.error.code == ErrorCode.VALIDATION_ERROR, wrong
assert "count" in wrong.parsed.error.message, wrong
