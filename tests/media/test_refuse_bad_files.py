"""Bad input: one sentence that names the file, nothing left behind, and a program that goes on."""

import contextlib
import json
import os
import random
import signal
import struct
import subprocess
import sys
import time
import zlib
from types import SimpleNamespace

import numpy as np
import OpenEXR
import pytest
from PIL import Image

from secondunit.media import decode, plates, sandbox
from secondunit.media.limits import Limits
from secondunit.media.sniff import sniff
from secondunit.schema import Cancelled, InputError, WorkFailed
from tests.media.material import SHARED, exr, flat422, ingest, jpeg, left_behind, movie, ramp, rgb_exr, shared

DAMAGED = sorted(path.name for path in (SHARED / "exr" / "damaged").glob("*")) or ["none"]


def refused(path, staging, **keywords):
    """The sentence that refuses the file; checks that nothing is left and that it is one sentence."""
    with pytest.raises(InputError) as caught:
        ingest(path, staging, **keywords)
    sentence = str(caught.value)
    assert left_behind(staging) == []
    assert not staging.exists()
    assert "\n" not in sentence
    assert ": " in sentence or "; " in sentence, "the sentence ends with the next step"
    assert sentence.endswith(".")
    assert len(sentence) < 400
    return sentence


def png_header(width, height):
    """A PNG of any claimed size with almost nothing in it."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("name", DAMAGED)
def test_every_damaged_file_is_refused(name, tmp_path):
    path = shared(f"exr/damaged/{name}")
    assert name in refused(path, tmp_path / "s")


def test_nan_and_infinity_are_counted_and_placed(tmp_path):
    sentence = refused(shared("exr/BrightRingsNanInf.exr"), tmp_path / "s")
    pixels = OpenEXR.File(str(shared("exr/BrightRingsNanInf.exr"))).channels()["RGB"].pixels
    bad = ~np.isfinite(pixels).all(axis=2)
    y, x = np.argwhere(bad)[0]
    assert f"{int(bad.sum())} pixels" in sentence
    assert f"x {x}, y {y}" in sentence


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"dear editor, the plate is attached", "begins as text"),
        (bytes(range(1, 30)), "begins with bytes 01 02 03"),
        (b"GIF89a" + b"\0" * 30, "is a GIF"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 30, "is a HEIF picture"),
        (b"\x1aE\xdf\xa3" + b"\0" * 30, "is a Matroska"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 30, "is damaged"),
        (b"II*\0\x08\0\0\0\xff\xff" + b"\0" * 30, "is damaged"),
        (b"\0\0\0\x14ftypqt  " + b"\0" * 30, "is damaged or cut short"),
    ],
)
def test_file_that_is_no_plate_is_named_for_what_it_is(content, says, tmp_path):
    (tmp_path / "plate.jpg").write_bytes(content)
    assert says in refused(tmp_path / "plate.jpg", tmp_path / "s")


def test_absent_file_folder_and_raw(tmp_path):
    assert "There is no file" in refused(tmp_path / "none.exr", tmp_path / "s")
    assert "No file in" in refused(tmp_path / "none.####.exr", tmp_path / "s")
    (tmp_path / "a.nef").write_bytes(b"MM\0*" + b"\0" * 40)
    assert "camera raw" in refused(tmp_path / "a.nef", tmp_path / "s")
    (tmp_path / "empty").mkdir()
    assert "no numbered pictures" in refused(tmp_path / "empty", tmp_path / "s")


@pytest.mark.parametrize("size", [(60_000, 60_000), (30_000, 30_000), (40_000, 10)])
def test_absurd_size_is_refused_from_the_header(size, tmp_path):
    (tmp_path / "a.png").write_bytes(png_header(*size))
    started = time.monotonic()
    assert "claims a" in (sentence := refused(tmp_path / "a.png", tmp_path / "s")) or f"claims {size[0]} x" in sentence
    assert time.monotonic() - started < 10


def test_zero_size_is_refused(tmp_path):
    (tmp_path / "a.png").write_bytes(png_header(0, 10))
    refused(tmp_path / "a.png", tmp_path / "s")


def test_memory_beyond_the_limit_is_a_sentence(tmp_path):
    Image.new("L", (9000, 9000), 100).save(tmp_path / "a.png")
    sentence = refused(tmp_path / "a.png", tmp_path / "s", limits=Limits(memory_bytes=900 * 1024**2))
    assert "memory" in sentence or "crashed" in sentence or "damaged" in sentence


def test_file_beyond_the_byte_limit_is_refused(tmp_path):
    jpeg(tmp_path / "a.jpg", ramp())
    assert "GiB" in refused(tmp_path / "a.jpg", tmp_path / "s", limits=Limits(file_bytes=100))


@pytest.mark.parametrize("keep", [0.02, 0.3, 0.6, 0.95, 0.999])
@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "exr"])
def test_truncated_picture_is_refused(suffix, keep, tmp_path):
    path = tmp_path / f"a.{suffix}"
    if suffix == "exr":
        rng = np.random.default_rng(1)
        exr(path, {letter: rng.random((64, 64)).astype(np.float16) for letter in "RGB"})
    else:
        Image.fromarray(ramp()).save(path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
    assert "a." + suffix in refused(path, tmp_path / "s")


def test_picture_without_colour_channels_says_what_it_holds(tmp_path):
    exr(tmp_path / "a.exr", {"Z": np.ones((4, 4), np.float32)})
    assert "(it holds Z)" in refused(tmp_path / "a.exr", tmp_path / "s")


def test_formats_are_not_mixed(tmp_path):
    rgb_exr(tmp_path / "a.1.exr")
    jpeg(tmp_path / "b.jpg", ramp()).rename(tmp_path / "a.2.exr")
    assert "mixes" in refused(tmp_path / "a.#.exr", tmp_path / "s")


def test_unknown_colour_space_names_near_ones(tmp_path):
    jpeg(tmp_path / "a.jpg", ramp())
    assert "near: ACEScg" in refused(tmp_path / "a.jpg", tmp_path / "s", colorspace="ACESgc")


def test_sidecar_of_another_size_is_refused(tmp_path):
    jpeg(tmp_path / "a.jpg", ramp())
    jpeg(tmp_path / "b.jpg", ramp(32, 24))
    assert "32 x 24 pixels and the plate 64 x 48" in refused(
        tmp_path / "a.jpg", tmp_path / "s", clean=str(tmp_path / "b.jpg")
    )


def test_files_that_were_there_before_stay(tmp_path):
    staging = tmp_path / "s"
    staging.mkdir()
    (staging / "mine.txt").write_text("keep")
    with pytest.raises(InputError):
        ingest(tmp_path / "none.exr", staging)
    assert left_behind(staging) == ["mine.txt"]


def test_movie_for_a_matte_is_refused(tmp_path):
    path = movie(tmp_path / "a.mov", [flat422(500, 512, 512)])
    with pytest.raises(InputError, match="is a movie where a still is needed"):
        plates.read_matte(path)


def test_matte_is_read_as_stored(tmp_path):
    Image.fromarray(ramp()[..., 0]).save(tmp_path / "m.png")
    assert np.allclose(plates.read_matte(tmp_path / "m.png"), ramp()[..., 0] / 255, atol=1e-6)


@pytest.mark.parametrize(
    ("deed", "says"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", "crashed its decoder (SIGSEGV)"),
        ("os.abort()", "crashed its decoder (SIGABRT)"),
        ("os.kill(os.getpid(), signal.SIGXCPU)", "more time or room"),
        ("time.sleep(60)", "not decoded within 1 s"),
        ("print('not json', flush=True)", "confused the decoder"),
        ("print('{\"data_window\": [0, 0, 1, 1]}', flush=True)", "confused the decoder"),
    ],
)
def test_dying_decoder_becomes_a_sentence(deed, says, tmp_path, monkeypatch):
    script = f"import os, signal, sys, time; sys.stdin.readline(); sys.stdin.readline(); {deed}; sys.stdin.read()"
    monkeypatch.setattr(sandbox, "COMMAND", ("-c", script))
    jpeg(tmp_path / "a.jpg", ramp())
    assert says in refused(tmp_path / "a.jpg", tmp_path / "s", limits=Limits(frame_s=1))


def test_cancelling_leaves_nothing(tmp_path):
    calls = []

    def stop():
        calls.append(1)
        raise Cancelled("stopped")

    jpeg(tmp_path / "a.jpg", ramp())
    with pytest.raises(Cancelled):
        ingest(tmp_path / "a.jpg", tmp_path / "s", check=stop)
    assert calls
    assert not (tmp_path / "s").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux kills a child with its parent")
def test_decoder_dies_with_its_parent(tmp_path):
    jpeg(tmp_path / "a.jpg", ramp())
    script = f"""
