"""Light against closed forms: a furnace, Lambert under a sun, a slab of dust, a phase function."""

import math
from dataclasses import replace

import numpy as np
import pytest
import warp as wp

from secondunit.render import dust_kernels, scene_kernels
from secondunit.render.device import blank, put, take
from secondunit.render.dust import make_cloud, noise_cube, optical_depth, scattering
from secondunit.render.dust_kernels import Cloud, dust_phase, henyey_greenstein, thickness, turbulence
from secondunit.render.materials import albedo_table, powder_table
from secondunit.render.scene import DustGrid, Scene, Settings
from secondunit.render.scene_kernels import Haze, PlateMaps, Solid, Sources, View, irradiance, start_at, through_dust
from secondunit.render.stage import make_sources, no_haze, prepare, view_of

CPU = "cpu"


@wp.kernel
def light_points(
    mesh: wp.uint64,
    solid: Solid,
    maps: PlateMaps,
    view: View,
    sources: Sources,
    haze: Haze,
    points: wp.array(dtype=wp.vec3),
    normals: wp.array(dtype=wp.vec3),
    rays: int,
    out: wp.array(dtype=wp.vec3),
):
    i = wp.tid()
    out[i] = irradiance(
        mesh, 0, solid, maps, view, sources, haze, points[i], normals[i], rays, rays, 0, start_at(i, 3, 5)
    )


@wp.kernel
def phase_at(cosines: wp.array(dtype=float), g: float, single: wp.array(dtype=float), dust: wp.array(dtype=float)):
    i = wp.tid()
    single[i] = henyey_greenstein(cosines[i], g)
    dust[i] = dust_phase(cosines[i], 1.0)


@wp.kernel
def dust_at(
    cloud: Cloud,
    points: wp.array(dtype=wp.vec3),
    noise: wp.array(dtype=float),
    sigma: wp.array(dtype=float),
    through: wp.array(dtype=float),
):
    i = wp.tid()
    p = points[i]
    noise[i] = turbulence(cloud, p)
    sigma[i] = thickness(cloud, p, (p - cloud.origin) / cloud.cell, wp.vec3(0.0, 0.0, 1.0))[0]
    through[i] = through_dust(p[2])


def dust_of(cloud: object, points: np.ndarray) -> list[np.ndarray]:
    """Detail noise, extinction (1/m), and what comes through an optical depth of z, at (N,3) points."""
    out = [blank((len(points),), float, CPU) for _ in range(3)]
    wp.launch(dust_at, len(points), inputs=[cloud, put(points.astype(np.float32), wp.vec3, CPU), *out], device=CPU)
    return [take(each) for each in out]


def irradiances(scene: Scene, sources: object, points: np.ndarray, normals: np.ndarray, rays: int) -> np.ndarray:
    stage = prepare(scene, Settings(times=1), CPU)
    out = blank((len(points),), wp.vec3, CPU)
    at, facing = put(points, wp.vec3, CPU), put(normals, wp.vec3, CPU)
    inputs = [stage.meshes[0].id, stage.solid, stage.maps, stage.view, sources, no_haze(CPU), at, facing, rays, out]
    wp.launch(light_points, len(points), inputs=inputs, device=CPU)
    return take(out)


def random_normals(count: int) -> np.ndarray:
    normals = np.random.default_rng(0).normal(size=(count, 3))
    return normals / np.linalg.norm(normals, axis=1, keepdims=True)


def test_a_furnace_lights_every_surface_alike(wall) -> None:
    # sky, ground and whatever blocks a ray all shine with radiance 1, so the irradiance is pi wherever and however it
    # faces;
    # cosine-weighted rays have no variance here, so only rounding is allowed
    one = np.ones(3)
    furnace = make_sources(np.array([0.0, 0.0, 1.0]), 0 * one, one, one, one)
    points = np.random.default_rng(2).uniform([-2, -3, 0.1], [8, 3, 5], size=(200, 3))
    found = irradiances(wall(), furnace, points, random_normals(200), 4)
    assert np.abs(found / math.pi - 1.0).max() < 1e-5


