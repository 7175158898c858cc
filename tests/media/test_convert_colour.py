"""Colour: the pinned config, guesses that are said, and views that give a plate back as it was."""

import numpy as np
import pytest

from secondunit.media import colour
from secondunit.schema import InputError


def test_config_is_the_one_named():
    assert colour.config().getName().startswith("studio-config-v4.0.0_aces-v2.0")


@pytest.mark.parametrize("space", [*colour.PRIMARIES, *colour.COMPOSED, *colour.TRANSFERS.values()])
def test_every_space_we_choose_exists(space):
    assert colour.named(space) == space
    assert np.isfinite(colour.to_working(np.full((1, 1, 3), 0.5), space)).all()


def test_alias_and_role_are_accepted():
    assert colour.named("sRGB - Texture") == colour.SRGB
    assert colour.named("scene_linear") == "ACEScg"
    with pytest.raises(InputError, match="holds data"):
        colour.named("Raw")


def test_srgb_to_acescg_is_the_closed_form():
    # IEC 61966-2-1 curve, then Rec.709 -> AP1 through D65 -> D60 (CAT02, as the ACES project publishes it).
    matrix = np.array([[0.613097, 0.339523, 0.047379], [0.070194, 0.916354, 0.013452], [0.020616, 0.109570, 0.869815]])
    code = np.random.default_rng(3).random((50, 1, 3))
    linear = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    assert np.allclose(colour.to_working(code, colour.SRGB), linear @ matrix.T, atol=3e-5)


@pytest.mark.parametrize("space", [colour.SRGB, colour.GAMMA24, "Camera Rec.709", "Gamma 2.2 Encoded Rec.709"])
def test_neutral_codes_come_back_through_the_view(space):
    view = colour.view_for(space)
    codes = np.repeat(np.arange(256)[:, None, None], 3, axis=2)
    half = colour.to_working(codes / 255, space).astype(np.float16)
    shown = colour.show(half, view).astype(int)
    if space in (colour.SRGB, colour.GAMMA24):
        assert np.abs(shown - codes).max() <= 1
    else:
        assert (np.diff(shown[:, 0, 0]) >= 0).all()


def test_views_are_chosen_by_what_the_plate_is():
    assert colour.view_for("sRGB - Texture") == colour.PHOTOGRAPH
    assert colour.view_for("Gamma 2.4 Encoded Rec.2020") == colour.VIDEO
    for space in ("ACEScg", "ARRI LogC4", "Linear Rec.709 (sRGB)", "Rec.2100-PQ - Display"):
        assert colour.view_for(space) == colour.SCENE


def test_scene_view_holds_highlights_below_white():
    grey = np.full((1, 1, 3), 0.18)
    assert 80 < colour.show(grey, colour.SCENE)[0, 0, 0] < 100
    assert (colour.show(grey * 20, colour.SCENE) < 255).all()


@pytest.mark.parametrize(
    ("kind", "hints", "name", "space"),
    [
        ("JPEG", {}, "a.jpg", colour.SRGB),
        ("JPEG", {"profile": "Display P3"}, "a.jpg", "sRGB Encoded P3-D65"),
        ("TIFF", {"profile": "Adobe RGB (1998)"}, "a.tif", "Gamma 2.2 Encoded AdobeRGB"),
        ("PNG", {"profile": "my monitor"}, "a.png", colour.SRGB),
        ("TIFF", {"float": "1"}, "a.tif", colour.LINEAR709),
        ("EXR", {}, "a.exr", colour.LINEAR709),
        ("EXR", {"aces": "1"}, "a.exr", "ACES2065-1"),
        ("EXR", {"interop": "lin_rec2020_scene"}, "a.exr", "Linear Rec.2020"),
        ("EXR", {"chromaticities": "0.713 0.293 0.165 0.83 0.128 0.044 0.32168 0.33767"}, "a.exr", "ACEScg"),
        ("EXR", {}, "AGM_010_020_acescg.1001.exr", "ACEScg"),
        ("EXR", {}, "draw_none.exr", colour.LINEAR709),
        ("DPX", {}, "scan_adx10.0001.dpx", "ADX10"),
        ("movie", {"primaries": "BT709", "transfer": "BT709"}, "a.mov", colour.GAMMA24),
        ("movie", {"primaries": "BT2020", "transfer": "ARIB_STD_B67"}, "a.mov", "Rec.2100-HLG - Display"),
        ("movie", {"primaries": "BT709", "transfer": "BT709"}, "A001_LogC4.mov", "ARRI LogC4"),
    ],
)
def test_guess_is_the_right_one_and_says_why(kind, hints, name, space):
    guess = colour.guess(kind, hints, name)
    assert guess.space == space
    assert space in guess.said or "sRGB" in guess.said or "Rec.709" in guess.said
    assert guess.said.endswith(".")


@pytest.mark.parametrize(
    ("kind", "hints"),
    [
        ("EXR", {"chromaticities": "0.5 0.5 0.2 0.7 0.1 0.1 0.3 0.3"}),
        ("DPX", {"transfer": "Printing density"}),
        ("TIFF", {"profile": "ProPhoto RGB"}),
    ],
)
def test_guess_that_would_ruin_the_picture_is_not_made(kind, hints):
    with pytest.raises(InputError, match="--colorspace"):
        colour.guess(kind, hints, "a.x")


def test_big_pictures_are_transformed_like_small_ones():
    pixels = np.random.default_rng(5).random((401, 300, 3), dtype=np.float32)
    assert pixels.size > colour.SMALL
    rows = np.concatenate([colour.to_working(pixels[row : row + 1], colour.SRGB) for row in range(401)])
    assert np.array_equal(colour.to_working(pixels, colour.SRGB), rows)
