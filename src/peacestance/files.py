"""Reading and writing files so that faults name their place and nothing is left half-written."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from peacestance.schema import InputError, dump_row

T = TypeVar("T")


def read_text(path: str | Path) -> str:
    """Read a UTF-8 file exactly: line ends stay as they are, a byte-order mark is dropped.

    Raises:
        InputError: the file is missing, unreadable or not UTF-8 (with the line of the first bad byte).
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=path, remedy="check the path") from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"byte 0x{data[error.start]:02x} is not UTF-8",
            path=path,
            line=line,
            remedy="convert it to UTF-8, for example with iconv",
        ) from None


def read_jsonl(path: str | Path, parse: Callable[[dict[str, Any]], T]) -> Iterator[T]:
    """Yield `parse(object)` for each non-empty line of a JSONL file (see `read_numbered_jsonl`)."""
    return (value for _, value in read_numbered_jsonl(path, parse))


def read_numbered_jsonl(path: str | Path, parse: Callable[[dict[str, Any]], T]) -> Iterator[tuple[int, T]]:
    """Yield line number (from 1) and `parse(object)` for each non-empty line of a JSONL file.

    Raises:
        InputError: a line is no JSON object, or `parse` refuses it; the error names file and line.
    """
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise InputError(
                f"not valid JSON: {error.msg} at column {error.colno}",
                path=path,
                line=number,
                remedy="one object a line; a cut last line means that the file was not written to its end",
            ) from None
        except (ValueError, RecursionError) as error:  # an integer of thousands of digits, brackets nested as deep
            raise InputError(
                f"cannot be read as JSON: {error}", path=path, line=number, remedy="mend or leave out this line"
            ) from None
        if not isinstance(row, dict):
            raise InputError("not a JSON object", path=path, line=number, remedy="one object a line")
        try:
            value = parse(row)
        except InputError as error:
            raise InputError(error.what, path=path, line=number, remedy=error.remedy) from None
        yield number, value


@contextmanager
def _faults_named(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(
            f"cannot be written: {error.strerror or error}",
            path=path,
            remedy="free some space or choose another output",
        ) from error


@contextmanager
def atomic_path(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; on success it takes the place of `path`, on failure it is removed.

    Raises:
        InputError: the disk is full or the place cannot be written to.
    """
    path = Path(path)
    temporary: Path | None = None
    try:
        with _faults_named(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
            os.close(handle)
            temporary = Path(name)
            yield temporary
            umask = os.umask(0)
            os.umask(umask)
            temporary.chmod(0o666 & ~umask)
            temporary.replace(path)
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


@contextmanager
def atomic_folder(path: str | Path, keep: Callable[[Path], bool] = lambda _: False) -> Iterator[Path]:
    """Yield a temporary folder beside `path`; on success it takes the place of `path`, on failure it is removed.

    Entries of an older folder in its place for which `keep` is true move into the new one; the others go.

    Raises:
        InputError: the disk is full or the place cannot be written to.
    """
    path = Path(path)
    temporary: Path | None = None
    try:
        with _faults_named(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
            yield temporary
            temporary.chmod(0o755)
            if path.exists():
                for kept in [entry for entry in path.iterdir() if keep(entry)]:
                    shutil.move(kept, temporary / kept.name)
                shutil.rmtree(path)
            temporary.replace(path)
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)


def write_text(path: str | Path, text: str) -> None:
    """Write a UTF-8 file whole or not at all."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(text.encode("utf-8"))


def write_json(path: str | Path, value: Any) -> None:
    """Write indented JSON whole or not at all."""
    write_text(path, json.dumps(value, indent=1, ensure_ascii=False) + "\n")


def write_jsonl(path: str | Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write one JSON object a line, whole or not at all."""
    write_text(path, "".join(dump_row(row) + "\n" for row in rows))
