"""Typed configs: composed YAML is merged onto the dataclasses, so that a misspelt key or a wrong value is an error.

Hydra accepts `+trainer.learning_rat=1` and ignores it; merging the composed config onto the schema does not.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

from omegaconf import MISSING, DictConfig, OmegaConf
from omegaconf.errors import MissingMandatoryValue, OmegaConfBaseException

from peacestance.schema import InputError

T = TypeVar("T")


@dataclass
class EvaluateConfig:
    """What is evaluated.

    Attributes:
        checkpoint: checkpoint folders.
        dataset: a built dataset; the one that the checkpoint was trained on where left out.
        split: the dataset's splits to score; `none` for no split.
        statements: files of labelled statements or annotated articles to score as well.
        baselines: whether majority and TF-IDF, trained on the dataset's training split, stand beside the checkpoint.
        behaviour: folder of behaviour tests; none where empty.
        end_to_end: whether statements are also extracted and classified from the articles' text, where it is at hand.
        tagger: a tagger's folder, to help find statements in the text; rules alone where empty.
        probes: whether the checkpoint also labels parts of its input, to show shortcuts.
        batch_size: statements a batch.
        output: folder of the report.
    """

    checkpoint: list[str] = field(default_factory=lambda: ["models/default"])
    dataset: str | None = None
    split: list[str] = field(default_factory=lambda: ["test"])
    statements: list[str] = field(default_factory=list)
    baselines: bool = True
    behaviour: str = "data/behaviour"
    end_to_end: bool = True
    tagger: str = "models/tagger"
    probes: bool = True
    batch_size: int = 64
    output: str = "outputs/evaluation"

    def __post_init__(self) -> None:
        if self.batch_size < 1:
            raise InputError(f"batch_size={self.batch_size} must be above 0")
        if not self.checkpoint:
            raise InputError("no checkpoint", remedy="checkpoint=DIR")


@dataclass
class PredictConfig:
    """What is predicted.

    Attributes:
        checkpoint: a checkpoint folder.
        tagger: a tagger's folder, to help find statements in articles; rules alone where empty.
        input: .txt or .html (one article), a folder of them, articles .jsonl, or statements .jsonl.
        output: the JSONL file of predictions.
        batch_size: statements a batch.
        abstain: whether unsure labels are marked and do not count toward a speaker's stance.
    """

    input: str = MISSING
    output: str = MISSING
    checkpoint: str = "models/default"
    tagger: str = "models/tagger"
    batch_size: int = 32
    abstain: bool = False

    def __post_init__(self) -> None:
        if self.batch_size < 1:
            raise InputError(f"batch_size={self.batch_size} must be above 0")


_LISTS = ("checkpoint", "split", "statements", "files", "attributions")


def to_config(schema: type[T], composed: DictConfig | dict[str, Any]) -> T:
    """Merge a composed config onto its dataclass and check it.

    A comma-separated string stands for a list where the schema wants one (`checkpoint=a,b` without quotes is a sweep to
    Hydra, so `'checkpoint="a,b"'` or `checkpoint=[a,b]` is written).

    Raises:
        InputError: names the key that is unknown, or the value that is impossible.
    """
    try:
        values = OmegaConf.to_container(OmegaConf.create(composed), resolve=True, throw_on_missing=False)
        assert isinstance(values, dict)
        base = OmegaConf.structured(schema)
        for name in _LISTS:
            if isinstance(values.get(name), str) and OmegaConf.is_list(base.get(name)):
                values[name] = [] if values[name] == "none" else [part for part in values[name].split(",") if part]
        merged = OmegaConf.merge(base, values)
        result = OmegaConf.to_object(merged)
    except InputError:
        raise
    except MissingMandatoryValue as error:
        raise InputError(f"{error.full_key} is missing", remedy=f"{error.full_key}=VALUE") from None
    except OmegaConfBaseException as error:
        cause = error.__cause__ or error.__context__
        if isinstance(cause, InputError):
            raise cause from None
        key = getattr(error, "full_key", None) or ""
        what = str(error).splitlines()[0]
        raise InputError(f"config key {key!r}: {what}" if key else what, remedy="see conf/ for the keys") from None
    assert isinstance(result, schema)
    return result


def run_folder() -> str:
    """The folder of the Hydra run that calls this, relative to the working directory where it lies inside."""
    from hydra.core.hydra_config import HydraConfig

    folder = Path(HydraConfig.get().runtime.output_dir)
    return str(folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder)


def script(config: str) -> Callable[[Callable[[DictConfig], T]], Callable[[], T]]:
    """Make a function the entry of the script in which it stands: it gets `conf/CONFIG.yaml` as composed by Hydra.

    An `InputError` ends the script with one line.
    """
    import hydra

    def entry(main: Callable[[DictConfig], T]) -> Callable[[], T]:
        folder = Path(main.__code__.co_filename).resolve().parent
        # scripts/evaluate.py must not stand in for the package of that name
        sys.path = [path for path in sys.path if Path(path).resolve() != folder]

        @wraps(main)
        def run(composed: DictConfig) -> T:
            try:
                return main(composed)
            except InputError as error:
                sys.exit(f"error: {error}")

        decorate: Any = hydra.main(version_base="1.3", config_path=str(folder.parent / "conf"), config_name=config)
        decorated: Callable[[], T] = decorate(run)
        return decorated

    return entry
