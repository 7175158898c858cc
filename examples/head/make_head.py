"""Render the head of a seeded identity at an age, moving or still.

    python make_head.py --identity 7 --age 68 --frames 1001-1024 --size 960x540 --samples 48 --out DIR

needs a Python with the `bpy` module (5.0). Writes DIR/frame.####.exr (half float, scene-linear Rec.709, denoised, no
grain) with passes id.####.exr where asked for, and DIR/truth.json. `develop.py DIR` then makes the camera's pictures.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).parent))
import performance
from performer import Performer
from truth import Truth


def set_up(samples, threads, seed):
    """Cycles on the processor with denoising; every number that decides the noise is fixed."""
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.render.resolution_percentage = 100
    scene.render.threads_mode, scene.render.threads = "FIXED", threads
    scene.render.use_persistent_data = True
    c = scene.cycles
    c.device, c.samples, c.seed = "CPU", samples, seed
    c.use_adaptive_sampling, c.adaptive_threshold, c.adaptive_min_samples = True, 0.02, max(8, samples // 2)
    c.use_denoising, c.denoiser, c.denoising_prefilter, c.denoising_quality = True, "OPENIMAGEDENOISE", "FAST", "HIGH"
    c.max_bounces, c.diffuse_bounces, c.glossy_bounces, c.transmission_bounces, c.transparent_max_bounces = (
        5,
        2,
        3,
        4,
        8,
    )
    c.sample_clamp_indirect, c.blur_glossy = 4.0, 0.5
    c.caustics_reflective = c.caustics_refractive = False
    c.pixel_filter_type, c.filter_width = "BLACKMAN_HARRIS", 1.5
    scene.cycles_curves.shape, scene.cycles_curves.subdivisions = "RIBBONS", 2
    scene.render.image_settings.file_format = "OPEN_EXR"
    scene.render.image_settings.color_depth, scene.render.image_settings.exr_codec = "16", "ZIP"
    return scene


def render(path):
    bpy.context.scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)


def make(out, seed, years, moments, size, samples, threads=2, masks=False):
    """Render moments {frame: Moment} of an identity at an age into a folder; returns seconds per frame."""
    out.mkdir(parents=True, exist_ok=True)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = set_up(samples, threads, 1)
    performer = Performer(seed, years, size)
    truth, spent = Truth(performer, size), []
    for frame, moment in moments.items():
        began = time.perf_counter()
        performer.perform(moment)
        scene.cycles.seed = frame
        render(out / f"frame.{frame:04d}.exr")
        truth.add(frame, moment)
        spent.append(time.perf_counter() - began)
        print(f"identity {seed} at {years:g}: frame {frame} in {spent[-1]:.0f} s", flush=True)
    truth.write(out / "truth.json")
    if masks:
        performer.flatten()
        for frame, moment in moments.items():
            performer.perform(moment)
            render(out / f"id.{frame:04d}.exr")
    return spent


def frames(text):
    """'1001-1024' or '1001,1009' as numbers."""
    spans = [part.split("-") for part in text.split(",")]
    return [f for span in spans for f in range(int(span[0]), int(span[-1]) + 1)]


def parse(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--identity", type=int, default=7)
    parser.add_argument("--age", type=float, default=68)
    parser.add_argument("--frames", type=frames, default="1001-1024", help="such as 1001-1024 or 1001,1012")
    parser.add_argument("--still", action="store_true", help="the identity's own still instead of the clip")
    parser.add_argument("--size", default="960x540")
    parser.add_argument("--samples", type=int, default=48)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--masks", action="store_true", help="write id.####.exr too: red skin, green hair, blue eyes")
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args(argv)


def main(argv=None):
    asked = parse(argv)
    size = tuple(int(n) for n in asked.size.split("x"))
    moments = {f: performance.demo(f) for f in asked.frames}
    if asked.still:
        from identity import identity
        from model import Mesh

        moments = {1001: performance.still(identity(asked.identity, Mesh().names))}
    make(asked.out, asked.identity, asked.age, moments, size, asked.samples, asked.threads, asked.masks)


if __name__ == "__main__":
    main()
