"""What the tests themselves stand on."""

from django.core.cache import cache

from .conftest import forget_cache


def test_a_process_empties_its_own_part_of_the_cache_only():
    """Processes of one run share Redis; sessions of the others must stay."""
    cache.set("own", 1)
    redis = cache._cache.get_client(write=True)
    redis.set("another:1:session", "kept", ex=60)
    forget_cache()
    assert (cache.get("own"), redis.get("another:1:session")) == (None, b"kept")
    redis.delete("another:1:session")
