"""Which generation a repeated request belongs to, so that nothing is generated twice."""

import re
from collections import OrderedDict

from propactor.core.errors import IdempotencyConflict, InvalidRequest

VISIBLE_ASCII = re.compile(r"[\x21-\x7e]{1,200}")


class Idempotency:
    """Remembers the last ``limit`` keys and bodies, with the generation each one started."""

    def __init__(self, limit: int = 10_000) -> None:
        self._limit = limit
        self._keys: OrderedDict[str, tuple[bytes, str]] = OrderedDict()
        self._bodies: OrderedDict[bytes, str] = OrderedDict()

    def by_key(self, key: str, body: bytes) -> str | None:
        """Return the generation this key started.

        Raises:
            InvalidRequest: the key isn't 1 to 200 visible ASCII characters.
            IdempotencyConflict: it started one with another body.
        """
        if not VISIBLE_ASCII.fullmatch(key):
            raise InvalidRequest("Idempotency-Key must be 1 to 200 visible ASCII characters.")
        known = self._keys.get(key)
        if known is not None and known[0] != body:
            raise IdempotencyConflict("This Idempotency-Key came with another body before.")
        return known[1] if known else None

    def by_body(self, body: bytes) -> str | None:
        """Return the latest generation that this very body from this very caller started."""
        return self._bodies.get(body)

    def remember(self, key: str | None, body: bytes, request_id: str) -> None:
        """Note what a request started; the oldest is forgotten when there are too many."""
        self._bodies[body] = request_id
        self._bodies.move_to_end(body)
        if key is not None:
            self._keys[key] = (body, request_id)
        while len(self._bodies) > self._limit:
            self._bodies.popitem(last=False)
        while len(self._keys) > self._limit:
            self._keys.popitem(last=False)
