"""Building the dataset: statements of annotated articles, split by article, as Parquet with card and manifest."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Any

import datasets
import yaml
from tqdm import tqdm

from peacestance.articles import furniture
from peacestance.corpus import Corpus, CorpusConfig, read_corpus, read_transfer_set
from peacestance.corpus.annotated import annotated_from_row, annotated_to_row
from peacestance.corpus.sources import read_sources
from peacestance.extraction import StatementExtractor, statement_at
from peacestance.files import atomic_folder, read_jsonl, read_text, write_json, write_jsonl, write_text
from peacestance.matching import match_contents
from peacestance.provenance import record
from peacestance.schema import LABELS, AnnotatedArticle, Article, InputError, Prediction, Statement
from peacestance.splits import SPLITS, SplitConfig, check_splits, split_articles

UNLABELLED = "unlabelled"
CHANGELOG = Path("data/CHANGELOG.md")

_SPAN = datasets.List(datasets.Value("int32"))
_TEXT = datasets.Value("string")
FEATURES = datasets.Features(
    {
        **dict.fromkeys(("id", "article_id", "speaker", "speaker_mention", "cue", "statement"), _TEXT),
        "spans": datasets.List(_SPAN),
        "speaker_span": _SPAN,
        "cue_span": _SPAN,
        **dict.fromkeys(("kind", "context", "title", "stance"), _TEXT),
        "rule": datasets.Value("int32"),
        "votes": datasets.List(_TEXT),
        **dict.fromkeys(("layer", "conflict", "outlet", "genre", "published"), _TEXT),
    }
)


class Spans(Enum):
    """Whose spans the statements have: the annotators', or the extractor's with the annotators' labels joined."""

    gold = "gold"
    extracted = "extracted"


@dataclass
class ExtractorConfig:
    """How statements are found in annotated articles (in others they are always extracted).

    Attributes:
        spans: `gold` takes the annotated spans; `extracted` takes extracted ones that overlap an annotated one.
        overlap: smallest share of words in common that joins an extracted statement with an annotated one.
        tagger: a tagger's folder, to help find statements; rules alone where empty.
    """

    spans: Spans = Spans.gold
    overlap: float = 0.5
    tagger: str = "models/tagger"

    def __post_init__(self) -> None:
        if not 0 < self.overlap <= 1:
            raise InputError(f"extractor.overlap={self.overlap} is no share", remedy="above 0, up to 1")


@dataclass
class BuildConfig:
    """Everything that decides a dataset."""

    corpus: CorpusConfig = field(default_factory=CorpusConfig)
    extractor: ExtractorConfig = field(default_factory=ExtractorConfig)
    splits: SplitConfig = field(default_factory=SplitConfig)
    output: str = "outputs/dataset"


@dataclass(frozen=True)
class Manifest:
    """What a dataset holds; `splits` and `left_out` as in `manifest.json`."""

    version: str
    articles: int
    statements: int
    labels: dict[str, int]
    splits: dict[str, dict[str, Any]]
    left_out: dict[str, int]
    content_hash: str


def corpus_version(changelog: Path = CHANGELOG) -> str:
    """The version in the changelog's first `## ` heading."""
    match = re.search(r"^## (\S+)", read_text(changelog), re.MULTILINE)
    if match is None:
        raise InputError("no version heading", path=changelog, remedy="begin a section with ## VERSION")
    return match.group(1)


def gold_statements(annotated: AnnotatedArticle) -> list[dict[str, Any]]:
    """The annotated statements of an article as rows of the dataset."""
    rows = []
    for number, a in enumerate(annotated.annotations):
        found = statement_at(annotated.article, number, a.speaker, a.content, a.mention, a.cue, a.kind)
        rows.append(_row(annotated, replace(found, stance=a.stance), a.rule, sorted(a.votes.values())))
    return rows


def _row(annotated: AnnotatedArticle, statement: Statement, rule: int | None, votes: list[str]) -> dict[str, Any]:
    article = annotated.article
    facts = {"layer": annotated.layer, "conflict": annotated.conflict, "genre": annotated.genre}
    return statement.to_row() | {"rule": rule, "votes": votes} | facts | {
        "outlet": article.outlet, "published": article.published,
    }  # fmt: skip


