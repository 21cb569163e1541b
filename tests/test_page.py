"""The page of an article's statements, and the command that prints and writes them."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from peacestance.cli import app
from peacestance.config import EvaluateConfig
from peacestance.evaluation.run import evaluate_checkpoints
from peacestance.page import write_statements_page
from peacestance.schema import LABELS, Article, Statement, span_text

STORY = "The envoy Mara Velic said talks would open on Monday.\n\n“We will go <b>now</b>,” she said, “& talk.”"


def statement(n: int, text: str, *spans: tuple[int, int], speaker: str = "Mara Velic") -> Statement:
    return Statement(f"s-{n}", speaker, span_text(text, spans), spans=spans, kind="direct")


def text_of(page: str) -> str:
    """The article's text as a reader sees it."""
    body = re.search(r'<div class="text">(.*?)</div>', page, re.DOTALL)
    assert body is not None
    return html.unescape(re.sub(r"<sup.*?</sup>|<[^>]*>", "", body.group(1)))


def test_the_command_prints_writes_and_shows_statements(tmp_path: Path) -> None:
    source = tmp_path / "story.txt"
    source.write_text(STORY, encoding="utf-8")
    output, page = tmp_path / "out.jsonl", tmp_path / "page.html"
    result = CliRunner().invoke(app, ["statements", str(source), "--output", str(output), "--html", str(page)])
    assert result.exit_code == 0 and "talks would open on Monday" in result.output
    rows = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert all(row["statement"] == span_text(STORY, row["spans"]) for row in rows)
    assert {row["speaker"] for row in rows} == {"Mara Velic"}
    assert text_of(page.read_text(encoding="utf-8")) == STORY


def test_nothing_of_an_article_becomes_markup(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script> & \"' </div>"
    article = Article("a", f"{evil} said so", title=evil)
    own = Statement("s", evil, evil, spans=((0, len(evil)),), cue=evil, kind="direct")
    write_statements_page([(article, [own])], tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert text_of(page) == article.text


spans = st.tuples(st.integers(0, 60), st.integers(1, 30))


@settings(max_examples=60, deadline=None)
@given(st.text("ab <&é🕊\n", min_size=1, max_size=60), st.lists(st.tuples(spans, st.sampled_from("AB")), max_size=6))
def test_the_text_survives_any_spans(tmp_path_factory: pytest.TempPathFactory, text: str, drawn: list) -> None:
    path = tmp_path_factory.mktemp("page") / "page.html"
    own = [
        statement(n, text, (start, min(len(text), start + length)), speaker=speaker)
        for n, ((start, length), speaker) in enumerate(drawn)
        if start < len(text)
    ]
    write_statements_page([(Article("a", text), own)], path)
    page = path.read_text(encoding="utf-8")
    assert text_of(page) == text
    assert len(re.findall(r"<sup", page)) == len(own)


def opened(path: Path, profile: Path) -> str:
    """The page as Chromium has it after loading."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("needs Chromium")
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--dump-dom"]
    done = subprocess.run(
        [*command, f"--user-data-dir={profile}", path.as_uri()], capture_output=True, text=True, timeout=60
    )
    return done.stdout


def test_the_page_opens_in_a_browser(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    start = STORY.index("talks")
    write_statements_page([(Article("a", STORY), [statement(0, STORY, (start, start + 20))])], path)
    shown = opened(path, tmp_path / "profile")
    assert text_of(shown) == STORY and 'class="s"' in shown


def test_the_report_of_hostile_articles_is_one_harmless_page(tfidf: Path, tmp_path: Path) -> None:
    evil = "<script>document.title = 'taken'</script>"
    rows = [
        {"id": f"{n}", "speaker": f"{evil} {n}", "cue": evil, "statement": f"{evil} talks {n}", "stance": stance,
         "context": f"Before. {evil} talks {n} After {evil}.", "outlet": evil if n % 2 else "Post",
         "rule": evil if n % 2 else 4}
        for n, stance in enumerate(LABELS * 2)
    ]  # fmt: skip
    file = tmp_path / "evil.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    config = EvaluateConfig([str(tfidf)], split=[], statements=[str(file)], baselines=False)
    (evaluation,), _ = evaluate_checkpoints(config, tmp_path)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page and not re.findall(r"""(?:src|href)=|url\(""", page)
    assert f"{evil} talks" in html.unescape(page) and f"{evaluation.sets['statements:evil.jsonl'].macro_f1:.3f}" in page
    assert "Gold: rule 4, doubt is not opposition" in page
    shown = opened(tmp_path / "report.html", tmp_path / "profile")
    assert "<title>Evaluation of" in shown and shown.count("<svg") == 2
