"""Dust settles on what has moved, and a shot that ends with its event has nothing to settle on."""

from types import SimpleNamespace

import numpy as np
import pytest

from secondunit.runner.local import run_tool
from secondunit.schema import InputError
from secondunit.tools.collapse.fall import coat


def moved(speeds: list[float]) -> SimpleNamespace:
    velocity = np.zeros((len(speeds), 2, 3), np.float32)
    velocity[:, 1, 2] = speeds
    return SimpleNamespace(time_s=np.arange(len(speeds)) / 24.0, velocity_mps=velocity)


def test_dust_grows_only_while_a_piece_moves() -> None:
    grown = coat(moved([0.0, -4.0, -4.0, 0.0, 0.0]))
    assert not grown[:, 0].any()
    assert grown[0, 1] == 0.0 < grown[1, 1] < grown[2, 1] == grown[4, 1] < 1.0


def test_a_shot_that_ends_with_its_event_has_one_clean_state() -> None:
    assert coat(moved([0.0])).shape == (1, 2)
    assert not coat(moved([0.0])).any()


def test_a_device_that_is_not_there_is_refused_in_a_sentence(tmp_path) -> None:
    with pytest.raises(InputError, match="cuda:7 is not on this machine"):
        run_tool(None, None, staging=tmp_path, production=tmp_path, device="cuda:7", console=None)  # type: ignore[arg-type]