def _extracted_rows(
    annotated: AnnotatedArticle, statements: list[Statement], overlap: float, left_out: list[tuple[str, str]]
) -> list[dict[str, Any]]:
    """Extracted statements with the labels of the annotated ones that they overlap."""
    gold = annotated.annotations
    matches = match_contents(annotated.article.text, [a.content for a in gold], [s.spans for s in statements], overlap)
    of_found = {j: i for i, j, _ in matches}
    rows = []
    for j, statement in enumerate(statements):
        if j in of_found:
            a = gold[of_found[j]]
            rows.append(_row(annotated, replace(statement, stance=a.stance), a.rule, sorted(a.votes.values())))
        else:
            left_out.append((statement.id, "extracted statement without an annotation"))
    missed = set(range(len(gold))) - set(of_found.values())
    left_out += (
        (f"{annotated.article.id}-gold-{i:03d}", "annotated statement that extraction missed") for i in sorted(missed)
    )
    return rows


def _all_rows(
    articles: list[AnnotatedArticle], config: ExtractorConfig, left_out: list[tuple[str, str]]
) -> Iterator[list[dict[str, Any]]]:
    """Rows of each article, in the articles' order."""
    extract = [a for a in articles if not a.annotations or config.spans is Spans.extracted]
    found = StatementExtractor(config.tagger).extract_many([a.article for a in extract]) if extract else iter(())
    for annotated in tqdm(articles, desc="statements", unit=" articles", disable=None):
        if not annotated.annotations:
            statements = next(found)
            if not statements:
                left_out.append((annotated.article.id, "no statement found"))
            yield [_row(annotated, statement, None, []) for statement in statements]
        elif config.spans is Spans.extracted:
            yield _extracted_rows(annotated, next(found), config.overlap, left_out)
        else:
            yield gold_statements(annotated)


def _without_furniture(rows: list[dict[str, Any]], text: str, left_out: list[tuple[str, str]]) -> list[dict[str, Any]]:
    lines = furniture(text)
    kept = []
    for row in rows:
        start = row["spans"][0][0]
        if any(s <= start < e for s, e in lines):
            left_out.append((row["id"], "inside page furniture"))
        else:
            kept.append(row)
    return kept


def build_dataset(config: BuildConfig, output: str | Path, corpus: Corpus | None = None) -> Manifest:
    """Build a dataset into a folder that `datasets.load_dataset` opens as is.

    The folder appears whole or not at all; an older dataset in its place is replaced. `corpus` stands for what
    `config.corpus` names where it has been read already. A transfer set lies beside the splits.

    Raises:
        InputError: the corpus is malformed, something crosses a split, or the folder holds something else.
    """
    output = _place(output)
    corpus = corpus or read_corpus(config.corpus)
    transfer, missing = read_transfer_set(config.corpus)
    left_out = [*corpus.left_out, *missing]
    labelled = [a for a in corpus.articles if a.annotations]
    assigned, tied = split_articles(labelled, config.splits)
    check_splits(labelled, assigned, config.splits.near_copy)
    left_out += tied.items()
    _check_transfer(config.corpus, transfer, corpus, assigned)
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for annotated, found in zip(corpus.articles, _all_rows(corpus.articles, config.extractor, left_out), strict=True):
        split = assigned.get(annotated.article.id) if annotated.annotations else UNLABELLED
        if split is not None:
            rows[split] += _without_furniture(found, annotated.article.text, left_out)
    if not any(rows.values()):
        raise InputError("the articles hold no statement", path=config.corpus.path, remedy="check the input")
    manifest = _manifest(corpus_version() if config.corpus.own else "user", rows, left_out)
    held_out = {
        name: [a for a in labelled if assigned.get(a.article.id) == name] for name in manifest.splits if name != "train"
    }
    _write(output, config, rows, left_out, manifest, held_out, transfer)
    return manifest


def _check_transfer(
    config: CorpusConfig, transfer: Sequence[Prediction], corpus: Corpus, assigned: Mapping[str, str]
) -> None:
    """Teachers may speak of training articles, but of none that is held out, or left out as tied to one."""
    own = {a.article.id for a in corpus.articles} | {i for i, _ in corpus.left_out}
    for article_id in dict.fromkeys(p.statement.article_id for p in transfer):
        if article_id in own and assigned.get(article_id) != "train":
            what = f"article {article_id!r} is {assigned.get(article_id, 'left out')} and not in training"
            raise InputError(what, path=config.transfer, remedy="leave it out of the transfer set")


