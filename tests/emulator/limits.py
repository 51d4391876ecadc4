"""PubChem's limits, enforced strictly: a sliding window of 5 requests a second and 400 a minute."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field


@dataclass(slots=True)
class SlidingWindow:
    """Lets a request through while fewer than the limit were let through in the window before it."""

    a_second: int = 5
    a_minute: int = 400
    _seen: deque[float] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def admits(self, now: float) -> bool:
        """Whether a request that arrives at `now` (seconds, monotonic) is served; refused ones do not count."""
        with self._lock:
            while self._seen and self._seen[0] <= now - 60:
                self._seen.popleft()
            recent = sum(1 for moment in self._seen if moment > now - 1)
            if recent >= self.a_second or len(self._seen) >= self.a_minute:
                return False
            self._seen.append(now)
            return True
