"""Stills: pixels, colour, windows, lens data, orientation, alpha, header fields."""

import struct
import zlib
from fractions import Fraction

import numpy as np
import OpenEXR
import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from secondunit.media import colour, frames, plates
from secondunit.media.header import text
from secondunit.schema import InputError
from tests.media.material import box, exr, ingest, jpeg, ramp, rgb_exr, shared

FOCAL, FOCAL_35, PIXELS_X, PIXELS_Y = 0x920A, 0xA405, 0xA002, 0xA003
PLANE_X, PLANE_UNIT = 0xA20E, 0xA210
MAKE, MODEL, ORIENTATION = 0x010F, 0x0110, 0x0112


def stored(staging, frame=1001):
    return frames.read(staging / f"frame.{frame}.exr")


@pytest.mark.parametrize("name", ["chateau.jpg", "dsc0410.jpg", "girona.png", "houses.png"])
def test_photograph_seen_through_its_view_is_the_photograph(name, tmp_path):
    path = shared(f"plates/{name}")
    plate = ingest(path, tmp_path / "s")
    photo = np.asarray(Image.open(path).convert("RGB")).astype(int)
    seen = colour.show(stored(tmp_path / "s").stack(), colour.view_for(plate.colorspace)).astype(int)
    assert seen.shape == photo.shape == (plate.height, plate.width, 3)
    # Half keeps 11 bits of linear light: one code value at worst. JPEG decoders may differ by one more.
    assert np.abs(seen - photo).max() <= 2
    assert (seen == photo).mean() > 0.99
    assert plate.colorspace == colour.SRGB
    assert "sRGB" in plate.colorspace_said


def test_rgba_that_is_opaque_is_said_and_stored_as_rgb(tmp_path):
    said = []
    ingest(shared("plates/girona.png"), tmp_path / "s", said)
    assert set(stored(tmp_path / "s").channels) == {"R", "G", "B"}
    assert any("alpha is 1 everywhere" in line for line in said)


def test_translucent_png_is_premultiplied_in_linear_light(tmp_path):
    rgba = np.dstack([ramp(), np.full((48, 64), 128, np.uint8)])
    Image.fromarray(rgba).save(tmp_path / "a.png")
    ingest(tmp_path / "a.png", tmp_path / "s")
    frame = stored(tmp_path / "s")
    straight = colour.to_working(rgba[..., :3].astype(np.float32) / 255, colour.SRGB)
    assert np.allclose(frame.stack(), straight * (128 / 255), atol=1e-3)
    assert np.allclose(frame.channels["A"], 128 / 255, atol=5e-4)


def test_sixteen_bit_png_and_tiff_keep_more_than_eight_bits(tmp_path):
    import OpenImageIO as oiio

    codes = np.linspace(20000, 20100, 64).round().astype(np.uint16)
    pixels = np.repeat(np.tile(codes, (4, 1))[..., None], 3, axis=2)
    for suffix in ("png", "tif"):
        spec = oiio.ImageSpec(64, 4, 3, "uint16")
        out = oiio.ImageOutput.create(f"a.{suffix}")
        assert out.open(str(tmp_path / f"a.{suffix}"), spec)
        out.write_image(pixels)
        out.close()
        ingest(tmp_path / f"a.{suffix}", tmp_path / suffix)
        levels = len(np.unique(stored(tmp_path / suffix).channels["G"]))
        assert levels > 4, "a range of 0.4 of one 8-bit step holds several half values"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_tag_is_applied(orientation, tmp_path):
    upright = ramp()
    unturn = {1: lambda a: a, 2: np.fliplr, 3: lambda a: np.rot90(a, 2), 4: np.flipud}
    unturn |= {5: lambda a: a.transpose(1, 0, 2), 6: lambda a: np.rot90(a, 1)}
    unturn |= {7: lambda a: np.rot90(a, 2).transpose(1, 0, 2), 8: lambda a: np.rot90(a, -1)}
    # A phone held turned stores `unturn(upright)` and the tag that undoes it.
    path = jpeg(tmp_path / "a.jpg", np.ascontiguousarray(unturn[orientation](upright)), exif={ORIENTATION: orientation})
    plate = ingest(path, tmp_path / "s")
    assert (plate.width, plate.height) == (64, 48)
    shown = colour.show(stored(tmp_path / "s").stack(), colour.PHOTOGRAPH).astype(int)
    assert np.abs(shown - upright).mean() < 2
    assert any("orientation" in note for note in plate.notes) == (orientation != 1)


