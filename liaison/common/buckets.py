"""How often somebody may do something: buckets of tokens in Redis, one for each name and key.

A bucket is kept as the moment at which it will be full again: one number, which is never read apart from being
written, so that any number of takers in any number of processes get what is there and no more.
"""

import logging
import time

import redis
from django.core.cache import cache

from .sealing import fingerprints

log = logging.getLogger(__name__)

# Seconds with their fractions as text: Redis cuts the fraction off a number that a script returns.
TAKE = """
local now, each, burst = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local full_at = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now) + each
if full_at > now + each * burst + 0.000001 then return 0 end
redis.call('SET', KEYS[1], string.format('%.6f', full_at), 'PX', math.ceil((full_at - now) * 1000) + 1000)
return 1
"""


def take(name: str, key: str, *, rate_per_hour: float, burst: int, at: float | None = None) -> bool:
    """One token from the bucket `name` of `key` (a telephone, an address); False when it is empty.

    It holds `burst` and gains `rate_per_hour`, both above nothing. Without Redis everybody may: a form that refuses
    voters because a cache is away would be worse than some spam. The key itself is nowhere kept, only its fingerprint.
    """
    at = time.time() if at is None else at
    place = cache.make_key(f"bucket:{name}:{fingerprints(key, f'bucket.{name}')[0]}")
    try:
        client = cache._cache.get_client(write=True)
        return bool(client.eval(TAKE, 1, place, at, 3600 / rate_per_hour, burst))
    except (redis.RedisError, OSError) as error:
        log.warning("%s: nothing counted, for Redis is away (%s)", name, type(error).__name__)
        return True