def test_the_open_sun_follows_lamberts_cosine(wall) -> None:
    to_sun = np.array([0.3, -0.8, 0.52])
    to_sun /= np.linalg.norm(to_sun)
    sun = make_sources(to_sun, np.array([2.0, 1.5, 1.0]), np.zeros(3), np.zeros(3), np.zeros(3))
    normals = random_normals(200)
    points = np.tile([3.0, -40.0, 30.0], (200, 1))  # far before the wall, on the sun's side: nothing in the way
    found = irradiances(wall(), sun, points, normals, 2)
    expected = np.maximum(0.0, normals @ to_sun)[:, None] * [2.0, 1.5, 1.0]
    assert np.abs(found - expected).max() < 1e-5


def test_the_wall_casts_a_shadow_with_a_penumbra(wall) -> None:
    # sun low behind a 4 m wall, tangent of elevation 1: the shadow on the ground ends 4 m before it. The sun's disc
    # of 0.265
    # degrees radius blurs the edge over about 4 m x 2 x 0.0046 x sqrt(2) x sqrt(2) = 7 cm: 20 cm away all is clear or
    # dark
    behind = make_sources(np.array([0.0, 1.0, 1.0]), np.ones(3), np.zeros(3), np.zeros(3), np.zeros(3))
    points = np.array([[3.0, -3.6, 0.0], [3.0, -3.8, 0.0], [3.0, -4.2, 0.0], [3.0, -4.4, 0.0]])
    found = irradiances(wall(), behind, points, np.tile([0.0, 0.0, 1.0], (4, 1)), 16)[:, 0]
    assert found[:2] == pytest.approx(0.0)
    assert found[2:] == pytest.approx(math.sqrt(0.5), rel=1e-5)


def test_shadows_respect_the_matte(wall) -> None:
    behind = make_sources(np.array([0.0, 1.0, 1.0]), np.ones(3), np.zeros(3), np.zeros(3), np.zeros(3))
    points, up = np.array([[3.0, -2.0, 0.0]]), np.array([[0.0, 0.0, 1.0]])
    assert irradiances(wall(), behind, points, up, 8)[0, 0] == 0.0
    bare = wall(matte=np.zeros((64, 96), np.float32))
    assert irradiances(bare, behind, points, up, 8)[0, 0] == pytest.approx(math.sqrt(0.5), rel=1e-5)


@pytest.mark.parametrize("g", [-0.3, 0.0, 0.62, 0.8])
def test_phase_functions_integrate_to_one(g: float) -> None:
    # Gauss-Legendre with 200 nodes is exact to 1e-9 for |g| <= 0.8; the kernel is single precision
    cosine, weight = np.polynomial.legendre.leggauss(200)
    single, dust = blank((200,), float, CPU), blank((200,), float, CPU)
    wp.launch(phase_at, 200, inputs=[put(cosine.astype(np.float32), float, CPU), g, single, dust], device=CPU)
    assert 2 * math.pi * float(weight @ take(single)) == pytest.approx(1.0, abs=1e-5)
    assert 2 * math.pi * float(weight @ take(dust)) == pytest.approx(1.0, abs=1e-5)


def test_a_uniform_slab_dims_as_beer_and_lambert_say(wall) -> None:
    # 8 m of dust along the lens axis, extinction 0.2 per m. Detail is off; the grid fades over 2.5 cells at each
    # border,
    # smoothstep's mean is one half, so each border takes 1.25 cells of path
    scene, cell = wall(), 0.25
    settings = Settings(dust_detail=0.0, dust_shrink=1, dust_step=0.7)
    grid = DustGrid(np.full((160, 32, 160), 0.2 / 80.0, np.float32), (-17.0, -11.0, -20.0), cell)
    stage = prepare(scene, settings, CPU)
    cloud = make_cloud(stage, grid, 0).cloud
    shape = (64, 96)
    front, whole = blank(shape, wp.vec4, CPU), blank(shape, wp.vec4, CPU)
    far = blank(shape, wp.float32, CPU, 1.0e6)
    inputs = [put(np.array([40 * 96 + 48]), wp.int32, CPU), view_of(scene), stage.sources, cloud, far, far, 0.17, 0]
    wp.launch(dust_kernels.march, 1, inputs=[*inputs, front, whole], device=CPU)
    path = 8.0 - 2 * 1.25 * cell
    # steps of 0.7 cells sample the two ramps: 1 % of the optical depth
    assert -math.log(1.0 - take(whole)[40, 48, 3]) == pytest.approx(0.2 * path, rel=0.01)


