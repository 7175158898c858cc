"""The face models that this program knows: file, hash, licence, and where an installed package carries them."""

from secondunit.media.weights import Found, Missing, Model, find

__all__ = ["MODELS", "SHORT_RANGE", "Found", "Missing", "Model", "find"]

SHORT_RANGE = Model(
    name="face_detection_short_range.tflite",
    package="mediapipe",
    path="modules/face_detection/face_detection_short_range.tflite",
    sha256="bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8",
    licence="Apache-2.0",
    trained_on="photographs that its maker, Google, holds and does not publish",
    what="finds faces: boxes and scores, no identity",
)
MODELS = (SHORT_RANGE,)
