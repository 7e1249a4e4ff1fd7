"""Keyed marks of secrets: enough to see that one changed, useless without the key.

A mark is bound to the organisation, the sandbox, the address and the field, so that equal secrets
in two places have unequal marks. Without a key there are no marks at all.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

from reconciler.core import pointers
from reconciler.errors import SecretError
from reconciler.model.addresses import Address
from reconciler.model.secrets import Secret
from reconciler.model.values import Path

KEY_BYTES = 32
_NOT_A_KEY = (
    "RECONCILER_KEY must be at least 32 random bytes, in hex or base64; for instance what "
    "`openssl rand -base64 32` prints."
)


def read_key(text: str) -> bytes:
    """Return the key that ``RECONCILER_KEY`` spells; raise ``SecretError`` where it spells none."""
    key = _decoded(text.strip())
    if len(key) < KEY_BYTES:
        raise SecretError(_NOT_A_KEY)
    return key


class Fingerprinter:
    """Makes and compares the marks of one key in one environment."""

    def __init__(self, key: bytes, *, organization: str, sandbox: str) -> None:
        self._key = key
        self._context = (organization, sandbox)
        self._key_id = hashlib.sha256(b"reconciler key id" + key).hexdigest()[:8]

    def mark(self, address: Address, path: Path, secret: Secret) -> str:
        """Return the mark of a secret in its place, led by the id of the key."""
        parts = (*self._context, str(address), pointers.spell(path), secret.reveal())
        message = b"".join(len(part.encode()).to_bytes(8) + part.encode() for part in parts)
        return f"{self._key_id}:{hmac.new(self._key, message, hashlib.sha256).hexdigest()}"

    def differs(self, recorded: str, address: Address, path: Path, secret: Secret) -> bool:
        """Tell whether the secret is certainly not the one marked; another key cannot tell."""
        if recorded.partition(":")[0] != self._key_id:
            return False
        return not hmac.compare_digest(recorded, self.mark(address, path, secret))


def _decoded(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        pass
    try:
        return base64.b64decode(
            text, altchars=b"-_" if set(text) & set("-_") else None, validate=True
        )
    except (binascii.Error, ValueError):
        raise SecretError(_NOT_A_KEY) from None