import time
from pathlib import Path
from secondunit.media import sandbox, limits, sniff
with sandbox.Decoder(Path({str(tmp_path)!r}), limits.Limits()) as decoder:
    next(decoder.pictures([(Path({str(tmp_path / "a.jpg")!r}), sniff.Kind.JPEG)]))
    print(decoder._child.pid, flush=True)
    time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        child = int(parent.stdout.readline())
        os.kill(child, 0)
        parent.kill()
    for _ in range(100):
        if not is_running(child):
            return
        time.sleep(0.05)
    os.kill(child, signal.SIGKILL)
    pytest.fail("the decoder outlived its parent by five seconds")


def is_running(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "exr"])
def test_flipped_bits_never_harm_the_program(suffix, tmp_path):
    """Thirty damaged copies each: pixels or a sentence, and the parent lives."""
    rng, source = random.Random(5), tmp_path / f"source.{suffix}"
    if suffix == "exr":
        exr(source, {letter: np.random.default_rng(2).random((24, 24)).astype(np.float16) for letter in "RGB"})
    else:
        Image.fromarray(ramp()).save(source)
    good = source.read_bytes()
    outcomes = {"pixels": 0, "sentence": 0}
    copies = [tmp_path / f"copy{number}.{suffix}" for number in range(30)]
    for copy in copies:
        bad = bytearray(good)
        for _ in range(rng.randint(1, 12)):
            # Half of the damage falls on the header, where sizes and offsets are.
            bad[rng.randrange(8, len(good) if rng.random() < 0.5 else min(300, len(good)))] ^= 1 << rng.randrange(8)
        copy.write_bytes(bad)
    while copies:
        with sandbox.Decoder(tmp_path, Limits(frame_s=20)) as decoder:
            outcomes[judge(decoder, copies)] += 1
            while copies and decoder._child.poll() is None:
                outcomes[judge(decoder, copies)] += 1
    assert sum(outcomes.values()) == 30
    assert outcomes["sentence"] > 0


