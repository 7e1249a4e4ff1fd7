"""Keyed marks of secrets: enough to see that one changed, useless without the key.

A mark is bound to the organisation, the sandbox, the address and the field, so that equal secrets
in two places have unequal marks. Without a key there are no marks at all. A mark says which key
made it, so that one key can follow another.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

from reconciler.core import pointers
from reconciler.errors import SecretError
from reconciler.model.addresses import Address
from reconciler.model.secrets import Secret
from reconciler.model.values import Path

KEY_BYTES = 32


def read_key(text: str, *, variable: str = "RECONCILER_KEY") -> bytes:
    """Return the key that a variable spells; raise ``SecretError`` where it spells none."""
    key = _decoded(text.strip())
    if key is None or len(key) < KEY_BYTES:
        raise SecretError(
            f"{variable} must be at least {KEY_BYTES} random bytes, in hex or base64; for instance "
            "what `openssl rand -base64 32` prints."
        )
    return key


class Fingerprinter:
    """Makes the marks of one key in one environment, and compares those of older keys too."""

    def __init__(
        self, key: bytes, *, organization: str, sandbox: str, older: Sequence[bytes] = ()
    ) -> None:
        self._context = (organization, sandbox)
        self._id = _id(key)
        self._keys = {_id(each): each for each in (*older, key)}

    def mark(self, address: Address, path: Path, secret: Secret) -> str:
        """Return the mark of a secret in its place, led by the id of the key."""
        return self._mark(self._id, address, path, secret)

    def is_current(self, recorded: str) -> bool:
        """Tell whether the key itself made this mark, and no older one or a stranger."""
        return _maker(recorded) == self._id

    def is_known(self, recorded: str) -> bool:
        """Tell whether a key that is at hand made this mark."""
        return _maker(recorded) in self._keys

    def differs(self, recorded: str, address: Address, path: Path, secret: Secret) -> bool:
        """Tell whether the secret is certainly not the one marked; another key cannot tell."""
        return self.is_known(recorded) and not self._fits(recorded, address, path, secret)

    def renewed(self, recorded: str, address: Address, path: Path, secret: Secret) -> str:
        """Return the mark that the key makes of the secret which an older one marked.

        Of another secret, or where no key at hand made the mark, that is the mark as it was.
        """
        if self.is_known(recorded) and self._fits(recorded, address, path, secret):
            return self.mark(address, path, secret)
        return recorded

    def _fits(self, recorded: str, address: Address, path: Path, secret: Secret) -> bool:
        made = self._mark(_maker(recorded), address, path, secret)
        return hmac.compare_digest(recorded.encode(), made.encode())

    def _mark(self, maker: str, address: Address, path: Path, secret: Secret) -> str:
        parts = (*self._context, str(address), pointers.spell(path), secret.reveal())
        message = b"".join(len(part.encode()).to_bytes(8) + part.encode() for part in parts)
        return f"{maker}:{hmac.new(self._keys[maker], message, hashlib.sha256).hexdigest()}"


def _id(key: bytes) -> str:
    return hashlib.sha256(b"reconciler key id" + key).hexdigest()[:8]


def _maker(recorded: str) -> str:
    return recorded.partition(":")[0]


def _decoded(text: str) -> bytes | None:
    try:
        return bytes.fromhex(text)
    except ValueError:
        pass
    try:
        return base64.b64decode(
            text, altchars=b"-_" if set(text) & set("-_") else None, validate=True
        )
    except (binascii.Error, ValueError):
        return None