def write_dataset(splits: Mapping[str, Sequence[Statement]], version: str, output: str | Path) -> Manifest:
    """Write statements that come from no annotated article into a folder to train on; it has no card.

    Raises:
        InputError: the folder holds something else, or the disk is full.
    """
    output = _place(output)
    rows = {
        split: [_row(AnnotatedArticle(Article(s.article_id, s.statement), (), layer=version), s, None, []) for s in own]
        for split, own in splits.items()
    }
    manifest = _manifest(version, rows, [])
    with atomic_folder(output) as folder:
        _write_splits(folder, rows, manifest)
    return manifest


def _place(output: str | Path) -> Path:
    """The folder, if a dataset may be written there."""
    output = Path(output)
    if output.exists() and (not output.is_dir() or (any(output.iterdir()) and not _replaceable(output))):
        raise InputError("exists and is no dataset of ours", path=output, remedy="choose another output")
    return output


def _replaceable(folder: Path) -> bool:
    """An older dataset, or a run folder in which Hydra alone has written."""
    return (folder / "manifest.json").is_file() or all(map(_of_hydra, folder.iterdir()))


def _of_hydra(path: Path) -> bool:
    return path.name == ".hydra" or path.suffix == ".log"


def _manifest(version: str, rows: dict[str, list[dict[str, Any]]], left_out: list[tuple[str, str]]) -> Manifest:
    everything = [(split, row) for split in (*SPLITS, UNLABELLED) for row in rows.get(split, [])]
    digest = hashlib.sha256()
    for split, row in everything:
        digest.update(json.dumps([split, row], sort_keys=True, ensure_ascii=False).encode())

    def labels(of: Iterable[dict[str, Any]]) -> dict[str, int]:
        count = Counter(row["stance"] for row in of)
        return {label: count[label] for label in LABELS}

    return Manifest(
        version=version,
        articles=len({row["article_id"] for _, row in everything}),
        statements=len(everything),
        labels=labels(row for _, row in everything),
        splits={
            split: {
                "articles": len({row["article_id"] for row in rows[split]}),
                "statements": len(rows[split]),
                "labels": labels(rows[split]),
            }
            for split in (*SPLITS, UNLABELLED)
            if rows.get(split)
        },
        left_out=dict(Counter(reason for _, reason in left_out).most_common()),
        content_hash=digest.hexdigest(),
    )


def _write(
    output: Path, config: BuildConfig, rows: dict[str, list[dict[str, Any]]], left_out: list[tuple[str, str]],
    manifest: Manifest, held_out: dict[str, list[AnnotatedArticle]], transfer: list[Prediction],
) -> None:  # fmt: skip
    with atomic_folder(output, _of_hydra) as folder:
        _write_splits(folder, rows, manifest)
        # whole articles, so that evaluation can start from raw text
        for split, articles in held_out.items():
            write_jsonl(folder / "articles" / f"{split}.jsonl", map(annotated_to_row, articles))
        if config.corpus.transfer:
            write_jsonl(folder / "transfer.jsonl", (prediction.to_row() for prediction in transfer))
        write_jsonl(folder / "left_out.jsonl", ({"id": i, "reason": reason} for i, reason in left_out))
        write_json(folder / "run.json", record(config, data=manifest.content_hash))
        write_text(folder / "README.md", dataset_card(manifest, config.corpus))


def _write_splits(folder: Path, rows: dict[str, list[dict[str, Any]]], manifest: Manifest) -> None:
    (folder / "data").mkdir()
    datasets.disable_progress_bars()
    for split in manifest.splits:
        data = datasets.Dataset.from_list(rows[split], features=FEATURES)
        data.to_parquet(folder / "data" / f"{split}.parquet")
    write_json(folder / "manifest.json", manifest.__dict__)