@pytest.mark.parametrize("direction", [(0.0, 0.0, 1.0), (0.6, -0.48, 0.64), (-0.8, 0.6, 0.0)])
def test_swept_optical_depth_is_path_times_extinction(direction: tuple[float, float, float]) -> None:
    # uniform extinction 0.1 per m in a 10 m cube: from the middle to the way out
    cell, along = 0.5, np.array(direction)
    tau = take(optical_depth(blank((20, 20, 20), wp.float32, CPU, 0.1), along, cell, CPU))
    path = 5.0 / np.abs(along).max()
    # the middle lies between cells, and a way out through a side ends within one cell of it
    assert tau[9:11, 9:11, 9:11].mean() == pytest.approx(0.1 * path, abs=0.1 * cell)


def test_detail_noise_is_periodic_and_of_unit_variance() -> None:
    cube = noise_cube(4)
    assert cube.mean() == pytest.approx(0.0, abs=1e-5)
    assert cube.std() == pytest.approx(1.0, abs=1e-4)
    seam = np.abs(cube[0] - cube[-1]).mean()
    inside = np.abs(np.diff(cube, axis=0)).mean()
    assert seam < 1.5 * inside


def foggy(scene: Scene, kgm3: float, **change: object) -> tuple[object, object]:
    """The stage and the cloud of even dust all over the wall, standing on the ground."""
    grid = DustGrid(np.full((64, 48, 32), kgm3, np.float32), (-13.0, -12.5, 0.0), 0.5)
    stage = prepare(scene, Settings(dust_shrink=1, **change), CPU)
    return stage, make_cloud(stage, grid, 0).cloud


def test_detail_leaves_the_mean_as_it_is(wall) -> None:
    """Log-normal detail keeps the grid's mean: exactly where the noise is normal, to a tenth for its folded part."""
    cloud = foggy(wall(), 1.0e-3)[1]
    noise = dust_of(cloud, np.random.default_rng(2).uniform(0.0, 400.0, (200_000, 3)))[0].astype(float)
    # Between the cube's entries noise is a mix of eight, a tenth quieter than they are, and folds at a smaller mean.
    assert noise.mean() == pytest.approx(0.0, abs=0.08)
    assert noise.std() == pytest.approx(1.0, abs=0.15)
    assert np.exp(noise - 0.5).mean() == pytest.approx(1.0, abs=0.1)


def test_a_clouds_foot_fades_into_the_ground(wall) -> None:
    cloud = foggy(wall(), 1.0e-2, dust_detail=0.0)[1]
    sigma = dust_of(cloud, np.array([[3.0, -3.0, z] for z in (0.0, 0.2, 0.4, 0.8, 3.0)]))[1]
    assert sigma[0] == 0.0
    assert (np.diff(sigma[:4]) > 0.0).all()
    assert sigma[3:] == pytest.approx(0.8, rel=1e-4)


def test_dust_lets_more_light_through_than_comes_straight() -> None:
    """Scattering on is not loss: no less than Beer and Lambert, no more than all, all of it through clear air."""
    tau = np.linspace(0.0, 30.0, 61)
    cloud = dust_kernels.Cloud()
    cloud.extinction = blank((2, 2, 2), float, CPU)
    cloud.noise = blank((2, 2, 2), float, CPU)
    cloud.cell = 1.0
    through = dust_of(cloud, np.stack([0 * tau, 0 * tau, tau], axis=1))[2]
    assert through[0] == 1.0
    assert (np.diff(through) < 0.0).all()
    assert (through >= np.exp(-tau) - 1e-7).all()


def test_grains_are_as_dark_as_their_heap_says() -> None:
    """What never absorbs reflects all and does not dim; the scatterings together return the heap's own share."""
    pale = np.array([0.1, 0.3, 0.5, 0.8, 1.0])
    albedo, many, dims = scattering(pale)
    assert albedo[-1] == 1.0
    assert dims[-1] == 0.0
    assert (np.diff(albedo) > 0.0).all()
    assert (albedo > pale)[:-1].all()
    # Even scattering seen from where the sun is: of each term the view gathers 1 / (1 + how fast it dims).
    back = albedo / 2.0 + 0.5 * albedo**2 / 1.4 + many / (1.0 + dims)
    assert back[1:] == pytest.approx(4.0 * pale[1:], rel=1e-6)


