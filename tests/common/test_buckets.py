"""Buckets give what they hold, to however many ask at once, and tell nobody who asked."""

import threading

import pytest
from django.core.cache import cache
from hypothesis import given, settings
from hypothesis import strategies as st

from liaison.common.buckets import take
from tests.conftest import forget_cache

NOON = 1_795_492_800.0
PHONE = "18612345678"


@pytest.fixture(autouse=True)
def _empty():
    forget_cache()


def takes(times, key=PHONE, at=NOON, **given):
    return [take("opinion", key, **({"rate_per_hour": 6, "burst": 3} | given), at=at) for _ in range(times)]


def test_a_bucket_gives_its_burst_and_then_what_comes_in():
    assert takes(4) == [True, True, True, False]
    assert takes(1, at=NOON + 599) == [False]
    assert takes(2, at=NOON + 601) == [True, False]
    assert takes(4, at=NOON + 86400) == [True, True, True, False]


def test_every_name_and_key_has_a_bucket_of_its_own():
    takes(3)
    assert (takes(1), takes(1, key="18612345679")) == ([False], [True])
    assert take("booking", PHONE, rate_per_hour=6, burst=3, at=NOON)


def test_fifty_takers_at_once_get_exactly_the_burst():
    ready, got = threading.Barrier(50), []

    def taker():
        ready.wait()
        got.append(take("opinion", PHONE, rate_per_hour=1, burst=7))

    threads = [threading.Thread(target=taker) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [False] * 43 + [True] * 7


@settings(max_examples=40)
@given(st.lists(st.integers(0, 1800), min_size=1, max_size=40), st.integers(1, 20), st.integers(1, 120))
def test_nobody_gets_more_than_the_burst_and_what_came_in(pauses, burst, rate_per_hour):
    forget_cache()
    at, given_out = NOON, 0
    for pause in pauses:
        at += pause
        given_out += take("opinion", PHONE, rate_per_hour=rate_per_hour, burst=burst, at=at)
        assert given_out <= burst + (at - NOON) * rate_per_hour / 3600 + 0.001
    assert given_out >= min(len(pauses), burst)


def test_a_bucket_is_kept_until_it_is_full_again_and_tells_nothing():
    takes(3)
    redis = cache._cache.get_client(write=True)
    (key,) = redis.keys(cache.make_key("bucket:*"))
    assert PHONE not in key.decode() + redis.get(key).decode()
    assert 1700 < redis.ttl(key) <= 1801


def test_without_redis_everybody_may_and_the_log_says_so(settings, monkeypatch, caplog):
    from django.core.cache.backends.redis import RedisCache

    nowhere = RedisCache("redis://127.0.0.1:1/0", {})
    monkeypatch.setattr("liaison.common.buckets.cache", nowhere)
    assert takes(4) == [True] * 4
    assert caplog.messages == ["opinion: nothing counted, for Redis is away (ConnectionError)"] * 4
