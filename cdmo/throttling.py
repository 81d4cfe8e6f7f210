"""How often somebody may ask the API: counted in one round trip to Redis, whatever the rate.

Counted is by windows of the rate's period: of the one before, as much counts as still lies within a period from now. That needs two
numbers for each caller, where a list of moments would grow with the rate and be read and written whole by every request.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.throttling import AnonRateThrottle, SimpleRateThrottle, UserRateThrottle

if TYPE_CHECKING:
    from redis.commands.core import Script
    from rest_framework.request import Request
    from rest_framework.views import APIView

# One command in place of three: Python spends more on a pipeline than Redis needs for all of it.
COUNT = """
local number = redis.call('INCR', KEYS[1])
if number == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return {number, redis.call('GET', KEYS[2])}
"""


class Counted(SimpleRateThrottle):
    num_requests: int | None
    duration: int | None

    def allow_request(self, request: Request, view: APIView) -> bool:
        key = self.get_cache_key(request, view) if self.rate is not None else None
        if key is None or self.num_requests is None or not self.duration:
            return True
        window, into = divmod(self.timer(), self.duration)
        now, before = f"{key}:{window:.0f}", f"{key}:{window - 1:.0f}"
        number, earlier = _counted(now, before, 2 * self.duration)
        rest = self.duration - into
        if number + earlier * rest / self.duration <= self.num_requests:
            return True
        cache.decr(now)  # what is refused does not count: whoever asks too often still gets what the rate allows
        enough = earlier and number <= self.num_requests
        self.seconds = rest - (self.num_requests - number) * self.duration / earlier if enough else rest
        return False

    def wait(self) -> float:
        """Until enough of the window before lies too far back; at the latest until the next one begins."""
        return self.seconds


def _counted(now: str, before: str, seconds: int) -> tuple[int, int]:
    """Count one more in this window; how many there are in it, and how many were in the one before."""
    servers: Any = getattr(cache, "_cache", None)
    if not hasattr(servers, "get_client"):  # not Redis: one process counts for itself
        cache.add(now, 0, seconds)
        return cache.incr(now), cache.get(before, 0)
    try:
        number, earlier = _count(servers)(keys=[cache.make_and_validate_key(each) for each in (now, before)], args=[seconds])
    except RedisError:  # it is away, and nobody counts
        return 0, 0
    return number, int(earlier or 0)


@lru_cache(maxsize=64)  # of threads
def _count(servers: Any) -> Script:
    """Kept with the connections of the thread: to make a client takes longer than to count."""
    script: Script = servers.get_client(None, write=True).register_script(COUNT)
    return script


class PersonThrottle(Counted, UserRateThrottle):
    """Of whoever is signed in."""


class StrangerThrottle(Counted, AnonRateThrottle):
    """Of an address from which nobody signed in."""
