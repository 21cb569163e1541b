"""A built dataset: what `datasets` opens, what the manifest says, what was left out and why."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import datasets
import pytest

from peacestance.corpus import CorpusConfig, CorpusName
from peacestance.dataset import (
    BuildConfig,
    ExtractorConfig,
    Spans,
    build_dataset,
    corpus_version,
    labelled,
    load_split,
    read_manifest,
)
from peacestance.schema import LABELS, InputError, Statement
from peacestance.splits import SplitConfig

ARTICLE = (
    'The government of Orland rejected the offer.\n\n"We will come to the table on Monday," Foreign Minister Ana Duro '
    "told reporters in the capital.\n\nShare this article\n\nCOMMENTS"
)


def write_articles(path: Path, *rows: dict[str, object]) -> CorpusConfig:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return CorpusConfig(CorpusName.jsonl, str(path))


def annotated(name: str, text: str, words: str, stance: str = "support") -> dict[str, object]:
    start = text.index(words)
    content = {"content": [[start, start + len(words)]], "speaker": "Ana Duro", "form": "direct", "stance": stance}
    return {"id": name, "text": text, "attributions": [content]}


def test_load_dataset_opens_it_as_it_is(dataset: Path, tmp_path: Path) -> None:
    opened = datasets.load_dataset(str(dataset), cache_dir=str(tmp_path))
    manifest = read_manifest(dataset)
    assert set(opened) == set(manifest.splits) == {"train", "validation", "test"}
    for name, split in opened.items():
        assert len(split) == manifest.splits[name]["statements"]
        assert Counter(split["stance"]) == Counter(manifest.splits[name]["labels"])
        assert len(set(split["article_id"])) == manifest.splits[name]["articles"]
    assert manifest.labels == {label: sum(s["labels"][label] for s in manifest.splits.values()) for label in LABELS}
    assert manifest.version == corpus_version()


def test_rows_are_statements_with_the_articles_words(dataset: Path) -> None:
    for row in load_split(dataset, "test"):
        statement = Statement.from_row(row)
        if len(statement.spans) == 1:
            assert statement.statement in statement.context
        assert statement.stance in LABELS and row["layer"] == "embedded"


def test_no_article_is_in_two_splits(dataset: Path) -> None:
    articles = [set(load_split(dataset, split)["article_id"]) for split in read_manifest(dataset).splits]
    assert sum(map(len, articles)) == len(set.union(*articles))


def test_the_same_input_gives_the_same_content_hash(dataset: Path, tmp_path: Path) -> None:
    first = read_manifest(dataset).content_hash
    assert build_dataset(BuildConfig(), tmp_path / "again").content_hash == first
    assert build_dataset(BuildConfig(splits=SplitConfig(seed=5)), tmp_path / "other").content_hash != first


def test_raw_articles_become_unlabelled_statements(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "one.txt").write_text(ARTICLE, encoding="utf-8")
    (folder / "two.txt").write_text("Nothing is said here.", encoding="utf-8")
    manifest = build_dataset(BuildConfig(corpus=CorpusConfig(CorpusName.folder, str(folder))), tmp_path / "out")
    rows = list(load_split(tmp_path / "out", "unlabelled"))
    assert manifest.version == "user" and manifest.left_out == {"no statement found": 1}
    assert "We will come to the table on Monday" in [row["statement"].rstrip(",") for row in rows]
    assert not any("COMMENTS" in row["statement"] or row["stance"] for row in rows)
    with pytest.raises(InputError, match="has no label"):
        labelled(tmp_path / "out", "unlabelled")


def test_statements_in_furniture_are_left_out_with_the_reason(tmp_path: Path) -> None:
    text = ARTICLE + "\n\nSign up for the talks newsletter, Ana Duro says"
    row = annotated("one", text, "Sign up for the talks newsletter")
    row["attributions"] += annotated("one", text, "We will come to the table on Monday")["attributions"]  # type: ignore[operator]
    manifest = build_dataset(BuildConfig(corpus=write_articles(tmp_path / "a.jsonl", row)), tmp_path / "out")
    assert manifest.statements == 1 and manifest.left_out == {"inside page furniture": 1}
    left_out = [json.loads(line) for line in (tmp_path / "out/left_out.jsonl").read_text().splitlines()]
    assert left_out == [{"id": "one-000", "reason": "inside page furniture"}]


def test_extracted_spans_take_the_label_of_the_annotation_they_overlap(tmp_path: Path) -> None:
    corpus = write_articles(tmp_path / "a.jsonl", annotated("one", ARTICLE, "We will come to the table on Monday"))
    config = BuildConfig(corpus=corpus, extractor=ExtractorConfig(Spans.extracted))
    manifest = build_dataset(config, tmp_path / "out")
    (split,) = manifest.splits
    (row,) = load_split(tmp_path / "out", split)
    assert row["stance"] == "support" and row["speaker"] == "Ana Duro"
    assert set(manifest.left_out) <= {"extracted statement without an annotation"}


def test_a_folder_with_something_else_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="no dataset of ours"):
        build_dataset(BuildConfig(), tmp_path)
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_an_older_dataset_is_replaced(dataset: Path, tmp_path: Path) -> None:
    corpus = write_articles(tmp_path / "a.jsonl", annotated("one", ARTICLE, "We will come to the table on Monday"))
    build_dataset(BuildConfig(), tmp_path / "out")
    build_dataset(BuildConfig(corpus=corpus), tmp_path / "out")
    assert read_manifest(tmp_path / "out").statements == 1
    assert len(list((tmp_path / "out/data").iterdir())) == 1


def test_missing_and_damaged_datasets_are_named(dataset: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no dataset here"):
        read_manifest(tmp_path)
    with pytest.raises(InputError, match="it has train, validation, test"):
        load_split(dataset, "exam")
    copy = tmp_path / "copy"
    (copy / "data").mkdir(parents=True)
    (copy / "manifest.json").write_bytes((dataset / "manifest.json").read_bytes())
    (copy / "data/test.parquet").write_bytes((dataset / "data/test.parquet").read_bytes()[:1000])
    with pytest.raises(InputError, match=r"test\.parquet: cannot be read"):
        load_split(copy, "test")


def test_the_card_of_a_users_dataset_claims_no_licence(dataset: Path, tmp_path: Path) -> None:
    (tmp_path / "story.txt").write_text("Ana Duro said the talks would open on Monday.", encoding="utf-8")
    table = tmp_path / "labels.csv"
    table.write_text("article,words,speaker,stance\nstory,the talks would open,Ana Duro,neutral\n", encoding="utf-8")
    corpus = CorpusConfig(CorpusName.labels, str(table), str(tmp_path / "story.txt"))
    build_dataset(BuildConfig(corpus), tmp_path / "mine")
    card = (tmp_path / "mine/README.md").read_text(encoding="utf-8")
    assert "license" not in card and "invented" not in card
    ours = (dataset / "README.md").read_text(encoding="utf-8")
    assert "license: cc-by-4.0" in ours and "invented" in ours
