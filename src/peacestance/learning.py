"""What the data teaches: scores by share of the real training articles, by layer, and by model, over several seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path

from peacestance.corpus import CorpusConfig, CorpusName
from peacestance.dataset import BuildConfig, build_dataset, labelled, read_manifest
from peacestance.evaluation.run import read_labelled
from peacestance.measured import Run
from peacestance.modeling import ModelConfig, ModelKind
from peacestance.schema import InputError, Statement
from peacestance.splits import SplitConfig
from peacestance.training import DataConfig, TrainConfig, TrainerConfig


@dataclass
class Setting:
    """One point: a corpus, the share of its training articles, and the epochs (more where there is less)."""

    corpus: CorpusName = CorpusName.embedded
    fraction: float = 1.0
    epochs: float = 4.0


@dataclass
class LearningConfig:
    """What is measured.

    Attributes:
        corpus: where both layers are; each setting takes its own of them.
        splits: how articles are divided.
        trainer: how MiniLM is trained; epochs are the setting's.
        settings: the points; all are scored on the held-out splits of the first one's corpus.
        seeds: seeds of the draw of articles and of the training.
        statements: files of labelled statements or annotated articles to score on as well.
        workers: trainings at a time, each with `trainer.threads` threads (one where 0).
        output: folder of datasets, checkpoints and finished points.
    """

    corpus: CorpusConfig = field(default_factory=CorpusConfig)
    splits: SplitConfig = field(default_factory=SplitConfig)
    trainer: TrainerConfig = field(default_factory=TrainerConfig)
    settings: list[Setting] = field(default_factory=lambda: [Setting()])
    seeds: list[int] = field(default_factory=lambda: [1, 2, 3])
    statements: list[str] = field(default_factory=list)
    workers: int = 2
    output: str = "outputs/learning"


def held_out(folder: str, files: Sequence[str]) -> dict[str, list[Statement]]:
    """The labelled statements of a dataset's splits but the training one, and of files.

    Raises:
        InputError: the dataset or a file is missing or malformed, or two have one name.
    """
    sets = {split: labelled(folder, split) for split in read_manifest(folder).splits if split != "train"}
    for path in files:
        if Path(path).stem in sets:
            raise InputError(f"a set {Path(path).stem!r} is there already", path=path, remedy="rename the file")
        sets[Path(path).stem] = read_labelled(path)
    return sets


def learning_runs(config: LearningConfig, folder: Path) -> tuple[list[Run], dict[str, list[Statement]]]:
    """Build each corpus of the settings in `folder`; returns MiniLM and TF-IDF at every setting with every seed.

    The sets to score on come with them. Epochs are fixed, so that no set chooses a checkpoint.
    """
    datasets: dict[CorpusName, str] = {}
    for corpus in dict.fromkeys(setting.corpus for setting in config.settings):
        datasets[corpus] = str(folder / corpus.value)
        build_dataset(BuildConfig(replace(config.corpus, name=corpus), splits=config.splits), datasets[corpus])
    runs = []
    for kind, setting, seed in product((ModelKind.tfidf, ModelKind.transformer), config.settings, config.seeds):
        model = ModelConfig(kind=kind)
        data = DataConfig(datasets[setting.corpus], validation="", fraction=setting.fraction)
        name = "tfidf" if kind is ModelKind.tfidf else model.encoder
        trainer = replace(config.trainer, epochs=setting.epochs)
        run = TrainConfig(model, data, trainer, seed=seed)
        runs.append(Run(f"{name}, {setting.corpus.value}, {setting.fraction:.0%}", run))
    return runs, held_out(next(iter(datasets.values())), config.statements)
