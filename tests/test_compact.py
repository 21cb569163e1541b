"""Weights as four-bit differences: small, near to what they were, and exact where nothing is to be rounded."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from peacestance.compact import pack, unpack

MATRICES = arrays.arrays(
    np.float32, st.tuples(st.integers(1, 5), st.integers(1, 9)), elements=st.floats(-1, 1, width=32)
)


@settings(max_examples=200, deadline=None)
@given(MATRICES, st.integers(0, 2**32 - 1))
def test_a_weight_comes_back_within_its_rows_range(base: np.ndarray, seed: int) -> None:
    moved = np.random.default_rng(seed).normal(scale=0.01, size=base.shape).astype(np.float32)
    restored = unpack(pack({"w": base + moved}, {"w": base}), {"w": base})["w"]
    # half a step of the widest grid, a fifteenth of the range, for each row; squared errors are summed over the row
    step = np.abs(moved).max(axis=1) * 2 / 15
    errors = ((restored - base - moved) ** 2).mean(axis=1) ** 0.5
    assert restored.dtype == np.float32 and (errors <= step * 0.51 + 1e-6).all()


def test_only_what_changed_is_kept_and_vectors_are_exact() -> None:
    rng = np.random.default_rng(0)
    base = {"same": rng.normal(size=(8, 8)), "matrix": rng.normal(size=(64, 64)), "vector": rng.normal(size=8)}
    base = {name: array.astype(np.float32) for name, array in base.items()}
    new = base | {"matrix": base["matrix"] + 0.01, "vector": base["vector"] + 1, "head": np.ones((5, 8), np.float32)}
    packed = pack(new, base)
    assert {name.split(".")[0] for name in packed} == {"matrix", "vector", "head"}
    assert sum(array.nbytes for array in packed.values() if array.dtype == np.uint8) == 64 * 64 / 2
    restored = unpack(packed, base)
    assert restored.keys() == new.keys()
    assert all((restored[name] == new[name]).all() for name in ("same", "vector", "head"))
