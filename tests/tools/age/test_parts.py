"""The edit of a frame at full strength, kept in a file, and where it lies."""

import numpy as np

from secondunit.tools.age import parts, paste
from secondunit.tools.age.parts import Part

BOX = slice(5, 37), slice(8, 61)


def part(rng, box=BOX, shared=False):
    """One that covers some of its rectangle."""
    size = box[0].stop - box[0].start, box[1].stop - box[1].start
    where = np.where(rng.random(size) < 0.4, rng.random(size), 0).astype(np.float32)
    change = (where[..., None] * rng.normal(0, 0.3, (*size, 3))).astype(np.float32)
    behind = (0.2 * rng.random((*size, 3))).astype(np.float32) if shared else None
    return Part(box, change, where, behind)


def test_parts_come_back_from_their_file(tmp_path):
    rng = np.random.default_rng(1)
    kept = {"skin": [part(rng)], "eyes": [], "hair": [part(rng, shared=True), part(rng)]}
    parts.save(tmp_path, kept)
    found = parts.load(tmp_path)
    assert list(found) == ["skin", "hair"]
    picture = rng.random((50, 70, 3)).astype(np.float32)
    for name, each in found.items():
        for one, was in zip(each, kept[name], strict=True):
            assert one.box == was.box
            np.testing.assert_allclose(one.change, was.change, atol=1e-3)
            np.testing.assert_allclose(one.where, was.where, atol=1e-3)
        apart = paste.over(picture, each) - paste.over(picture, kept[name])
        assert np.abs(apart).max() < 2e-3


def test_parts_of_a_rectangle_are_laid_as_on_the_whole_picture():
    rng = np.random.default_rng(2)
    picture, one, outer = rng.random((50, 70, 3)).astype(np.float32), part(rng), (slice(2, 40), slice(3, 66))
    whole = paste.over(picture, [one], 0.7)
    assert (paste.over(picture[outer], [one.within(outer)], 0.7) == whole[outer]).all()
    assert (whole[one.box] != picture[one.box]).any()


def test_the_smallest_rectangle_around_some_leaves_out_empty_ones():
    assert parts.around([BOX, (slice(0, 0), slice(3, 9)), (slice(1, 6), slice(50, 70))]) == (slice(1, 37), slice(8, 70))
    assert parts.around([]) == (slice(0, 1), slice(0, 1))


def test_one_matte_for_each_name_and_the_edit_is_as_sure_of_it():
    rng = np.random.default_rng(3)
    skin = paste.Placed(
        BOX, np.full((32, 53, 2), 0.5, np.float32), np.ones((32, 53, 2), np.float32), np.full((32, 53), 0.5)
    )
    beside = part(rng, (slice(30, 45), slice(0, 20)))
    found = paste.placed(skin, {"eyes": [], "hair": [beside]})
    assert found.box == (slice(5, 45), slice(0, 61))
    assert found.mattes.shape == (40, 61, 4)
    assert not found.mattes[..., 2].any()
    there = parts.within(beside.box, found.box)
    where = beside.where.astype(np.float16)
    assert (found.mattes[(*there, 3)] == where).all()
    assert (found.confidence[there] >= where).all()
    assert (found.confidence[parts.within(BOX, found.box)] >= 0.5).all()