def judge(decoder, copies):
    path = copies.pop()
    try:
        for picture in decoder.pictures([(path, sniff(path, Limits()))]):
            assert picture.pixels.dtype == np.float32
        return "pixels"
    except InputError as error:
        return "sentence" if path.name in str(error) else "nameless"


def test_flipped_bits_in_a_movie(tmp_path):
    source = movie(tmp_path / "source.mov", [flat422(300 + index, 512, 500) for index in range(4)])
    good, rng = source.read_bytes(), random.Random(9)
    for number in range(8):
        bad = bytearray(good)
        for _ in range(10):
            bad[rng.randrange(20, len(good))] ^= 1 << rng.randrange(8)
        (tmp_path / "a.mov").write_bytes(bad)
        staging = tmp_path / f"s{number}"
        with contextlib.suppress(InputError):
            ingest(tmp_path / "a.mov", staging)
            continue
        assert not staging.exists()


def test_full_disk_is_not_called_a_fault_of_the_file(tmp_path, monkeypatch):
    jpeg(tmp_path / "a.jpg", ramp())
    session = decode.Session(tmp_path, Limits())
    monkeypatch.setattr(decode, "allow_seconds", lambda seconds: None)  # of this process, here
    monkeypatch.setattr(decode.shutil, "disk_usage", lambda folder: SimpleNamespace(free=4096))
    asked = {
        "do": "picture",
        "path": str(tmp_path / "a.jpg"),
        "kind": sniff(tmp_path / "a.jpg", Limits()).value,
        "out": str(tmp_path / "x.npy"),
    }
    answer = session.answer(asked)
    assert answer["no_room"] == 64 * 48 * 3 * 4
    decoder = sandbox.Decoder(tmp_path / "scratch", Limits())
    monkeypatch.setattr(decoder, "_line", lambda name: json.dumps(answer).encode())
    with pytest.raises(WorkFailed, match=r"a\.jpg needs 0 MiB to be decoded, and .* has no such room: make room"):
        decoder._answer("a.jpg")
