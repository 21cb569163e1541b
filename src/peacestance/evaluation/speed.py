"""Speed and memory of training on a CPU, beside the plain recipe of transformers' text-classification example."""

from __future__ import annotations

import multiprocessing
import resource
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from itertools import product
from typing import Any

import numpy as np

from peacestance.checkpoints import load_checkpoint
from peacestance.dataset import labelled
from peacestance.encoders import ENCODERS, training_flops
from peacestance.measured import score
from peacestance.modeling import ModelConfig, StanceModel, TransformerModel
from peacestance.schema import LABEL2ID, Statement
from peacestance.training import DataConfig, TrainConfig, TrainerConfig, draw_articles, train

PADDED = 128
"""Tokens to which the plain recipe pads every input."""
RECIPES = ("ours", "plain")


@dataclass
class SpeedConfig:
    """What is measured.

    Attributes:
        dataset: a built dataset.
        fraction: share of its training articles.
        trainer: how ours is trained; epochs, batch size and threads are the plain recipe's too.
        seeds: of the draw of articles and the training.
        output: folder of the run.
    """

    dataset: str = "outputs/run/dataset"
    fraction: float = 1.0
    trainer: TrainerConfig = field(default_factory=TrainerConfig)
    seeds: list[int] = field(default_factory=lambda: [1, 2, 3])
    output: str = "outputs/speed"


@dataclass(frozen=True)
class Timed:
    """One training: statements and tokens (padding with them) that went through it a second, and its process' memory.

    `share` is of the floating-point operations a second that this machine's matrix multiplication reached.
    """

    recipe: str
    seed: int
    seconds: float
    statements_per_second: float
    peak_mib: int
    share: float
    macro_f1: float


def measure_speed(config: SpeedConfig) -> list[Timed]:
    """Train both recipes with every seed, one after another, each in a process of its own.

    Raises:
        InputError: the dataset or the encoder is missing.
    """
    found = []
    for seed, recipe in product(config.seeds, RECIPES):
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            found.append(pool.submit(_measure, config, recipe, seed).result())
    return found


def _measure(config: SpeedConfig, recipe: str, seed: int) -> Timed:
    import torch

    if config.trainer.threads:
        torch.set_num_threads(config.trainer.threads)
    peak = matmul_peak()
    statements = draw_articles(labelled(config.dataset, "train"), config.fraction, seed)
    with tempfile.TemporaryDirectory(prefix="speed.") as folder:
        data = DataConfig(config.dataset, validation="", fraction=config.fraction)
        run = TrainConfig(data=data, trainer=config.trainer, seed=seed)
        model: StanceModel
        if recipe == "ours":
            seconds = train(run, folder).seconds
            model, _ = load_checkpoint(folder)
            lengths = [len(item["input_ids"]) for item in TransformerModel.from_encoder(run.model).encode(statements)]
        else:
            model, seconds = fit_plain(run, statements, folder)
            lengths = [PADDED] * len(statements)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    quality = score(model, labelled(config.dataset, "validation"), config.trainer.eval_batch_size)["macro_f1"]
    shape = ENCODERS[ModelConfig().encoder].shape
    work = config.trainer.epochs * sum(training_flops(shape, config.trainer.batch_size, length) for length in lengths)
    rate = config.trainer.epochs * len(statements) / seconds
    return Timed(recipe, seed, round(seconds, 1), rate, memory, work / seconds / peak, quality)


def matmul_peak(size: int = 1024, times: int = 20) -> float:
    """Floating-point operations a second of a float32 matrix multiplication, the best of several."""
    import torch

    left, right = torch.randn(size, size), torch.randn(size, size)
    best = np.inf
    for _ in range(times):
        started = time.perf_counter()
        torch.mm(left, right)
        best = min(best, time.perf_counter() - started)
    return float(2 * size**3 / best)


def fit_plain(config: TrainConfig, statements: Sequence[Statement], folder: str) -> tuple[TransformerModel, float]:
    """Fine-tune as `run_classification.py` of transformers' examples does by default; also the seconds it took.

    Every input is padded to the same length, all weights are trained, dropout is the encoder's.
    """
    import datasets
    import transformers

    transformers.set_seed(config.seed)
    started = time.perf_counter()
    model = TransformerModel.from_encoder(ModelConfig(max_length=PADDED))
    items = [
        model.tokenizer.pad(item, padding="max_length", max_length=PADDED) | {"labels": LABEL2ID[s.stance or ""]}
        for item, s in zip(model.encode(statements), statements, strict=True)
    ]
    options = config.trainer
    arguments = transformers.TrainingArguments(
        output_dir=folder, num_train_epochs=options.epochs, max_steps=options.max_steps, learning_rate=5e-5,
        per_device_train_batch_size=options.batch_size, save_strategy="no", report_to="none", seed=config.seed,
        dataloader_pin_memory=False,
    )  # fmt: skip
    transformers.Trainer(
        model.model, arguments, train_dataset=datasets.Dataset.from_list(list(map(dict, items)))
    ).train()
    return model, time.perf_counter() - started


def speed_rows(timed: Sequence[Timed]) -> list[dict[str, Any]]:
    """Mean and standard deviation of every figure of each recipe."""
    rows = []
    for recipe in RECIPES:
        own = [asdict(t) for t in timed if t.recipe == recipe]
        figures = [name for name in own[0] if name not in ("recipe", "seed")]
        mean = {name: float(np.mean([row[name] for row in own])) for name in figures}
        spread = {name: float(np.std([row[name] for row in own], ddof=1)) if len(own) > 1 else 0.0 for name in figures}
        rows.append({"recipe": recipe, "runs": len(own), "mean": mean, "spread": spread})
    return rows
