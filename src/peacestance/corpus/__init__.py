"""The two annotated layers and users' own articles: one entry, `read_corpus`, for all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from tqdm import tqdm

from peacestance.articles import read_articles
from peacestance.corpus.annotated import annotated_from_row
from peacestance.corpus.embedded import parse_embedded, read_embedded
from peacestance.corpus.standoff import join, read_sources, read_standoff, text_from_file
from peacestance.files import read_jsonl, read_text
from peacestance.schema import AnnotatedArticle, InputError, span_text

__all__ = ["Corpus", "CorpusConfig", "CorpusName", "check_annotated", "read_corpus"]


class CorpusName(Enum):
    """Where articles come from."""

    embedded = "embedded"
    real = "real"
    all = "all"
    folder = "folder"
    jsonl = "jsonl"


@dataclass
class CorpusConfig:
    """Which articles to read.

    Attributes:
        name: the embedded layer, the real layer, both, a folder of .txt/.html, or a JSONL file.
        path: the folder or JSONL file, for `folder` and `jsonl`.
        embedded: folder of the embedded layer.
        real: folder of the stand-off annotations and `sources.yaml`.
        mirror: local copy of the real layer's source, in the layout of its repository.
        max_missing: largest share of the real layer's articles that may be missing before the build fails.
    """

    name: CorpusName = CorpusName.embedded
    path: str | None = None
    embedded: str = "data/embedded"
    real: str = "data/real"
    mirror: str | None = None
    max_missing: float = 0.02

    def __post_init__(self) -> None:
        if self.name in (CorpusName.folder, CorpusName.jsonl) and not self.path:
            raise InputError(f"corpus={self.name.value} needs corpus.path", remedy="corpus.path=FILE or FOLDER")
        if not 0 <= self.max_missing <= 1:
            raise InputError(f"corpus.max_missing={self.max_missing} is no share", remedy="a number from 0 to 1")


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
    if config.name in (CorpusName.embedded, CorpusName.all):
        corpus.articles += _read_embedded_layer(Path(config.embedded))
    if config.name in (CorpusName.real, CorpusName.all):
        _read_real_layer(config, corpus)
    if config.name is CorpusName.folder:
        assert config.path is not None
        corpus.articles += (AnnotatedArticle(article, (), layer="folder") for article in read_articles(config.path))
    if config.name is CorpusName.jsonl:
        assert config.path is not None
        corpus.articles += read_jsonl(config.path, annotated_from_row)
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
    if config.mirror is None:
        source = next(iter(sources.values()))
        raise InputError(
            "the real layer holds no text and no local copy of its source is given",
            remedy=f"clone {source.repository}, check out {source.commit}, and give corpus.mirror=FOLDER "
            "or set PEACESTANCE_MIRROR",
        )
    missing = 0
    for article in tqdm(standoff, desc="real layer", unit=" articles", disable=None):
        if article.nothing:
            corpus.left_out.append((article.id, "nothing to annotate"))
            continue
        file = Path(config.mirror) / article.path
        try:
            text, title = text_from_file(file.read_bytes(), sources[article.source], article.sha256)
        except FileNotFoundError:
            corpus.left_out.append((article.id, "text not found in the mirror"))
            missing += 1
            continue
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}", path=file) from None
        except KeyError:
            raise InputError(f"unknown source {article.source!r}", path=article.file, line=article.line) from None
        except InputError as error:
            what = f"{article.id}: {file}: {error.what}"
            raise InputError(what, path=article.file, line=article.line, remedy=error.remedy) from None
        corpus.articles.append(join(article, text, title))
    if missing > config.max_missing * len(standoff):
        raise InputError(
            f"{missing} of {len(standoff)} articles of the real layer are missing",
            path=config.mirror,
            remedy="give a whole copy of the source (see data/README.md), or raise corpus.max_missing",
        )


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
