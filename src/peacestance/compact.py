"""Fine-tuned weights as four-bit differences from the pretrained ones.

Fine-tuning moves a matrix little, so the difference bears coarse rounding (Liu et al., "BitDelta", NeurIPS 2024, with
one bit a weight). Here a weight has four bits: sixteen evenly spaced values, symmetric about zero, with one scale a
row. Vectors, and weights that the encoder has not, are kept as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

CODES, SCALE, VALUES = ".codes", ".scale", ".values"
_LEVELS = 16
_REACH = np.arange(0.3, 1.01, 0.1)
"""Shares of a row's largest difference that the outermost value may stand for; the best is taken, row by row."""


def pack(weights: Mapping[str, np.ndarray], base: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What is needed to get `weights` from `base`, about half a byte a weight; equal tensors need nothing."""
    packed: dict[str, np.ndarray] = {}
    for name, new in weights.items():
        old = base.get(name)
        if old is None or (new.ndim != 2 and not np.array_equal(new, old)):
            packed[name + VALUES] = np.ascontiguousarray(new, dtype=np.float32)
        elif not np.array_equal(new, old):
            codes, scale = _round(new.astype(np.float32) - old)
            flat = np.append(codes.ravel(), np.zeros(codes.size % 2, np.uint8))
            packed[name + CODES], packed[name + SCALE] = flat[::2] << 4 | flat[1::2], scale
    return packed


def _round(difference: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Codes from 0 to 15 of shape (rows, columns), and the scale of each row as float16 of shape (rows, 1)."""
    largest = np.abs(difference).max(axis=1, keepdims=True)
    least = np.full_like(largest, np.inf)
    codes, scales = np.zeros(difference.shape, np.uint8), np.ones(largest.shape, np.float16)
    for reach in _REACH:
        scale = (largest * reach / ((_LEVELS - 1) / 2)).astype(np.float16)
        scale[scale == 0] = np.finfo(np.float16).tiny
        own = np.clip(np.floor(difference / scale) + _LEVELS / 2, 0, _LEVELS - 1).astype(np.uint8)
        fault = ((_values(own, scale) - difference) ** 2).sum(axis=1, keepdims=True)
        better = fault < least
        least, scales = np.where(better, fault, least), np.where(better, scale, scales)
        codes = np.where(better, own, codes)
    return codes, scales


def _values(codes: np.ndarray, scale: np.ndarray) -> np.ndarray:
    return np.asarray((codes - np.float32((_LEVELS - 1) / 2)) * scale.astype(np.float32))


def unpack(packed: Mapping[str, np.ndarray], base: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The weights that `pack` was given, up to rounding.

    Raises:
        KeyError, ValueError: the packed tensors do not belong to this encoder.
    """
    weights = dict(base)
    for key, tensor in packed.items():
        name, _, part = key.rpartition(".")
        if "." + part == VALUES:
            weights[name] = tensor
        elif "." + part == CODES:
            old = base[name]
            codes = np.stack([tensor >> 4, tensor & 15], axis=1).ravel()[: old.size].reshape(old.shape)
            weights[name] = (old + _values(codes, packed[name + SCALE])).astype(np.float32)
    return weights


def encoder_weights(model: Any) -> dict[str, np.ndarray]:
    """The weights of a transformers model without its head, under their names in the whole model."""
    prefix = model.base_model_prefix + "."
    return {name: tensor.cpu().numpy() for name, tensor in model.state_dict().items() if name.startswith(prefix)}


def packed_weights(model: Any, base: Any) -> dict[str, np.ndarray]:
    """Round a model's weights in place to differences from those of `base`, which is alike but not trained.

    Returns:
        The differences, as `load_packed` takes them.
    """
    packed = pack({name: t.cpu().numpy() for name, t in model.state_dict().items()}, encoder_weights(base))
    load_packed(model, packed, encoder_weights(base))
    return packed


def load_packed(model: Any, packed: Mapping[str, np.ndarray], base: Mapping[str, np.ndarray]) -> None:
    """Give a model the weights that `packed` makes of the encoder's."""
    import torch

    model.load_state_dict({name: torch.from_numpy(array) for name, array in unpack(packed, base).items()})
