"""What the door and its workers may say to a person while they work. Fronts implement it; `Quiet` says nothing."""

from typing import Protocol


class Console(Protocol):
    """A front's ear. All three may be called often; `check` and `progress` raise Cancelled when the person stops."""

    def progress(self, stage: str, done: float, total: float) -> None:
        """How far a stage is, in units of its own."""
        ...

    def check(self) -> None:
        """Raise `schema.Cancelled` when the person has asked to stop."""
        ...

    def say(self, line: str) -> None:
        """A fact that the person must see."""
        ...


class Quiet:
    """Nobody listens and nobody stops it: for tests and scripts."""

    def progress(self, stage: str, done: float, total: float) -> None:
        """Shows nothing."""

    def check(self) -> None:
        """Never cancels."""

    def say(self, line: str) -> None:
        """Shows nothing."""