def test_an_evenly_lit_cloud_sends_back_no_more_than_its_heap_would(wall) -> None:
    stage, cloud = foggy(wall(), 0.1)
    sources = make_sources(np.array([0.0, 0.0, 1.0]), np.zeros(3), np.ones(3), np.ones(3), np.zeros(3))
    shape = (64, 96)
    front, whole = blank(shape, wp.vec4, CPU), blank(shape, wp.vec4, CPU)
    far = blank(shape, wp.float32, CPU, 1.0e6)
    pixel = put(np.array([30 * 96 + 48]), wp.int32, CPU)
    wp.launch(
        dust_kernels.march,
        1,
        inputs=[pixel, view_of(stage.scene), sources, cloud, far, far, 0.4, 0, front, whole],
        device=CPU,
    )
    seen = take(whole)[30, 48]
    most = np.array(stage.dust_pale) * stage.exposure
    assert seen[3] > 0.99
    # Half of the sky and the ground are before a wall of dust; a cloud is no wall, so up to a third goes in and stays.
    assert (seen[:3] <= most).all()
    assert (seen[:3] >= 0.6 * most).all()


def test_powder_is_paler_than_what_was_ground() -> None:
    names = ("brick", "stone", "concrete", "timber", "slate", "glass", "plaster", "steel")
    powder = powder_table(names)
    assert (powder > albedo_table(names)).all()
    assert (powder < 0.75).all()


def test_dust_has_the_colour_of_what_yields_most_of_it(wall) -> None:
    scene = wall()
    half = replace(scene.mesh, tri_material=np.where(scene.mesh.tri_piece % 2 == 0, 0, 2).astype(np.int32))
    colours = []
    for code in (0, 2):
        yields = np.zeros(len(scene.materials))
        yields[code] = 1000.0
        colours.append(prepare(replace(scene, mesh=half, dust_yield=yields), Settings(), CPU).dust_pale)
    brick, concrete = colours
    assert brick[0] / brick[2] > 1.1 * concrete[0] / concrete[2]


def test_far_is_beyond_any_shot() -> None:
    assert float(scene_kernels.FAR) >= 1e6


def test_a_wall_that_shows_a_sliver_of_a_crack_keeps_its_light() -> None:
    """A sunlit wall above the underside of a crack. Every other pixel of the wall's last row holds 3 % of shade,
    and must not take the mean light of the half-dark row below: that makes a row of beads of the edge. In the row
    below, light that was found now here, now there is still shared.
    """
    import warp as wp

    from secondunit.render import trace_kernels as kernels

    size, light = 12, np.ones((12, 12), np.float32)
    mixed = np.zeros((size, size), np.int32)
    mixed[5, ::2], light[5, ::2] = 30, 0.97
    mixed[6], light[6, ::2], light[6, 1::2] = 600, 0.2, 0.4
    light[7:] = 0.1
    normal = np.zeros((size, size, 3), np.float32)
    normal[:7, :, 1], normal[7:, :, 2] = -1.0, -1.0
    film = kernels.Film()
    film.base = wp.array(np.ones((size, size, 4), np.float32), dtype=wp.vec4, device="cpu")
    film.lit = wp.array(np.repeat(light[..., None], 3, axis=2), dtype=wp.vec3, device="cpu")
    film.normal = wp.array(normal, dtype=wp.vec3, device="cpu")
    film.place = wp.zeros((size, size), dtype=wp.vec3, device="cpu")
    film.depth = wp.full((size, size), 30.0, dtype=wp.float32, device="cpu")
    film.mixed = wp.array(mixed, dtype=wp.int32, device="cpu")
    out = wp.zeros((size, size), dtype=wp.vec3, device="cpu")
    every = wp.array(np.arange(size * size, dtype=np.int32), device="cpu")
    wp.launch(kernels.even_light, size * size, inputs=[every, film, 3, out], device="cpu")
    found = out.numpy()[..., 0]
    assert found[5, 2:-2].min() > 0.95
    assert np.ptp(found[6, 2:-2]) < 0.5 * np.ptp(light[6, 2:-2])
