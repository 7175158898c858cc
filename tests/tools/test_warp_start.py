"""Warp starts without a word where there is no graphics card, and never without an error that it has."""

import os

import pytest
import warp

from secondunit.tools.collapse import kernels
from secondunit.tools.warp_start import NO_CARD, start_warp

ERROR = "Warp CUDA error: Failed to get function cuGetProcAddress"


def says(*lines):
    def init():
        os.write(2, "".join(f"{line}\n" for line in lines).encode())

    return init


def test_that_there_is_no_card_is_not_said_and_errors_are(monkeypatch, capfd):
    monkeypatch.setattr(warp, "init", says(NO_CARD, ERROR))
    start_warp()
    assert capfd.readouterr().err == f"{ERROR}\n"


def test_everything_is_said_when_warp_does_not_start(monkeypatch, capfd):
    def init():
        says(ERROR)()
        raise RuntimeError("no runtime")

    monkeypatch.setattr(warp, "init", init)
    with pytest.raises(RuntimeError, match="no runtime"):
        start_warp()
    assert capfd.readouterr().err == f"{ERROR}\n"


def test_kernels_are_compiled_without_the_remark(monkeypatch, capfd):
    monkeypatch.setattr(warp, "init", says(NO_CARD))
    monkeypatch.setattr(kernels, "modules", tuple)
    assert kernels.compile_all("cpu") == 0
    assert capfd.readouterr().err == ""
