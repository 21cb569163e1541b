"""What a start from a trained checkpoint is worth where few statements of a new conflict are labelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path

import numpy as np
from sklearn.model_selection import GroupKFold

from peacestance.checkpoints import load_checkpoint, read_card
from peacestance.dataset import labelled, write_dataset
from peacestance.measured import Run
from peacestance.modeling import ModelConfig, StanceModel
from peacestance.schema import InputError, Statement
from peacestance.training import DataConfig, TrainConfig, TrainerConfig


@dataclass
class FewLabelsConfig:
    """What is measured.

    Attributes:
        dataset: a dataset whose `split` the checkpoint was not trained on.
        split: its split of conflicts that training has not seen.
        init: the checkpoint.
        numbers: labelled statements to go on with.
        folds: parts of the split's articles; each is scored after training on statements of the others.
        seeds: of the folds, the draw of statements and the training.
        trainer: how both are trained, from the checkpoint and from its encoder alone.
        gentle: the peak rate from the checkpoint, in place of the trainer's: what it knows should last.
        workers: trainings at a time.
        output: folder of datasets and finished points.
    """

    dataset: str = "outputs/real"
    split: str = "test_unseen_conflict"
    init: str = "models/default"
    numbers: list[int] = field(default_factory=lambda: [50, 100, 200])
    folds: int = 2
    seeds: list[int] = field(default_factory=lambda: [1, 2, 3])
    trainer: TrainerConfig = field(default_factory=TrainerConfig)
    gentle: float = 3e-5
    workers: int = 2
    output: str = "outputs/few_labels"

    def __post_init__(self) -> None:
        if self.folds < 2 or not self.numbers or min(self.numbers) < 1:
            raise InputError(f"folds={self.folds}, numbers={self.numbers}", remedy="two folds or more; numbers above 0")


def few_label_runs(config: FewLabelsConfig, folder: Path) -> tuple[list[Run], dict[str, list[Statement]]]:
    """Write the drawn statements as datasets in `folder`; returns the runs, and the folds that they are scored on.

    Statements are drawn article by article, as a user would label them.

    Raises:
        InputError: the split is missing, or has too few articles or statements.
    """
    statements = labelled(config.dataset, config.split)
    articles = np.array([s.article_id for s in statements])
    if len(set(articles)) < config.folds:
        raise InputError(
            f"{config.folds} folds of {len(set(articles))} articles", path=config.dataset, remedy="fewer folds"
        )
    runs: list[Run] = []
    sets: dict[str, list[Statement]] = {}
    for seed in config.seeds:
        parts = GroupKFold(config.folds, shuffle=True, random_state=seed).split(articles, groups=articles)
        for fold, (others, own) in enumerate(parts):
            name = f"seed {seed}, fold {fold}"
            sets[name] = [statements[i] for i in own]
            drawn = _by_article([statements[i] for i in others], seed)
            for number in config.numbers:
                if number > len(drawn):
                    raise InputError(f"{number} statements to train on, but the folds have {len(drawn)}")
                write_dataset({"train": drawn[:number]}, config.split, folder / f"{name}, {number}")
            runs += _runs(config, folder, name, seed)
    return runs, sets


def _by_article(statements: Sequence[Statement], seed: int) -> list[Statement]:
    names = sorted({s.article_id for s in statements})
    order = {names[i]: n for n, i in enumerate(np.random.default_rng(seed).permutation(len(names)))}
    return sorted(statements, key=lambda s: order[s.article_id])


def _runs(config: FewLabelsConfig, folder: Path, name: str, seed: int) -> list[Run]:
    def data(number: int) -> DataConfig:
        return DataConfig(str(folder / f"{name}, {number}"), validation="")

    card = read_card(config.init)
    model = ModelConfig(encoder=card.encoder, max_length=card.max_length)
    base = TrainConfig(model, data(config.numbers[0]), config.trainer, seed=seed)
    start = Path(config.init).name
    runs = [Run(f"{start} as it is", replace(base, init=config.init), (name,), fit_nothing, trained=False)]
    gentle = replace(config.trainer, learning_rate=config.gentle)
    for number, init in product(config.numbers, (config.init, "")):
        own = f"{number}, from {start if init else 'the encoder'}"
        trainer = gentle if init else config.trainer
        runs.append(Run(own, replace(base, init=init, data=data(number), trainer=trainer), (name,)))
    return runs


def fit_nothing(config: TrainConfig, _: Sequence[Statement]) -> StanceModel:
    """The checkpoint as it is."""
    return load_checkpoint(config.init, source=config.model)[0]
