"""Reading articles, page furniture, and files that are not as they should be."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from peacestance.articles import article_from_row, furniture, read_articles
from peacestance.files import atomic_path, read_jsonl, read_text, write_jsonl, write_text
from peacestance.schema import Article, InputError, Statement

STORY = """By Ana Reed

Image copyright NewsCo Image caption The bridge after the shelling

The minister said comments on the draft were welcome.

Share this article

She shared the view of the envoy.

(Reporting by Ana Reed; Editing by Bo Lund)

Sign up for our morning newsletter

COMMENTS
Please let us know if you're having issues with commenting."""


def test_furniture_is_found_and_the_story_is_not() -> None:
    lines = {STORY[start:end] for start, end in furniture(STORY)}
    kept = [line for line in STORY.split("\n") if line and line not in lines]
    assert kept == ["The minister said comments on the draft were welcome.", "She shared the view of the envoy."]


def test_text_is_read_exactly(tmp_path: Path) -> None:
    path = tmp_path / "story.txt"
    path.write_bytes("\ufeffOne\r\ntwo\u00a0three 🕊\n".encode())
    assert list(read_articles(path)) == [Article("story", "One\r\ntwo\u00a0three 🕊\n")]


def test_the_main_text_of_a_page_is_read(tmp_path: Path) -> None:
    body = "".join(
        f"<p>The envoy said on day {i} that the talks would go on in the capital for a while.</p>" for i in range(8)
    )
    page = f"<html><head><title>Talks go on</title></head><body><nav>Menu</nav><article>{body}</article></body></html>"
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    (tmp_path / "other.txt").write_text("A story.", encoding="utf-8")
    other, article = read_articles(tmp_path)
    assert other.id == "other"
    assert article.title == "Talks go on" and article.text.count("The envoy said") == 8 and "Menu" not in article.text


def test_unknown_keys_are_kept() -> None:
    article = article_from_row({"id": "a", "text": "x", "outlet": "The Post", "desk": 3})
    assert article.outlet == "The Post" and article.extra == {"desk": 3}


@pytest.mark.parametrize(
    ("name", "data", "place", "message"),
    [
        ("a.txt", b"", "a.txt", "empty"),
        ("a.txt", b"  \n ", "a.txt", "empty"),
        ("a.txt", b"ok\nab\xe9", "a.txt:2", "0xe9 is not UTF-8"),
        ("a.html", b"<html></html>", "a.html", "empty"),
        ("a.pdf", b"x", "a.pdf", "unknown type"),
        ("a.jsonl", b'{"id": "a", "text": "x"}\n{"id": "b", "te', "a.jsonl:2", "not valid JSON"),
        ("a.jsonl", b'\n{"id": "a"}', "a.jsonl:2", "'text'"),
        ("a.jsonl", b"[1]", "a.jsonl:1", "not a JSON object"),
        ("a.jsonl", b'{"id": "a", "text": "x", "title": 4}', "a.jsonl:1", "'title' is not text"),
        ("a.jsonl", b'{"id": ' + b"1" * 5000 + b"}", "a.jsonl:1", "cannot be read as JSON"),
        ("a.jsonl", b'{"id": ' + b"[" * 100_000, "a.jsonl:1", "cannot be read as JSON"),
    ],
)
def test_bad_articles_are_named(tmp_path: Path, name: str, data: bytes, place: str, message: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=message) as caught:
        list(read_articles(tmp_path / name))
    assert str(caught.value).startswith(f"{tmp_path / place}: ")


def test_a_missing_file_and_an_empty_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no\.txt: cannot be read"):
        list(read_articles(tmp_path / "no.txt"))
    with pytest.raises(InputError, match=r"no \.txt or \.html"):
        list(read_articles(tmp_path))


def test_an_unknown_label_in_a_statement_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    good = {"id": "1", "speaker": "A", "statement": "x", "stance": "support"}
    write_jsonl(path, [good, good | {"id": "2", "stance": "favour"}])
    with pytest.raises(InputError, match=r"s\.jsonl:2: unknown label 'favour' \(use one of support, conditional"):
        list(read_jsonl(path, Statement.from_row))


@pytest.mark.parametrize(
    "row",
    [
        {"speaker": "A", "statement": "x"},
        {"id": "1", "speaker": "A", "statement": " "},
        {"id": "1", "speaker": 5, "statement": "x"},
        {"id": "1", "speaker": "A", "statement": "x", "spans": [[1]]},
        {"id": "1", "speaker": "A", "statement": "x", "kind": "spoken"},
        {"id": "1", "speaker": "A", "statement": "x", "context": 4},
    ],
)
def test_malformed_statements_are_refused(row: dict[str, object]) -> None:
    with pytest.raises(InputError):
        Statement.from_row(row)


def test_a_statement_survives_its_row() -> None:
    statement = Statement(
        "1", "A", "go on", "a", "he", "said", ((0, 2), (5, 7)), (9, 11), None, "mixed", "c", "t", "oppose"
    )
    assert Statement.from_row(statement.to_row()) == statement


def test_nothing_is_half_written(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    write_text(path, "old")
    with pytest.raises(RuntimeError), atomic_path(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert read_text(path) == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["out.jsonl"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, which stands in for a full disk")
def test_a_full_disk_is_said_and_nothing_is_left(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    with (
        pytest.raises(InputError, match=r"out\.txt: cannot be written: No space left.*free some space"),
        atomic_path(path),
        Path("/dev/full").open("w") as full,
    ):
        full.write("x")
    assert list(tmp_path.iterdir()) == []
    assert os.strerror(errno.ENOSPC).startswith("No space")
