"""Texts fetched over HTTP from a server that has the source's layout and misbehaves."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from peacestance.corpus import CorpusConfig, CorpusName, read_corpus
from peacestance.schema import InputError

COMMIT = "0123abcd"
NAMES = [f"n{i:02d}" for i in range(12)]


def text_of(name: str) -> str:
    return f"Ana Duro said: “Let us talk.” ({name})"


def body_of(name: str) -> bytes:
    return json.dumps({"title": name, "content_original": text_of(name)}).encode()


class Server(ThreadingHTTPServer):
    """Serves `/COMMIT/data/jsons/NAME.json`; `faults[name]` lists what goes wrong at the first requests."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.faults: dict[str, list[str]] = {}
        self.asked: Counter[str] = Counter()


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        name = Path(self.path).stem
        assert self.path == f"/{COMMIT}/data/jsons/{name}.json"
        faults = self.server.faults.get(name, [])
        fault = faults[min(self.server.asked[name], len(faults) - 1)] if faults else ""
        self.server.asked[name] += 1
        body = body_of(name)
        if fault == "wrong":
            body = body.replace(b"talk", b"walk")
        if fault == "slow":
            time.sleep(1.5)
        self.send_response(int(fault) if fault.isdigit() else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:-9] if fault == "cut" else body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


def corpus_config(folder: Path, port: int, **options: object) -> CorpusConfig:
    real = folder / "real"
    real.mkdir()
    source = {
        "name": "Local", "citation": "", "repository": "https://example.org/local", "commit": COMMIT, "licence": "",
        "layout": "data/jsons/ID.json", "files": f"http://127.0.0.1:{port}/{{commit}}/{{path}}",
        "text_field": "content_original", "title_field": "title",
    }  # fmt: skip
    (real / "sources.yaml").write_text(yaml.safe_dump({"abp": source}), encoding="utf-8")
    statement = {
        "content": [[16, 27]], "cue": None, "mention": None, "speaker": "Ana Duro", "kind": "direct",
        "stance": "support", "rule": 0, "votes": {},
    }  # fmt: skip
    rows = [
        {
            "id": f"abp-{name}", "source": "abp", "path": f"data/jsons/{name}.json",
            "sha256": hashlib.sha256(text_of(name).encode()).hexdigest(), "outlet": "The Post",
            "published": "2015-01-01", "conflict": "reed-war", "genre": "report", "statements": [statement],
        }
        for name in NAMES
    ]  # fmt: skip
    (real / "batch.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    values = {"cache": str(folder / "cache"), "timeout": 0.5, "attempts": 3} | options
    return CorpusConfig(CorpusName.real, real=str(real), **values)  # type: ignore[arg-type]


def test_texts_are_fetched_once_and_come_from_the_cache_afterwards(tmp_path: Path, server: Server) -> None:
    config = corpus_config(tmp_path, server.server_port)
    corpus = read_corpus(config)
    assert [a.article.title for a in corpus.articles] == NAMES and not corpus.left_out
    assert set(server.asked.values()) == {1}
    again = read_corpus(config)
    assert again.articles == corpus.articles and set(server.asked.values()) == {1}


def test_the_cache_serves_as_a_local_copy(tmp_path: Path, server: Server) -> None:
    config = corpus_config(tmp_path, server.server_port)
    fetched = read_corpus(config).articles
    config.mirror = str(tmp_path / "cache/abp" / COMMIT)
    assert read_corpus(config).articles == fetched


def test_passing_failures_are_tried_again(tmp_path: Path, server: Server) -> None:
    server.faults = {
        "n01": ["500", ""],
        "n03": ["cut", ""],
        "n05": ["wrong", ""],
        "n07": ["slow", ""],
        "n09": ["429", ""],
    }
    corpus = read_corpus(corpus_config(tmp_path, server.server_port))
    assert len(corpus.articles) == len(NAMES) and not corpus.left_out
    assert all(server.asked[name] == 2 for name in server.faults)


@pytest.mark.parametrize(
    ("fault", "reason", "asked"),
    [
        ("404", "the server answers 404", 1),
        ("500", "the server answers 500", 3),
        ("cut", "the answer is cut", 3),
        ("wrong", "SHA-256", 3),
        ("slow", "no answer within 0.5 seconds", 3),
    ],
)
def test_lasting_failures_are_left_out_with_their_reason(
    tmp_path: Path, server: Server, fault: str, reason: str, asked: int
) -> None:
    server.faults = {"n04": [fault]}
    config = corpus_config(tmp_path, server.server_port, max_missing=0.1)
    corpus = read_corpus(config)
    assert len(corpus.articles) == len(NAMES) - 1
    ((name, why),) = corpus.left_out
    assert name == "abp-n04" and reason in why and server.asked["n04"] == asked
    assert not list((tmp_path / "cache").rglob("*n04*"))
    config.max_missing = 0.05
    with pytest.raises(InputError, match=r"1 of 12 articles .* are missing \(abp-n04"):
        read_corpus(config)
    server.faults = {}
    assert len(read_corpus(config).articles) == len(NAMES)


def test_without_a_connection_the_error_says_what_to_do_and_what_came_is_kept(tmp_path: Path, server: Server) -> None:
    config = corpus_config(tmp_path, server.server_port, max_missing=1.0)
    server.faults = {name: ["404"] for name in NAMES[3:]}
    assert len(read_corpus(config).articles) == 3
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        yaml_path = tmp_path / "real/sources.yaml"
        address = f":{unused.getsockname()[1]}/"
        yaml_path.write_text(yaml_path.read_text().replace(f":{server.server_port}/", address), encoding="utf-8")
        with pytest.raises(InputError, match=r"cannot be fetched .* the same command goes on; or clone"):
            read_corpus(config)
    assert len(list((tmp_path / "cache").rglob("n*.json"))) == 3


def test_a_path_that_leads_out_of_the_source_is_refused(tmp_path: Path, server: Server) -> None:
    config = corpus_config(tmp_path, server.server_port)
    batch = tmp_path / "real/batch.jsonl"
    batch.write_text(batch.read_text().replace("data/jsons/n02.json", "../../n02.json"), encoding="utf-8")
    with pytest.raises(InputError, match="leads out of its source"):
        read_corpus(config)
    assert not server.asked
