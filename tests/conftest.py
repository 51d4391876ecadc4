"""What all tests need."""

from __future__ import annotations

import signal

# A shell starts what it puts in the background with Ctrl-C ignored, and children inherit that: tests of Ctrl-C would
# then wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
