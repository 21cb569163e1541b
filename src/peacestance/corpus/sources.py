"""The published articles' texts: from a local copy of their source, or over HTTPS at its pinned commit, cached.

The cache has the layout of the source's repository, so it serves as a local copy later. A text that does not have the
recorded SHA-256 is never used.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

import platformdirs
import requests
import tenacity
import yaml
from tqdm import tqdm

from peacestance.files import atomic_path, read_text
from peacestance.schema import InputError

WORKERS = 8
"""Files fetched at a time."""


@dataclass(frozen=True)
class Source:
    """Where a source's articles are: a public repository at a pinned commit, and its file layout.

    `files` is the address of one file, with `{commit}` and `{path}` to be put in.
    """

    name: str
    citation: str
    repository: str
    commit: str
    licence: str
    layout: str
    files: str
    text_field: str
    title_field: str


@dataclass(frozen=True)
class Fetching:
    """How the texts are had.

    Attributes:
        mirror: a local copy of the source; nothing is then fetched.
        cache: folder of fetched files; the user's cache folder where None.
        timeout: seconds without an answer after which a file is tried again.
        attempts: how often a file is tried, with growing pauses between.
    """

    mirror: str | None = None
    cache: str | None = None
    timeout: float = 30.0
    attempts: int = 5


class Wanted(Protocol):
    """What is needed of an article to get its text."""

    @property
    def source(self) -> str:
        """Key of its source."""

    @property
    def path(self) -> str:
        """File inside the source."""

    @property
    def sha256(self) -> str:
        """SHA-256 of the text in UTF-8."""


@dataclass(frozen=True)
class Text:
    """An article's text and title, or the reason why they cannot be had."""

    text: str = ""
    title: str = ""
    missing: str = ""


class _AgainError(Exception):
    """A failure that another attempt may mend; `offline` where no answer came at all."""

    def __init__(self, why: str, offline: bool = False) -> None:
        super().__init__(why)
        self.offline = offline


class _NeverError(Exception):
    """A failure that no other attempt will mend."""


def read_sources(path: str | Path) -> dict[str, Source]:
    """Read `sources.yaml`.

    Raises:
        InputError: the file is malformed or a source lacks a field.
    """
    try:
        raw = yaml.safe_load(read_text(path))
        return {key: Source(**value) for key, value in raw.items()}
    except (yaml.YAMLError, TypeError, AttributeError) as error:
        raise InputError(f"malformed: {error}", path=path) from None


def text_from_file(data: bytes, source: Source, sha256: str) -> tuple[str, str]:
    """The article's text and title out of a source file's bytes.

    Raises:
        InputError: the file is damaged or its text is not the one that was annotated.
    """
    try:
        fields = json.loads(data)
        text, title = fields[source.text_field], fields.get(source.title_field) or ""
        digest = hashlib.sha256(text.encode()).hexdigest()
    except (ValueError, KeyError, AttributeError, TypeError):
        raise InputError("not a file of this source (damaged or cut)", remedy="fetch it again") from None
    if digest != sha256:
        raise InputError(
            "the text's SHA-256 is not that of the annotated text",
            remedy=f"use {source.repository} at commit {source.commit}",
        )
    return text, title


def cache_folder(key: str, source: Source, fetching: Fetching) -> Path:
    """Where a source's fetched files lie."""
    root = Path(fetching.cache) if fetching.cache else platformdirs.user_cache_path("peacestance")
    return root / key / source.commit