def test_lens_fields_survive(tmp_path):
    tags = {MAKE: "Aaton", MODEL: "Penelope", FOCAL: IFDRational(50, 1), FOCAL_35: 75}
    plate = ingest(jpeg(tmp_path / "a.jpg", ramp(), exif=tags), tmp_path / "s")
    assert (plate.focal_mm, plate.focal_35mm_mm) == (50.0, 75.0)
    assert plate.exif["Make"] == "Aaton"
    assert plate.exif["Model"] == "Penelope"
    assert text(stored(tmp_path / "s").header["Make"]) == "Aaton"
    assert float(text(stored(tmp_path / "s").header["Exif:FocalLength"])) == 50.0


def test_equivalent_follows_from_the_sensor(tmp_path):
    # 64 x 48 pixels at 64 pixels in 18 mm: an 18 x 13.5 mm sensor, diagonal 22.5 mm; 50 mm * 43.267 / 22.5.
    tags = {FOCAL: IFDRational(50, 1), PIXELS_X: 64, PIXELS_Y: 48, PLANE_X: IFDRational(640, 18), PLANE_UNIT: 3}
    plate = ingest(jpeg(tmp_path / "a.jpg", ramp(), exif=tags), tmp_path / "s")
    assert plate.focal_35mm_mm == pytest.approx(50 * np.hypot(36, 24) / 22.5, rel=1e-6)


def test_cropped_picture_loses_its_equivalent_and_says_so(tmp_path):
    tags = {FOCAL: IFDRational(50, 1), FOCAL_35: 75, PIXELS_X: 64, PIXELS_Y: 36}
    plate = ingest(jpeg(tmp_path / "a.jpg", ramp(), exif=tags), tmp_path / "s")
    assert plate.focal_35mm_mm is None
    assert any("cropped" in note for note in plate.notes)


@pytest.mark.parametrize("name", ["t01", "t08", "t12"])
def test_windows_survive(name, tmp_path):
    path = shared(f"exr/{name}.exr")
    header = OpenEXR.File(str(path)).header()
    plate = ingest(path, tmp_path / "s")
    frame = stored(tmp_path / "s")
    assert frame.data_window == plate.data_window == frames.window(header["dataWindow"])
    assert frame.display_window == plate.display_window == frames.window(header["displayWindow"])
    original = OpenEXR.File(str(path)).channels()["RGB"].pixels.astype(np.float32)
    expected = colour.to_working(original, colour.LINEAR709)
    assert np.allclose(frame.stack(), expected, rtol=1e-3, atol=1e-6)


def test_acescg_half_exr_passes_through_bit_for_bit(tmp_path):
    values = np.random.default_rng(7).random((9, 11)).astype(np.float16)
    path = exr(tmp_path / "a.exr", {"R": values, "G": values[::-1].copy(), "B": values[:, ::-1].copy()})
    ingest(path, tmp_path / "s", colorspace="ACEScg")
    frame = stored(tmp_path / "s")
    assert np.array_equal(frame.channels["R"], values)
    assert np.array_equal(frame.channels["B"], values[:, ::-1])


def test_header_fields_of_every_type_survive(tmp_path):
    code = OpenEXR.TimeCode(1, 2, 3, 4, 0, 0, 0, 0, 0, 0, *[0] * 8)
    fields = {
        "timeCode": code,
        "framesPerSecond": Fraction(24000, 1001),
        "owner": "a studio",
        "reel": 7,
        "pull": np.array([1.5, 2.5], np.float32),
        "worldToCamera": np.arange(16, dtype=np.float32).reshape(4, 4),
        "roll": ["A001", "A002"],
        "filmKey": OpenEXR.KeyCode(1, 2, 3, 4, 5, 6, 64),
    }
    path = rgb_exr(tmp_path / "a.exr", pixelAspectRatio=2.0, **fields)
    # A type that no version of the library knows.
    path.write_bytes(path.read_bytes().replace(b"owner\0string\0", b"owner\0strinX\0"))
    plate = ingest(path, tmp_path / "s")
    header = OpenEXR.File(str(tmp_path / "s" / "frame.1001.exr")).header()
    assert str(header["timeCode"]) == str(code)
    assert header["framesPerSecond"] == Fraction(24000, 1001)
    assert header["reel"] == 7
    assert np.array_equal(header["worldToCamera"], fields["worldToCamera"])
    assert header["roll"] == ["A001", "A002"]
    assert str(header["filmKey"]) == str(fields["filmKey"])
    assert (header["owner"].typeName, header["owner"].data) == ("strinX", b"a studio")
    assert plate.pixel_aspect == header["pixelAspectRatio"] == 2.0
    assert plate.timecode == "01:02:03:04"
    assert plate.fps == pytest.approx(24000 / 1001)
    assert plate.header["reel"] == "7"


