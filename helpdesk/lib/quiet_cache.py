"""Redis as a cache that may be away: what can't be remembered is forgotten, and no request fails for it."""

import logging
import time
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)
# After a failure Redis is not asked again for so long: one that hangs would cost every request its patience.
PAUSE = 5.0  # seconds
_silent_until = 0.0


class QuietRedisCache(RedisCache):
    """Answers as an empty cache while Redis can't be reached; throttles then let everybody pass."""

    def _quietly(self, name: str, otherwise: Any, *args: Any, **kwargs: Any) -> Any:
        global _silent_until
        if time.monotonic() < _silent_until:
            return otherwise
        try:
            return getattr(super(), name)(*args, **kwargs)
        except (RedisError, OSError) as error:
            _silent_until = time.monotonic() + PAUSE
            log.warning("cache %s failed: %s", name, type(error).__name__)
            return otherwise

    def add(self, *args: Any, **kwargs: Any) -> Any:
        return self._quietly("add", True, *args, **kwargs)

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        return self._quietly("get", default, key, default, version)

    def set(self, *args: Any, **kwargs: Any) -> None:
        self._quietly("set", None, *args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> Any:
        return self._quietly("touch", False, *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        return self._quietly("delete", False, *args, **kwargs)

    def get_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._quietly("get_many", {}, *args, **kwargs)

    def set_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._quietly("set_many", [], *args, **kwargs)

    def has_key(self, *args: Any, **kwargs: Any) -> Any:
        return self._quietly("has_key", False, *args, **kwargs)

    def incr(self, key: Any, delta: int = 1, version: Any = None) -> Any:
        return self._quietly("incr", delta, key, delta, version)

    def clear(self) -> Any:
        return self._quietly("clear", False)
