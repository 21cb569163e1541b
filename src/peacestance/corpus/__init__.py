"""The two annotated layers and users' own articles: one entry, `read_corpus`, for all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from peacestance.articles import read_articles
from peacestance.corpus.annotated import annotated_from_row
from peacestance.corpus.embedded import parse_embedded, read_embedded
from peacestance.corpus.labels import read_labels_table, read_mapping
from peacestance.corpus.sources import Fetching, obtain_texts, read_sources
from peacestance.corpus.standoff import join, read_standoff
from peacestance.corpus.transfer import read_transfer
from peacestance.files import read_jsonl, read_text
from peacestance.schema import AnnotatedArticle, InputError, Prediction, span_text

__all__ = [
    "Corpus", "CorpusConfig", "CorpusName", "check_annotated", "double_annotations", "read_corpus", "read_transfer_set",
]  # fmt: skip


class CorpusName(Enum):
    """Where articles come from."""

    embedded = "embedded"
    real = "real"
    all = "all"
    folder = "folder"
    jsonl = "jsonl"
    labels = "labels"


@dataclass
class CorpusConfig:
    """Which articles to read.

    Attributes:
        name: the embedded layer, the real layer, both, a folder of .txt/.html, a JSONL file, or a table of labels.
        path: the folder (`folder`), the JSONL file (`jsonl`), or the table (`labels`, .csv or .jsonl).
        articles: a folder of .txt/.html or a JSONL file with the articles that the table is about (`labels`).
        mapping: YAML file that leads from the table's label names to ours (`labels`); they are ours where left out.
        embedded: folder of the embedded layer.
        real: folder of the stand-off annotations and `sources.yaml`.
        mirror: local copy of the real layer's source, in the layout of its repository; without it the texts are
            fetched from the source's public repository.
        cache: folder that keeps fetched texts; the user's cache folder where left out.
        timeout: seconds without an answer after which a text is asked for again.
        attempts: how often a text is asked for.
        max_missing: largest share of the real layer's articles, and of the transfer set's, that may be missing before
            the build fails.
        transfer: stand-off file of the transfer set (see `peacestance.corpus.transfer`); its statements are written
            beside the dataset as `transfer.jsonl`. With the real layer only.
    """

    name: CorpusName = CorpusName.embedded
    path: str | None = None
    articles: str | None = None
    mapping: str | None = None
    embedded: str = "data/embedded"
    real: str = "data/real"
    mirror: str | None = None
    cache: str | None = None
    timeout: float = 30.0
    attempts: int = 5
    max_missing: float = 0.02
    transfer: str | None = None

    def __post_init__(self) -> None:
        if self.name in (CorpusName.folder, CorpusName.jsonl, CorpusName.labels) and not self.path:
            raise InputError(f"corpus={self.name.value} needs corpus.path", remedy="corpus.path=FILE or FOLDER")
        if self.name is CorpusName.labels and not self.articles:
            raise InputError("corpus=labels needs corpus.articles", remedy="corpus.articles=FOLDER or FILE.jsonl")
        if self.timeout <= 0 or self.attempts < 1:
            raise InputError("corpus.timeout must be above 0 and corpus.attempts at least 1")
        if not 0 <= self.max_missing <= 1:
            raise InputError(f"corpus.max_missing={self.max_missing} is no share", remedy="a number from 0 to 1")
        if self.transfer and not self.has_real:
            raise InputError("corpus.transfer goes with the real layer", remedy="corpus=real or corpus=all")

    @property
    def has_embedded(self) -> bool:
        """Whether the embedded layer is read."""
        return self.name in (CorpusName.embedded, CorpusName.all)

    @property
    def has_real(self) -> bool:
        """Whether the real layer is read."""
        return self.name in (CorpusName.real, CorpusName.all)

    @property
    def fetching(self) -> Fetching:
        """How published texts are had."""
        return Fetching(self.mirror, self.cache, self.timeout, self.attempts)

    @property
    def own(self) -> bool:
        """Whether it is this project's dataset, not a user's articles."""
        return self.has_embedded or self.has_real


@dataclass
class Corpus:
    """Articles that were read, and `(id, reason)` for each that was left out."""

    articles: list[AnnotatedArticle] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)


def read_corpus(config: CorpusConfig) -> Corpus:
    """Read the articles that a config names.

    Raises:
        InputError: an article is malformed (file and line are named), or too many of the real layer are missing.
    """
    corpus = Corpus()
    if config.has_embedded:
        corpus.articles += _read_embedded_layer(Path(config.embedded))
    if config.has_real:
        _read_real_layer(config, corpus)
    if config.name is CorpusName.folder:
        assert config.path is not None
        corpus.articles += (AnnotatedArticle(article, (), layer="folder") for article in read_articles(config.path))
    if config.name is CorpusName.jsonl:
        assert config.path is not None
        corpus.articles += read_jsonl(config.path, annotated_from_row)
    if config.name is CorpusName.labels:
        assert config.path is not None and config.articles is not None
        mapping = read_mapping(config.mapping) if config.mapping else None
        corpus.articles += read_labels_table(config.path, read_articles(config.articles), mapping)
    _check_ids(corpus.articles)
    return corpus


def _check_ids(articles: list[AnnotatedArticle]) -> None:
    double = [i for i, n in Counter(a.article.id for a in articles).items() if n > 1]
    if double:
        raise InputError(f"article id {double[0]!r} occurs more than once", remedy="give every article its own id")


def _read_embedded_layer(folder: Path) -> Iterator[AnnotatedArticle]:
    files = sorted(folder.glob("*.md"))
    if not files:
        raise InputError("no embedded article (*.md)", path=folder, remedy="run from the repository's root")
    for path in files:
        annotated = read_embedded(path)
        if annotated.article.id != path.stem:
            raise InputError(f"id {annotated.article.id!r} is not the file's name", path=path, line=2)
        yield annotated


def _read_real_layer(config: CorpusConfig, corpus: Corpus) -> None:
    sources = read_sources(Path(config.real) / "sources.yaml")
    standoff = list(read_standoff(config.real))
    corpus.left_out += ((article.id, "nothing to annotate") for article in standoff if article.nothing)
    wanted = [article for article in standoff if not article.nothing]
    missing = []
    for article, found in zip(wanted, obtain_texts(wanted, sources, config.fetching), strict=True):
        if found.missing:
            missing.append((article.id, f"text not had: {found.missing}"))
        else:
            corpus.articles.append(join(article, found.text, found.title))
    _check_missing(missing, len(standoff), "the real layer", config)
    corpus.left_out += missing


def read_transfer_set(config: CorpusConfig) -> tuple[list[Prediction], list[tuple[str, str]]]:
    """The transfer set that a config names, and `(id, reason)` for each article whose text is not had; or nothing.

    Raises:
        InputError: it is malformed, or too many of its texts are missing.
    """
    if config.transfer is None:
        return [], []
    predictions, missing = read_transfer(config.transfer, Path(config.real) / "sources.yaml", config.fetching)
    articles = dict.fromkeys([*(p.statement.article_id for p in predictions), *(i for i, _ in missing)])
    _check_missing(missing, len(articles), "the transfer set", config)
    return predictions, missing


def _check_missing(missing: list[tuple[str, str]], articles: int, of: str, config: CorpusConfig) -> None:
    if len(missing) <= config.max_missing * articles:
        return
    shown = "; ".join(f"{i}: {why}" for i, why in missing[:3])
    source = next(iter(read_sources(Path(config.real) / "sources.yaml").values()))
    raise InputError(
        f"{len(missing)} of {articles} articles of {of} are missing ({shown})",
        path=config.mirror,
        remedy=f"give {source.repository} at commit {source.commit} as corpus.mirror, or raise corpus.max_missing",
    )


def double_annotations(folder: str | Path, corpus: Corpus) -> list[tuple[AnnotatedArticle, AnnotatedArticle]]:
    """Real articles that were annotated in full twice: as in `corpus`, and as in `double/` of the layer's folder."""
    first = {annotated.article.id: annotated for annotated in corpus.articles}
    return [
        (first[second.id], join(second, first[second.id].article.text, first[second.id].article.title))
        for second in read_standoff(Path(folder) / "double")
        if second.id in first
    ]