def obtain_texts(articles: Sequence[Wanted], sources: dict[str, Source], fetching: Fetching) -> Iterator[Text]:
    """Yield each article's text, in order; fetched files are kept, so that an interrupted call goes on.

    Raises:
        InputError: an article names an unknown source or a path outside it, the host does not answer, or the disk is
            full.
    """
    for article in articles:
        inside = PurePosixPath(article.path)
        if article.source not in sources:
            raise InputError(f"unknown source {article.source!r}", remedy=f"one of {', '.join(sources)}")
        if inside.is_absolute() or ".." in inside.parts:
            raise InputError(f"path {article.path!r} leads out of its source")
    if fetching.mirror is not None:
        folders = dict.fromkeys(sources, Path(fetching.mirror))
        unavailable: dict[str, str] = {}
    else:
        folders = {key: cache_folder(key, source, fetching) for key, source in sources.items()}
        unavailable = _fetch([a for a in articles if _read(a, sources, folders).missing], sources, folders, fetching)
    for article in articles:
        found = _read(article, sources, folders)
        yield Text(missing=unavailable.get(article.path, found.missing)) if found.missing else found


def _read(article: Wanted, sources: dict[str, Source], folders: dict[str, Path]) -> Text:
    file = folders[article.source] / article.path
    try:
        return Text(*text_from_file(file.read_bytes(), sources[article.source], article.sha256))
    except FileNotFoundError:
        return Text(missing="file not found")
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=file) from None
    except InputError as error:
        return Text(missing=error.what)


def _fetch(
    articles: list[Wanted], sources: dict[str, Source], folders: dict[str, Path], fetching: Fetching
) -> dict[str, str]:
    """Fetch files into the cache; returns the reason for each path that cannot be had."""
    unavailable: dict[str, str] = {}
    if not articles:
        return unavailable
    session = requests.Session()
    session.mount("https://", requests.adapters.HTTPAdapter(pool_maxsize=WORKERS))

    def one(article: Wanted) -> str:
        return _fetch_one(session, article, sources[article.source], folders[article.source], fetching)

    pool = ThreadPoolExecutor(WORKERS)
    try:
        reasons = tqdm(pool.map(one, articles), "fetching", len(articles), unit=" articles", disable=None)
        for article, reason in zip(articles, reasons, strict=True):
            if reason:
                unavailable[article.path] = reason
    except _AgainError as error:
        source, folder = sources[articles[0].source], folders[articles[0].source]
        raise InputError(
            f"the published articles cannot be fetched from {source.files.split('/')[2]}: {error}",
            remedy=f"what came is kept in {folder}, and the same command goes on; or clone {source.repository}, check "
            f"out {source.commit}, and give corpus.mirror=FOLDER or set PEACESTANCE_MIRROR",
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)
        session.close()
    return unavailable


def _fetch_one(session: requests.Session, article: Wanted, source: Source, folder: Path, fetching: Fetching) -> str:
    """Fetch one file into the cache; returns why it cannot be had, or nothing.

    Raises:
        _AgainError: no answer came at any attempt, so that the others need not be tried.
    """
    try:
        for attempt in tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_AgainError),
            stop=tenacity.stop_after_attempt(fetching.attempts),
            wait=tenacity.wait_random_exponential(0.5, max=20),
            reraise=True,
        ):
            with attempt:
                data = _get(session, source.files.format(commit=source.commit, path=article.path), fetching.timeout)
                try:
                    text_from_file(data, source, article.sha256)
                except InputError as error:
                    raise _AgainError(error.what) from None
    except (_AgainError, _NeverError) as error:
        if isinstance(error, _AgainError) and error.offline:
            raise
        return str(error)
    with atomic_path(folder / article.path) as temporary:
        temporary.write_bytes(data)
    return ""


def _get(session: requests.Session, address: str, timeout: float) -> bytes:
    """The body of a good answer."""
    try:
        answer = session.get(address, timeout=timeout)
    except requests.exceptions.ChunkedEncodingError:
        raise _AgainError("the answer is cut") from None
    except requests.exceptions.ReadTimeout:
        raise _AgainError(f"no answer within {timeout:g} seconds") from None
    except requests.exceptions.RequestException as error:
        raise _AgainError(f"no connection ({type(error).__name__})", offline=True) from None
    if answer.status_code == 429 or answer.status_code >= 500:
        raise _AgainError(f"the server answers {answer.status_code}")
    if not answer.ok:
        raise _NeverError(f"the server answers {answer.status_code}")
    return answer.content