def dataset_card(manifest: Manifest, corpus: CorpusConfig) -> str:
    """A dataset card in the hub's format, which also tells `load_dataset` the files of each split.

    Our own layers have their licence and the source of their texts in it; of a user's articles nothing is claimed.
    """
    splits = [{"split": split, "path": f"data/{split}.parquet"} for split in manifest.splits]
    meta: dict[str, Any] = {"language": ["en"], "task_categories": ["text-classification"]}
    meta |= {"license": "cc-by-4.0"} if corpus.own else {}
    meta |= {"pretty_name": "Stances of speakers toward peace negotiations"}
    meta |= {"configs": [{"config_name": "default", "data_files": splits}]}
    head = "| split | articles | statements | " + " | ".join(LABELS) + " |\n" + "|---" * (3 + len(LABELS)) + "|\n"
    table = "".join(
        f"| {name} | {split['articles']} | {split['statements']} | "
        + " | ".join(str(split["labels"][label]) for label in LABELS)
        + " |\n"
        for name, split in manifest.splits.items()
    )
    left_out = "".join(f"- {reason}: {count}\n" for reason, count in manifest.left_out.items()) or "- nothing\n"
    layers = []
    if corpus.has_embedded:
        layers.append(
            "Rows of layer `embedded` come from invented articles: their people, outlets, places and wars do not exist."
        )
    for source in read_sources(Path(corpus.real) / "sources.yaml").values() if corpus.has_real else ():
        layers.append(
            f"Rows of layer `real` are annotations (CC BY 4.0) of published articles joined with their text, "
            f"which comes from {source.name} ({source.repository}, commit {source.commit}, files {source.layout}) and "
            f"must not be redistributed. {source.licence} {source.citation}"
        )
    if corpus.transfer:
        layers.append(
            "`transfer.jsonl` holds statements of that source, in training articles and in further ones, with label "
            "probabilities that models gave, in some averaged with a reader's label. Their text must not be "
            "redistributed either."
        )
    return (
        f"---\n{yaml.safe_dump(meta, sort_keys=False)}---\n\n# Stances of speakers toward peace negotiations\n\n"
        f"Version {manifest.version}: {manifest.statements} statements of {manifest.articles} articles. Each row is "
        "one statement that a news article attributes to one speaker, with where the speaker stands on peace "
        "negotiations.\n\n" + "".join(f"{layer}\n\n" for layer in layers) + f"{head}{table}\n"
        f"Left out, with the reason:\n\n{left_out}\nContent hash: `{manifest.content_hash}`\n"
    )


def held_out_articles(folder: str | Path, split: str) -> list[AnnotatedArticle]:
    """The annotated articles of a held-out split with their texts; none where the dataset has no such file."""
    path = Path(folder) / "articles" / f"{split}.jsonl"
    return list(read_jsonl(path, annotated_from_row)) if path.is_file() else []


def load_split(folder: str | Path, split: str) -> datasets.Dataset:
    """Load one split of a built dataset.

    Raises:
        InputError: the folder is no built dataset, has no such split, or a file of it is damaged.
    """
    folder = Path(folder)
    file = folder / "data" / f"{split}.parquet"
    manifest = read_manifest(folder)
    if split not in manifest.splits:
        raise InputError(f"no split {split!r}", path=folder, remedy=f"it has {', '.join(manifest.splits)}")
    datasets.disable_progress_bars()
    try:
        return datasets.Dataset.from_parquet(str(file), keep_in_memory=True)
    except Exception as error:  # pyarrow and datasets raise many kinds; each means that the file cannot be read
        raise InputError(f"cannot be read: {error}", path=file, remedy="build the dataset again") from error


def labelled(folder: str | Path, split: str) -> list[Statement]:
    """A split's statements, each with its gold label.

    Raises:
        InputError: the split is missing, or holds a statement without a label.
    """
    statements = [Statement.from_row(row) for row in load_split(folder, split)]
    without = next((s.id for s in statements if s.stance is None), None)
    if without is not None:
        raise InputError(f"statement {without!r} of split {split!r} has no label", path=folder, remedy="label it first")
    return statements


def read_manifest(folder: str | Path) -> Manifest:
    """Read a built dataset's manifest.

    Raises:
        InputError: the folder is no built dataset.
    """
    path = Path(folder) / "manifest.json"
    if not path.is_file():
        raise InputError("no dataset here", path=folder, remedy="build one: python scripts/build_dataset.py output=DIR")
    try:
        return Manifest(**json.loads(read_text(path)))
    except (ValueError, TypeError) as error:
        raise InputError(f"damaged: {error}", path=path, remedy="build the dataset again") from None