def check_annotated(paths: Iterable[str | Path]) -> tuple[list[InputError], dict[str, Counter[str]]]:
    """All faults in annotated files, with their places, and counts of labels, kinds and lengths in words."""
    faults: list[InputError] = []
    articles: list[AnnotatedArticle] = []
    for path in map(Path, paths):
        try:
            if path.suffix == ".md":
                annotated, found = parse_embedded(read_text(path))
                faults += [InputError(f.what, path=path, line=f.line, remedy=f.remedy) for f in found]
                articles.append(annotated)
                if annotated.article.id != path.stem:
                    faults.append(InputError(f"id {annotated.article.id!r} is not the file's name", path=path, line=2))
            else:
                articles += read_jsonl(path, annotated_from_row)
        except InputError as error:
            faults.append(
                error if error.path else InputError(error.what, path=path, line=error.line, remedy=error.remedy)
            )
    counts: dict[str, Counter[str]] = {"stances": Counter(), "kinds": Counter(), "words": Counter()}
    for annotated in articles:
        for a in annotated.annotations:
            counts["stances"][a.stance] += 1
            counts["kinds"][a.kind] += 1
            words = len(span_text(annotated.article.text, a.content).split())
            counts["words"]["1-8" if words < 9 else "9-16" if words < 17 else "17-28" if words < 29 else "29+"] += 1
    return faults, counts
