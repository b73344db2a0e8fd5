"""Is this machine's clock kept right by somebody? Recordings, events and exports carry its time."""

from __future__ import annotations

import ctypes

from core.hookspecs.ops import Health, Level

_TIME_ERROR = 5  # the kernel's clock is not synchronised (ntp_adjtime(3))
_WORDS = 64  # longs, more than struct timex has
_MAXERROR = 3  # struct timex: modes, offset, freq, maxerror, … each in the place of one long


def check() -> Health:
    """Ask the kernel (adjtimex(2), modes 0): it knows whether an NTP or PTP client steers its clock."""
    state, error_us = kernel_clock()
    if state == _TIME_ERROR:
        return Health(
            Level.WARNING,
            "Nothing keeps this machine's clock right.",
            "Start a time service such as systemd-timesyncd or chrony, and let the cameras ask the same one.",
        )
    return Health(Level.OK, f"The clock is kept right, to {max(error_us / 1000, 1):.0f} ms at worst.")


def kernel_clock() -> tuple[int, int]:
    """The kernel's clock state, and its greatest error in microseconds. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    answer = (ctypes.c_long * _WORDS)()
    state = libc.adjtimex(ctypes.byref(answer))
    if state < 0:
        code = ctypes.get_errno()
        raise OSError(code, "the kernel does not tell its clock's state")
    return state, answer[_MAXERROR]
