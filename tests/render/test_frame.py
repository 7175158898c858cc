"""Whole frames: what must be the plate is the plate, what moves is cut, layered, finite and repeatable."""

import numpy as np
import pytest

from secondunit.render.frame import render_frame
from secondunit.render.layers import over_plate
from secondunit.render.scene import DustGrid, Pose, Scene, Settings, settings_for
from secondunit.schema import InputError

QUICK = Settings(samples=4, times=2)


def shifted(rest: Pose, which: slice, by: tuple[float, float, float], turn: float = 0.0) -> Pose:
    position, rotation = rest.position_m.copy(), rest.rotation.copy()
    position[which] += by
    rotation[which] = [0.0, 0.0, np.sin(turn / 2), np.cos(turn / 2)]
    return Pose(position, rotation, rest.alive)


def puff(density: float = 2e-3) -> DustGrid:
    grid = np.zeros((24, 16, 16), np.float16)
    grid[8:16, 4:12, 2:10] = density
    return DustGrid(grid, (-3.0, -4.0, 0.0), 0.5)


def frame_of(
    scene: Scene, pose: Pose, dust: DustGrid | None = None, settings: Settings = QUICK
) -> dict[str, np.ndarray]:
    return render_frame(scene, pose, pose, pose, dust, settings, 3)


def test_nothing_moved_is_the_plate_bit_for_bit(wall) -> None:
    scene = wall()
    layers = frame_of(scene, scene.rest)
    assert np.array_equal(layers["comp"], scene.plate)
    assert not layers["touched"].any()
    assert not layers["synthetic"].any()


def test_pixels_far_from_what_moved_keep_the_plate(wall) -> None:
    # one box in the top row moves 3 mm: nothing but its own surroundings may change
    scene = wall()
    layers = frame_of(scene, shifted(scene.rest, slice(23, 24), (0.0, -3e-3, 0.0)))
    rows, columns = np.nonzero(layers["touched"])
    assert len(rows) > 20
    assert columns.min() > 40
    assert np.array_equal(layers["comp"][:, :40], scene.plate[:, :40])


def test_a_wall_that_moved_a_little_still_shows_the_plate(wall) -> None:
    # 2 mm at 12 m and 90 px of focal length is 0.015 px; the plate's steps are below 0.4, so resampling moves a pixel
    # by less
    # than 0.4 x 0.015 x 2; light is estimated with 8 rays a pixel after smoothing: a few per cent
    scene = wall()
    layers = frame_of(scene, shifted(scene.rest, slice(None), (2e-3, 0.0, 0.0)))
    whole = layers["debris"][..., 3] == 1.0
    assert whole.sum() > 800
    ratio = layers["comp"][whole] / scene.plate[whole]
    assert abs(float(np.median(ratio)) - 1.0) < 0.01
    assert float(np.quantile(np.abs(ratio - 1.0), 0.9)) < 0.08


def test_what_the_matte_does_not_cover_is_air(wall) -> None:
    scene = wall()
    holed = scene.matte.copy()
    holed[20:30, 40:56] = 0.0
    cut = wall(matte=holed)
    layers = frame_of(cut, shifted(cut.rest, slice(None), (0.0, -2e-3, 0.0)))
    assert layers["debris"][22:28, 43:53, 3].max() == 0.0
    assert layers["debris"][23:28, 30:37, 3].min() == 1.0
    assert np.array_equal(layers["comp"][23:27, 44:52], cut.plate[23:27, 44:52])


def test_the_outline_of_a_moved_wall_is_the_mattes_to_the_pixel(wall) -> None:
    scene = wall()
    layers = frame_of(scene, shifted(scene.rest, slice(None), (0.0, -2e-3, 0.0)))
    # the camera's pixel filter reaches 0.8 px beyond a pixel's centre, the proxies' own edge adds nothing
    covered = layers["debris"][..., 3] >= 0.5
    assert (covered != (scene.matte > 0.5)).sum() <= 0.02 * scene.matte.sum()


