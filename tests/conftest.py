"""Shared fixtures: a dataset of the embedded layer and checkpoints trained for a moment, made once a session."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from peacestance.corpus import CorpusConfig
from peacestance.dataset import BuildConfig, build_dataset
from peacestance.modeling import ModelConfig, ModelKind
from peacestance.training import DataConfig, TrainConfig, TrainerConfig, train

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def _in_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The embedded layer, built."""
    folder = tmp_path_factory.mktemp("dataset") / "embedded"
    config = CorpusConfig(embedded=str(ROOT / "data/embedded"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        build_dataset(BuildConfig(corpus=config), folder)
    return folder


@pytest.fixture(scope="session")
def checkpoint(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default model after a few steps."""
    folder = tmp_path_factory.mktemp("checkpoint") / "minilm"
    trainer = TrainerConfig(epochs=1, max_steps=4, batch_size=8)
    train(TrainConfig(data=DataConfig(path=str(dataset)), trainer=trainer), folder)
    return folder


@pytest.fixture(scope="session")
def adapter(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An adapter over the default encoder after a few steps, at a rate at which they matter."""
    folder = tmp_path_factory.mktemp("checkpoint") / "adapter"
    trainer = TrainerConfig(epochs=1, max_steps=4, batch_size=8, learning_rate=5e-3)
    train(TrainConfig(ModelConfig(adapter_rank=4), DataConfig(path=str(dataset)), trainer), folder)
    return folder


@pytest.fixture(scope="session")
def compact(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All weights trained for a few steps at a rate at which they matter, kept as differences from the encoder."""
    folder = tmp_path_factory.mktemp("checkpoint") / "compact"
    trainer = TrainerConfig(epochs=1, max_steps=4, batch_size=8, learning_rate=1e-3)
    train(TrainConfig(ModelConfig(compact=True), DataConfig(path=str(dataset)), trainer), folder)
    return folder


@pytest.fixture(scope="session")
def tfidf(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The linear baseline."""
    folder = tmp_path_factory.mktemp("checkpoint") / "tfidf"
    train(TrainConfig(model=ModelConfig(kind=ModelKind.tfidf), data=DataConfig(path=str(dataset))), folder)
    return folder


@pytest.fixture(scope="session")
def mirror() -> Path:
    """A local copy of the real layer's source; tests that need it are skipped where there is none."""
    folder = os.environ.get("PEACESTANCE_MIRROR")
    if not folder:
        pytest.skip("needs the published articles' text: set PEACESTANCE_MIRROR to a copy of their source")
    return (ROOT / folder).resolve()
