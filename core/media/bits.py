"""Reading bit fields of parameter sets."""

from __future__ import annotations


class BitReader:
    """Reads an RBSP bit by bit (ITU-T H.264 section 7.2). Raises ValueError when it runs out of bits."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = len(data) * 8

    def u(self, count: int) -> int:
        """An unsigned number of `count` bits."""
        self._left -= count
        if self._left < 0:
            raise ValueError("the parameter set ends too early")
        return (self._value >> self._left) & ((1 << count) - 1)

    def flag(self) -> bool:
        """One bit."""
        return self.u(1) == 1

    def ue(self) -> int:
        """An unsigned Exp-Golomb number (H.264 section 9.1)."""
        zeros = 0
        while not self.u(1):
            zeros += 1
            if zeros > 32:
                raise ValueError("the parameter set holds an Exp-Golomb number over 32 bits")
        return (1 << zeros) - 1 + self.u(zeros)

    def se(self) -> int:
        """A signed Exp-Golomb number (H.264 section 9.1.1)."""
        value = self.ue()
        return (value + 1) // 2 if value & 1 else -(value // 2)


def rbsp(nal: bytes) -> bytes:
    """A NAL unit without its emulation prevention bytes (H.264 section 7.4.1, H.265 section 7.4.2)."""
    return nal.replace(b"\0\0\3", b"\0\0")
