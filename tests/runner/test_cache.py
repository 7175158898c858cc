"""What was made before comes back whole or not at all."""

from pathlib import Path

from secondunit.runner.cache import Cache


def stored(tmp_path: Path) -> tuple[Cache, Path]:
    """A cache with one entry of one file."""
    cache = Cache(tmp_path / "cache", 1 << 30)
    entry = cache.entry("picture", "abc") / "1030"
    cache.store(
        entry, lambda folder: (folder / "comp.exr").write_bytes(b"thirty bytes of a finished frame") and None, {}
    )
    assert cache.find(entry)
    return cache, entry


def test_a_changed_byte_is_noticed_though_the_size_is_the_same(tmp_path: Path) -> None:
    """A version's frames are the cache's own files: damage there must not come back as a new version's frame."""
    cache, entry = stored(tmp_path)
    file = entry / "comp.exr"
    file.write_bytes(file.read_bytes().replace(b"finished", b"fjnished"))
    assert not cache.find(entry)
    assert not entry.exists()
    cache.close()


def test_a_missing_and_an_added_file_are_noticed(tmp_path: Path) -> None:
    cache, entry = stored(tmp_path)
    (entry / "stray").write_text("")
    assert not cache.find(entry)
    cache.close()
    cache, entry = stored(tmp_path)
    (entry / "comp.exr").unlink()
    assert not cache.find(entry)
    cache.close()
