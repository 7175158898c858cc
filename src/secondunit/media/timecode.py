"""SMPTE timecode: text, frame count and OpenEXR's bytes. Drop-frame counts as ST 12-1 says."""

import re
from dataclasses import dataclass
from fractions import Fraction

RATES_1001 = (24, 30, 48, 60, 120)
TEXT = re.compile(r"^(\d\d):(\d\d):(\d\d)([:;.])(\d\d)$")


@dataclass(frozen=True)
class Timecode:
    """Hours, minutes, seconds, frames; `drop` skips frame labels 0 and 1 (per 30) of nine minutes in ten."""

    hours: int
    minutes: int
    seconds: int
    frames: int
    drop: bool = False

    def __str__(self) -> str:
        mark = ";" if self.drop else ":"
        return f"{self.hours:02d}:{self.minutes:02d}:{self.seconds:02d}{mark}{self.frames:02d}"


def parse(text: str) -> Timecode:
    """`01:00:00:00`, or with `;` (or `.`) for drop-frame; raises ValueError otherwise."""
    found = TEXT.match(text.strip())
    if not found or int(found[2]) > 59 or int(found[3]) > 59:
        raise ValueError(f"{text!r} is no timecode: write it as 01:00:00:00")
    return Timecode(int(found[1]), int(found[2]), int(found[3]), int(found[5]), drop=found[4] != ":")


def advance(start: Timecode, count: int, fps: Fraction | float) -> Timecode:
    """The label `count` frames after `start`, counted at the nominal rate; wraps at 24 h."""
    rate = max(1, round(float(fps)))
    dropped = rate // 15 if start.drop and rate % 30 == 0 else 0
    return _label((_count(start, rate, dropped) + count) % _day(rate, dropped), rate, dropped)


def _day(rate: int, dropped: int) -> int:
    return 24 * (3600 * rate - 54 * dropped)


def _count(code: Timecode, rate: int, dropped: int) -> int:
    minutes = code.hours * 60 + code.minutes
    return (minutes * 60 + code.seconds) * rate + code.frames - dropped * (minutes - minutes // 10)


def _label(count: int, rate: int, dropped: int) -> Timecode:
    if dropped:
        tens, rest = divmod(count, 600 * rate - 9 * dropped)
        skipped = 9 * tens + max(0, rest - dropped) // (60 * rate - dropped)
        count += dropped * skipped
    seconds, frames = divmod(count, rate)
    return Timecode(seconds // 3600, seconds // 60 % 60, seconds % 60, frames, drop=dropped > 0)


def exact_rate(fps: float | Fraction) -> Fraction:
    """23.976 means 24000/1001, 29.97 means 30000/1001; other rates to a thousandth."""
    if isinstance(fps, Fraction):
        return fps
    for rate in RATES_1001:
        if abs(fps - rate * 1000 / 1001) < 2e-3:
            return Fraction(rate * 1000, 1001)
    return Fraction(round(fps * 1000), 1000)