def test_png_with_colour_numbers_is_read_by_them(tmp_path):
    Image.fromarray(np.full((8, 8, 3), 128, np.uint8)).save(tmp_path / "a.png")
    data = (tmp_path / "a.png").read_bytes()
    chunk = b"cICP" + bytes([9, 16, 0, 1])
    chunk = struct.pack(">I", 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    at = data.index(b"IDAT") - 4
    (tmp_path / "a.png").write_bytes(data[:at] + chunk + data[at:])
    assert ingest(tmp_path / "a.png", tmp_path / "s").colorspace == "Rec.2100-PQ - Display"


def test_dpx_keeps_ten_bits_transfer_and_timecode(tmp_path):
    import OpenImageIO as oiio

    spec = oiio.ImageSpec(64, 8, 3, "uint16")
    spec["oiio:BitsPerSample"], spec["dpx:Transfer"], spec["dpx:TimeCode"] = 10, "ITU-R 709-4", "01:02:03:04"
    out = oiio.ImageOutput.create("a.dpx")
    assert out.open(str(tmp_path / "a.dpx"), spec)
    codes = np.linspace(0, 1, 64, dtype=np.float32)
    out.write_image(np.repeat(np.tile(codes, (8, 1))[..., None], 3, axis=2))
    out.close()
    plate = ingest(tmp_path / "a.dpx", tmp_path / "s")
    assert (plate.colorspace, plate.timecode) == (colour.GAMMA24, "01:02:03:04")
    back = stored(tmp_path / "s").stack()[4, :, 1] ** (1 / 2.4)
    assert np.abs(back - codes)[8:].max() < 1 / 1023


def test_float_exr_beyond_half_is_held_and_said(tmp_path):
    plate = ingest(rgb_exr(tmp_path / "a.exr", value=1e6, dtype=np.float32), tmp_path / "s", colorspace="ACEScg")
    assert stored(tmp_path / "s").channels["G"].max() == frames.HALF_MAX
    assert any("65504" in note for note in plate.notes)


def test_first_rgb_part_of_many_is_used_and_said(tmp_path):
    depth, plane = np.ones((4, 4), np.float32), np.full((4, 4), 0.25, np.float16)
    parts = [
        OpenEXR.Part({"name": "depth"}, {"Z": depth}),
        OpenEXR.Part({"name": "beauty"}, {"R": plane, "G": plane, "B": plane, "id": depth}),
        OpenEXR.Part({"name": "other"}, {"R": plane * 0, "G": plane * 0, "B": plane * 0}),
    ]
    OpenEXR.File(parts).write(str(tmp_path / "a.exr"))
    plate = ingest(tmp_path / "a.exr", tmp_path / "s", colorspace="ACEScg")
    assert (stored(tmp_path / "s").channels["R"] == np.float16(0.25)).all()
    assert any("beauty" in note and "3 parts" in note for note in plate.notes)
    assert any("left out: id" in note for note in plate.notes)


def test_layered_channels_are_found(tmp_path):
    plane = np.full((4, 4), 0.5, np.float16)
    exr(tmp_path / "a.exr", {f"beauty.{letter}": plane for letter in "RGB"} | {"Z": plane})
    plate = ingest(tmp_path / "a.exr", tmp_path / "s", colorspace="ACEScg")
    assert any("beauty.R" in note for note in plate.notes)


def test_premultiplied_exr_keeps_light_where_alpha_is_zero(tmp_path):
    alpha = np.array([[0.0, 0.5], [1.0, 0.25]], np.float16)
    red = np.array([[3.0, 0.25], [0.5, 0.125]], np.float16)
    exr(tmp_path / "a.exr", {"R": red, "G": red, "B": red, "A": alpha})
    ingest(tmp_path / "a.exr", tmp_path / "s", colorspace="ACEScg")
    frame = stored(tmp_path / "s")
    assert np.allclose(frame.channels["R"].astype(float), red.astype(float), rtol=1e-3)
    assert np.array_equal(frame.channels["A"], alpha)


def test_overscan_is_kept(tmp_path):
    path = rgb_exr(tmp_path / "a.exr", dataWindow=box(-2, -1, 13, 10), displayWindow=box(0, 0, 11, 7))
    plate = ingest(path, tmp_path / "s", colorspace="ACEScg")
    assert (plate.width, plate.height) == (12, 8)
    frame = stored(tmp_path / "s")
    assert frame.stack().shape == (12, 16, 3)
    assert frame.stack(window=plate.display_window).shape == (8, 12, 3)


def test_proxy_is_made_once_at_most_960_wide(tmp_path):
    jpeg(tmp_path / "a.jpg", ramp(2000, 100))
    ingest(tmp_path / "a.jpg", tmp_path / "s")
    proxy = Image.open(tmp_path / "s" / "proxy" / "frame.1001.jpg")
    assert proxy.width <= 960
    middle = np.asarray(proxy)[proxy.height // 2, proxy.width // 2].astype(int)
    assert np.abs(middle - [127, 127, 90]).max() <= 4


def test_occluder_matte_and_clean_plate_come_along(tmp_path):
    jpeg(tmp_path / "a.jpg", ramp())
    jpeg(tmp_path / "clean.jpg", ramp())
    matte = np.zeros((48, 64), np.uint8)
    matte[:, 10:20] = 255
    Image.fromarray(matte).save(tmp_path / "lamp.png")
    asked = {"occluders": str(tmp_path / "lamp.png"), "clean": str(tmp_path / "clean.jpg")}
    plate = ingest(tmp_path / "a.jpg", tmp_path / "s", **asked)
    lamp = frames.read(tmp_path / "s" / (plate.occluders % 1001)).channels["A"]
    assert np.array_equal(lamp > 0.5, matte > 0)
    clean = frames.read_rgb(tmp_path / "s" / (plate.clean % 1001))
    assert np.array_equal(clean, stored(tmp_path / "s").stack())


@pytest.mark.parametrize(
    ("option", "source", "says"),
    [
        ("occluders", "lamp.####.png", "No file in"),
        ("occluders", "gone.png", "There is no file"),
        ("clean", "words.png", "no picture or movie"),
    ],
)
def test_wrong_sidecars_are_named_before_the_plate_is_decoded(tmp_path, monkeypatch, option, source, says):
    jpeg(tmp_path / "a.jpg", ramp())
    (tmp_path / "words.png").write_text("not a picture")
    monkeypatch.setattr(plates, "Decoder", None)  # nothing may be decoded
    with pytest.raises(InputError, match=f"--{option} .*{source}: .*{says}"):
        ingest(tmp_path / "a.jpg", tmp_path / "s", **{option: str(tmp_path / source)})
    assert not (tmp_path / "s").exists()


def test_sidecar_of_another_size_is_named_by_its_option(tmp_path):
    jpeg(tmp_path / "a.jpg", ramp())
    Image.fromarray(np.zeros((8, 8), np.uint8)).save(tmp_path / "lamp.png")
    with pytest.raises(InputError, match=r"--occluders .*lamp\.png: lamp\.png is 8 x 8 pixels and the plate 64 x 48"):
        ingest(tmp_path / "a.jpg", tmp_path / "s", occluders=str(tmp_path / "lamp.png"))


def test_overscan_is_kept_and_said(tmp_path):
    pixels = np.full((20, 30, 3), 0.18, np.float32)
    frames.write_rgb(tmp_path / "a.exr", pixels, data_window=(-4, -3, 25, 16), display_window=(0, 0, 23, 19))
    plate = ingest(tmp_path / "a.exr", tmp_path / "s")
    assert plate.data_window == (-4, -3, 25, 16)
    assert stored(tmp_path / "s").data_window == (-4, -3, 25, 16)
    (over,) = [note for note in plate.notes if "overscan" in note]
    assert "4 left, 3 top, 2 right; data window (-4, -3, 25, 16), display window (0, 0, 23, 19)" in over
    (short,) = [note for note in plate.notes if "taken as black" in note]
    assert "3 bottom" in short
