"""The networks for text that this program knows: file, hash, licence, and where an installed package carries them."""

from secondunit.media.weights import Missing, Model, find

__all__ = ["FINDS", "MODELS", "READS", "Missing", "Model", "find"]

TRAINED_ON = "pictures that its maker, Baidu, names only in part: public sets of scenes and pages, drawn text, others"
FINDS = Model(
    name="PP-OCRv6_det_small.onnx",
    package="rapidocr",
    path="models/PP-OCRv6_det_small.onnx",
    sha256="090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
    licence="Apache-2.0",
    trained_on=TRAINED_ON,
    what="finds lines of text",
)
READS = Model(
    name="PP-OCRv6_rec_small.onnx",
    package="rapidocr",
    path="models/PP-OCRv6_rec_small.onnx",
    sha256="6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
    licence="Apache-2.0",
    trained_on=TRAINED_ON,
    what="reads a line of text: letters of 48 languages, and how sure it is of each",
)
MODELS = (FINDS, READS)
