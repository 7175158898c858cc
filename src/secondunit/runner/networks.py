"""Third-party networks that this program can use: what for, licence, training data, and whether each is here."""

from typing import Any

from secondunit.media.weights import Missing, Model, find


def listed() -> list[dict[str, Any]]:
    """One entry a network. here: whether the very file named is installed; why: if it is not, in one clause."""
    from secondunit.faces import models as faces
    from secondunit.signs import models as signs

    return [_told(model) for model in (*faces.MODELS, *signs.MODELS)]


def _told(model: Model) -> dict[str, Any]:
    known = {name: getattr(model, name) for name in ("name", "what", "licence", "trained_on", "package", "sha256")}
    try:
        return known | {"here": True, "carrier": find(model).carrier, "why": None}
    except Missing as missing:
        return known | {"here": False, "carrier": None, "why": str(missing)}
