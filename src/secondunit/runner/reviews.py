"""Approvals and rejections of exactly what is on record: whose stand."""

from secondunit.runner import signing
from secondunit.schema import Approval, ApproveRequest, Role
from secondunit.store.reading import Reading


def approving(reading: Reading, content: tuple[str, str], makers: frozenset[str]) -> tuple[Role, ...]:
    """Roles of those who signed an approval of exactly this, still hold that role, and did not make it themselves."""
    said = [word for word in reading.approvals(*content) if word.granted and word.by not in makers]
    return tuple(sorted({word.role for word in said if counts(reading, word)}))


def rejecting(reading: Reading, content: tuple[str, str]) -> tuple[Role, ...]:
    """Roles whose rejection of exactly this stands: only its giver takes it back, signed by those who have a key."""
    standing: dict[tuple[str, Role], Role] = {}
    for word in reading.reviews(*content):
        if not word.granted:
            standing[word.by, word.role] = word.role
        elif counts(reading, word) or signing.key_of(reading, word.by) is None:
            standing.pop((word.by, word.role), None)
    return tuple(sorted(set(standing.values())))


def counts(reading: Reading, word: Approval) -> bool:
    """Whether its giver signed exactly this approval, and still holds the role."""
    request = ApproveRequest(actor=word.by, role=word.role, subject=word.subject, reason=word.reason)
    return signing.proven_whole(reading, word.signature, request, word.subject_sha256) and reading.holds(
        word.by, word.role
    )
