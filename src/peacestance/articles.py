"""Reading articles (`.txt`, `.html`, `.jsonl`) and finding page furniture in them.

Furniture (comment footers, share and subscribe lines, captions, credits, bylines, related links) is never cut out of a
text, since offsets count on it: it is found as spans, which extraction and context skip.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from peacestance.files import read_jsonl, read_text
from peacestance.schema import Article, InputError, Span

ARTICLE_FIELDS = ("title", "outlet", "published", "url", "language")
_LINE = re.compile(r"[^\n]*\S[^\n]*")
_SITES = "share|tweet|email|e-mail|print|save|facebook|twitter|linkedin|reddit|whatsapp"
_BUTTONS = (
    f"{_SITES}|pin it|copy link|most read|trending|advertisement|loading|close|skip|menu|search|related|see also|live|"
    "related (articles|stories|links|topics|content)|more on this( story)?|read more|recommended|editors?.? picks?|"
    "top stories|watch|listen|play video|media player|story highlights|share this( article| story)?"
)
_AGENCIES = r"AFP/Getty|Getty Images|REUTERS/|/AP\b|/AFP\b|AP Photo|EPA/|Shutterstock"
_PICTURE = "image|photo|photograph|picture|video|file photo|pictured"
_FURNITURE = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # comment, share, subscription and cookie prompts
        r"(comments?|\d+ comments?|(leave|add|post) a (comment|reply)|join the (discussion|conversation))\W*",
        r"please let us know if you.{0,20}(having|have) issues with commenting.*",
        rf"({_BUTTONS})([ ,|/·•-]+({_SITES}))*\W*",
        r"(share|follow|like) (this|us|on|via|with) .{0,60}",
        r"(subscribe|sign up|sign in|log in|register)\b.{0,160}",
        r"(get|receive) .{0,60}(newsletter|inbox|breaking news).{0,80}",
        r".{0,60}\b(newsletter|app store|google play)\b.{0,80}(sign up|subscribe|download|inbox).{0,60}",
        r"(this (site|website)|we) uses? cookies\b.*",
        r"(click|tap) here\b.{0,120}",
        r"(read|see|watch|listen|more|also read|read also|related|next|up next|don't miss)( more| next)?: .{0,160}",
        r"follow \S+( \S+){0,5} on (twitter|facebook|instagram|x)\b.*",
        r"(copyright|©|\(c\)) .{0,120}",
        r".{0,80}all rights reserved\W*",
        # bylines and desk lines
        r"\(?(additional )?(reporting|writing|editing|compiled|written|report) (and \w+ )?by [A-Z].{0,240}",
        r".{0,120}contributed (to|reporting to?) (this|the) (report|story|article|piece)\W*",
        r"by ([A-Z][\w.'’-]+ ?){1,4}(,| and | \|).{0,80}",
        r"by ([A-Z][\w.'’-]+ ?){2,4}",
        r"(published|updated|posted|last updated|first published)\b:? .{0,80}\d.{0,40}",
        r"this (post|story|article) (was|has been) updated\b.{0,120}",
        # captions and credits
        rf"({_PICTURE})( copyright| caption| credit| source)?\s*(:|caption|copyright|credit|source)\s?.{{0,300}}",
        r"(enlarge this image|hide caption|toggle caption|media caption|image caption|image copyright)\b.{0,400}",
        r".{0,400}\b(hide|toggle) caption\b.{0,300}",
        r".{0,300}\((ap|reuters|afp|getty|epa|file)( photo| images)?(/[^)]{0,60})?\)\W*",
        rf".{{0,300}}({_AGENCIES}).{{0,80}}",
    )
]
_LONGEST = 800
"""A line of more characters is a paragraph, whatever it begins with."""


def furniture(text: str) -> list[Span]:
    """Offsets of the lines that are page furniture and no part of the story, in order."""
    return [
        match.span()
        for match in _LINE.finditer(text)
        if match.end() - match.start() <= _LONGEST and any(p.fullmatch(match.group().strip()) for p in _FURNITURE)
    ]


def read_articles(path: str | Path) -> Iterator[Article]:
    """Yield the articles of a `.txt` or `.html` file, a folder of such files, or a `.jsonl` file.

    Raises:
        InputError: a file is missing, empty, not UTF-8 or of an unknown type, or a JSONL line is malformed; it names
            file and line.
    """
    path = Path(path)
    if path.is_dir():
        files = sorted(p for p in path.rglob("*") if p.suffix.lower() in (".txt", ".html", ".htm") and p.is_file())
        if not files:
            raise InputError("no .txt or .html file in this folder", path=path, remedy="check the path")
        for file in files:
            yield _read_one(file, file.relative_to(path).with_suffix("").as_posix())
    elif path.suffix.lower() == ".jsonl":
        yield from read_jsonl(path, article_from_row)
    else:
        yield _read_one(path, path.stem)


def article_from_row(row: dict[str, Any]) -> Article:
    """Read an article from a JSON object; unknown keys are kept in `extra`.

    Raises:
        InputError: `id` or `text` is missing or empty, or a known field is not text.
    """
    for name in ("id", "text"):
        if not isinstance(row.get(name), str) or not row[name].strip():
            raise InputError(f"an article needs a non-empty text field {name!r}")
    for name in ARTICLE_FIELDS:
        if not isinstance(row.get(name) or "", str):
            raise InputError(f"article {row['id']!r}: field {name!r} is not text")
    known = {name: row.get(name) or "" for name in ARTICLE_FIELDS}
    return Article(
        row["id"],
        row["text"],
        **known,
        extra={k: v for k, v in row.items() if k not in ("id", "text", *ARTICLE_FIELDS)},
    )


def _read_one(path: Path, article_id: str) -> Article:
    suffix, text, title = path.suffix.lower(), read_text(path), ""
    if suffix in (".html", ".htm"):
        text, title = _from_html(text)
    elif suffix != ".txt":
        raise InputError(f"unknown type {suffix!r}", path=path, remedy="give a .txt, .html or .jsonl file, or a folder")
    if not text.strip():
        raise InputError("the article is empty", path=path, remedy="leave it out or give its text")
    return Article(article_id, text, title)


def _from_html(html: str) -> tuple[str, str]:
    """Main text and title of a page; both empty where there is none."""
    import trafilatura

    page = trafilatura.bare_extraction(html, include_comments=False, include_tables=False, with_metadata=True)
    return (page.text or "", page.title or "") if page is not None else ("", "")