def test_layers_recombine_into_the_picture(wall) -> None:
    scene = wall(occluders=np.pad(np.ones((20, 6), np.float32), ((44, 0), (30, 60))))
    layers = frame_of(scene, shifted(scene.rest, slice(8, 24), (0.2, -1.0, -0.5), 0.4), puff())
    half = {
        name: layers[name].astype(np.float16).astype(np.float32) for name in ("debris", "dust", "shadow", "background")
    }
    again = over_plate(*half.values(), scene.plate, scene.occluders)
    # four half-float layers, each within 2^-11 of its value, values below 4
    assert np.abs(again - layers["comp"]).max() < 4 * 4 * 2**-11
    front = scene.occluders >= 1.0
    assert np.array_equal(layers["comp"][front], scene.plate[front])


def test_every_layer_is_finite_with_everything_happening(wall) -> None:
    scene = wall()
    rng = np.random.default_rng(1)
    q = rng.normal(size=(24, 4))
    pose = Pose(
        scene.rest.position_m + rng.normal(size=(24, 3)) * 0.8,
        q / np.linalg.norm(q, axis=1, keepdims=True),
        np.arange(24) % 5 > 0,
    )
    layers = render_frame(
        scene, scene.rest, pose, pose, puff(), QUICK, 7, coat=np.linspace(0, 1, 24).astype(np.float32)
    )
    for name, image in layers.items():
        assert np.isfinite(image).all(), name
        assert image.shape[:2] == (64, 96), name
    coverage = layers["crypto_coverage"]
    assert coverage.min() >= 0.0
    assert coverage.sum(axis=-1).max() <= 1.0 + 1e-6
    assert (np.diff(coverage, axis=-1) <= 0.0).all()


def test_a_frame_repeats_bit_for_bit(wall) -> None:
    pose = shifted(wall().rest, slice(6, 24), (0.3, -0.5, -0.4), 0.3)
    one, two = (frame_of(wall(), pose, puff()) for _ in range(2))
    for name in one:
        assert np.array_equal(one[name], two[name]), name


def test_a_removed_piece_leaves_the_clean_plate_lit(wall) -> None:
    scene = wall()
    alive = np.ones(24, bool)
    alive[21] = False
    layers = frame_of(scene, Pose(scene.rest.position_m, scene.rest.rotation, alive))
    hole = layers["background"] == scene.clean
    assert hole.all(axis=-1).sum() > 20
    assert layers["debris"][..., 3].max() <= 1.0


def test_motion_vectors_point_where_the_piece_goes(wall) -> None:
    scene = wall()
    moved = [shifted(scene.rest, slice(None), (0.4 * step, 0.0, 0.0)) for step in (1, 2, 3)]
    layers = render_frame(scene, *moved, None, QUICK, 0)
    solid = layers["debris"][..., 3] == 1.0
    # 0.4 m a frame to the right, 12 m away, 90 px of focal length: 3 px; side faces are up to 0.4 m deeper
    assert np.median(layers["motion"][solid][:, 0]) == pytest.approx(3.0, abs=0.02)
    assert np.abs(layers["motion"][solid][:, 1]).max() < 0.01


def test_a_falling_wall_takes_its_shadow_along(wall) -> None:
    # sun from behind: the wall's shadow lies before it; when every piece is gone the ground there grows brighter
    from .conftest import sunshine

    plate = np.full((64, 96, 3), 0.2, np.float32)
    plate[45:, :30] = 0.6
    scene = wall(light=sunshine(sun_direction=(0.0, 0.8, 0.6)), plate=plate)
    away = Pose(scene.rest.position_m - np.array([0, 0, 50.0]), scene.rest.rotation, scene.rest.alive)
    layers = frame_of(scene, away)
    assert layers["shadow"][55, 48, 1] > 1.5
    assert layers["comp"].max() < 1.0


def test_quality_words_cost_more_samples() -> None:
    assert settings_for("draft").samples < settings_for("review").samples < settings_for("final").samples


def test_images_of_another_size_are_refused(wall) -> None:
    with pytest.raises(InputError, match="matte is 10 x 10"):
        wall(matte=np.zeros((10, 10), np.float32))


def test_a_scaled_scene_keeps_its_field_of_view(wall) -> None:
    scene = wall()
    small = scene.at_scale(0.5)
    assert (small.camera.width, small.camera.height) == (48, 32)
    assert small.camera.focal_px == pytest.approx(45.0)
    assert small.plate.mean() == pytest.approx(scene.plate.mean(), rel=1e-5)
