"""Training, checkpoints and inference with the real encoder."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from peacestance import Article, StanceClassifier, Statement, analyze
from peacestance.checkpoints import load_checkpoint, read_card, save_checkpoint
from peacestance.cli import app
from peacestance.dataset import labelled
from peacestance.encoders import resolve_encoder
from peacestance.evaluation.calibration import softmax
from peacestance.evaluation.metrics import stance_scores
from peacestance.inference import predict_file, speaker_stance
from peacestance.modeling import ModelConfig, ModelKind, TfidfModel, render
from peacestance.schema import LABELS, InputError
from peacestance.training import (
    ClassWeights,
    DataConfig,
    TrainConfig,
    TrainerConfig,
    class_weights,
    draw_articles,
    train,
)

STATEMENTS = [
    Statement("1", "Ana Duro", "We are ready to sit down tomorrow", cue="said"),
    Statement("2", "the guerrillas", "they would never sign as long as a single soldier stayed in the valley " * 3),
    Statement("3", "", "no"),
]
STORY = (
    'Foreign Minister Ana Duro of Orland said on Monday that her government was ready for talks. "We will come to the '
    'table," she told reporters.\n\nGeneral Bo Lund rejected the offer. "There is nothing to talk about," Lund said.'
    "\n\nCOMMENTS"
)


@pytest.fixture(params=["checkpoint", "adapter", "compact", "tfidf"])
def either(request: pytest.FixtureRequest) -> Path:
    folder: Path = request.getfixturevalue(request.param)
    return folder


def test_predictions_follow_their_statements(either: Path) -> None:
    classifier = StanceClassifier.from_pretrained(either)
    together = classifier.predict(STATEMENTS)
    assert [p.statement for p in together] == STATEMENTS
    for statement, prediction in zip(STATEMENTS, together, strict=True):
        (alone,) = classifier.predict([statement])
        assert alone.stance == prediction.stance
        assert alone.probabilities == pytest.approx(prediction.probabilities, abs=1e-4)
        assert sum(prediction.probabilities.values()) == pytest.approx(1)
        assert prediction.stance == max(prediction.probabilities, key=prediction.probabilities.__getitem__)
        assert tuple(prediction.probabilities) == LABELS
    assert classifier.predict([]) == []


def test_the_pipeline_of_transformers_gives_the_same_labels(checkpoint: Path, dataset: Path) -> None:
    import transformers

    statements = labelled(dataset, "test")[:40]
    pipeline = transformers.pipeline("text-classification", model=str(checkpoint))
    inputs = [dict(zip(("text", "text_pair"), render(s), strict=True)) for s in statements]
    model, card = load_checkpoint(checkpoint)
    own = StanceClassifier(model, card).predict(statements)
    theirs = [pipeline(row, truncation=True) for row in inputs]
    assert [row["label"] for row in theirs] == [p.stance for p in own]
    # the pipeline knows nothing of the temperature
    assert [row["score"] for row in theirs] == pytest.approx(softmax(model.logits(statements, 8)).max(1), abs=1e-4)


@pytest.mark.parametrize(("form", "limit"), [("adapter", 1_000_000), ("compact", 5_600_000)])
def test_a_small_form_is_exported_as_a_plain_checkpoint(
    form: str, limit: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    small: Path = request.getfixturevalue(form)
    assert sum(path.stat().st_size for path in small.iterdir() if path.is_file()) < limit
    out = tmp_path / "plain"
    result = CliRunner().invoke(app, ["export", str(small), "--output", str(out)])
    assert result.exit_code == 0 and "minilm_l6" in result.output
    assert AutoModelForSequenceClassification.from_pretrained(out).config.num_labels == len(LABELS)
    assert AutoTokenizer.from_pretrained(out).model_max_length == read_card(small).max_length
    ours, plain = (load_checkpoint(folder)[0].logits(STATEMENTS, 8) for folder in (small, out))
    assert ours == pytest.approx(plain, abs=1e-5) and np.ptp(ours, axis=0).max() > 1e-3


def test_an_adapter_names_its_encoder(adapter: Path) -> None:
    config = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))
    assert config["base_model_name_or_path"] == "sentence-transformers/all-MiniLM-L6-v2" and config["revision"]


def test_a_checkpoint_says_what_it_was_made_of(checkpoint: Path) -> None:
    card, run = read_card(checkpoint), json.loads((checkpoint / "run.json").read_text(encoding="utf-8"))
    assert card.encoder == "minilm_l6" and card.labels == LABELS and card.data_hash == run["data"]
    assert run["config"]["trainer"]["max_steps"] == 4 and run["config"]["seed"] == 1
    assert {"torch", "transformers", "python"} <= run["versions"].keys() and "revision" in run
    assert json.loads((checkpoint / "config.json").read_text(encoding="utf-8"))["id2label"] == {
        str(i): label for i, label in enumerate(LABELS)
    }


def test_no_pickle_is_written(checkpoint: Path, tfidf: Path) -> None:
    for folder in (checkpoint, tfidf):
        assert {p.suffix for p in folder.iterdir() if p.is_file()} <= {".json", ".safetensors", ".txt"}


def test_validation_scores_are_those_of_the_saved_model(either: Path, dataset: Path) -> None:
    validation = labelled(dataset, "validation")
    predicted = [LABELS.index(p.stance) for p in StanceClassifier.from_pretrained(either).predict(validation)]
    gold = [LABELS.index(s.stance or "") for s in validation]
    expected = json.loads((either / "run.json").read_text(encoding="utf-8"))["validation"]["macro_f1"]
    assert stance_scores(np.array(predicted), np.array(gold))["macro_f1"] == pytest.approx(expected)


def test_a_checkpoint_takes_the_place_of_one_of_another_form(
    checkpoint: Path, adapter: Path, dataset: Path, tmp_path: Path
) -> None:
    statements = labelled(dataset, "test")[:8]
    shutil.copytree(adapter, tmp_path / "run")
    model, card = load_checkpoint(checkpoint)
    save_checkpoint(model, card, tmp_path / "run")
    assert not (tmp_path / "run/adapter_model.safetensors").exists()
    again, _ = load_checkpoint(tmp_path / "run")
    assert np.array_equal(again.logits(statements, 8), model.logits(statements, 8))


def test_an_adapter_is_not_made_compact(adapter: Path, dataset: Path, tmp_path: Path) -> None:
    config = TrainConfig(ModelConfig(compact=True), DataConfig(path=str(dataset)), init=str(adapter))
    with pytest.raises(InputError, match="an adapter is not made compact"):
        train(config, tmp_path / "run")


def test_a_linear_model_needs_two_labels(dataset: Path) -> None:
    same = [s for s in labelled(dataset, "train") if s.stance == "oppose"]
    with pytest.raises(InputError, match="one label only"):
        TfidfModel.fit(same, ModelConfig(kind=ModelKind.tfidf), 1)


def test_interrupted_training_resumes_where_it_stopped(dataset: Path, tmp_path: Path) -> None:
    def config(steps: int, resume: bool) -> TrainConfig:
        data = DataConfig(path=str(dataset), fraction=0.1)
        trainer = TrainerConfig(epochs=9, max_steps=steps, batch_size=64, resume=resume, patience=9)
        return TrainConfig(data=data, trainer=trainer)

    train(config(1, False), tmp_path / "run")
    first = {p.name for p in (tmp_path / "run/checkpoints").glob("checkpoint-*")}
    train(config(3, True), tmp_path / "run")
    state = json.loads((tmp_path / "run/checkpoints/checkpoint-3/trainer_state.json").read_text(encoding="utf-8"))
    assert first == {"checkpoint-1"} and state["global_step"] == 3
    assert any((tmp_path / "run").rglob("events.out.tfevents.*"))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda f: shutil.rmtree(f), "no such checkpoint folder"),
        (lambda f: (f / "peacestance.json").unlink(), r"peacestance\.json is missing"),
        (lambda f: (f / "peacestance.json").write_text("{"), "damaged"),
        (lambda f: _weights(f).unlink(), "checkpoint is damaged"),
        (lambda f: _cut(_weights(f)), "checkpoint is damaged"),
        (lambda f: _edit(f / "peacestance.json", rendering=99), "rendering 99"),
        (lambda f: _edit(f / "peacestance.json", labels=["yes", "no"]), "made for labels"),
        (lambda f: _edit(f / "peacestance.json", max_length="160"), "damaged: max_length is '160'"),
        (lambda f: _edit(f / "peacestance.json", encoder=[]), r"damaged: encoder is \[\]"),
        (lambda f: _edit(f / "peacestance.json", form="halves"), "damaged: 'halves'"),
    ],
)  # fmt: skip
def test_missing_and_damaged_checkpoints_are_named(either: Path, tmp_path: Path, damage: object, message: str) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(either, copy, ignore=shutil.ignore_patterns("checkpoints"))
    damage(copy)  # type: ignore[operator]
    with pytest.raises(InputError, match=message) as caught:
        load_checkpoint(copy)
    assert str(copy) in str(caught.value)


def _weights(folder: Path) -> Path:
    (path,) = folder.glob("*.safetensors")
    return path


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:999])


def _edit(path: Path, **values: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | values), encoding="utf-8")


def test_an_empty_statement_is_refused(tfidf: Path) -> None:
    with pytest.raises(InputError, match="'9' is empty"):
        StanceClassifier.from_pretrained(tfidf).predict([Statement("9", "A", " ")])


def test_over_long_statements_are_cut(checkpoint: Path) -> None:
    (prediction,) = StanceClassifier.from_pretrained(checkpoint).predict([Statement("1", "A", "talk " * 3000)])
    assert prediction.stance in LABELS


def test_training_goes_on_from_a_checkpoint(
    adapter: Path, checkpoint: Path, compact: Path, dataset: Path, tmp_path: Path
) -> None:
    trainer = TrainerConfig(max_steps=1, batch_size=4, learning_rate=1e-9, warmup=0)
    data = DataConfig(str(dataset), validation="", fraction=0.05)
    for start, form in ((adapter, "adapter"), (checkpoint, "full"), (compact, "full")):
        train(TrainConfig(data=data, trainer=trainer, init=str(start)), tmp_path / start.name)
        before, after = (load_checkpoint(folder)[0].logits(STATEMENTS, 8) for folder in (start, tmp_path / start.name))
        # a rate of nearly nothing changes nearly nothing
        assert after == pytest.approx(before, abs=1e-4)
        assert read_card(tmp_path / start.name).form == form


def test_the_encoder_of_a_compact_start_comes_from_the_folder_that_the_config_names(
    compact: Path, dataset: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    config = TrainConfig(ModelConfig(folder=str(empty)), DataConfig(str(dataset)), init=str(compact))
    with pytest.raises(InputError) as caught:
        train(config, tmp_path / "model")
    assert str(empty) in str(caught.value)
    shutil.copytree(resolve_encoder("minilm_l6"), tmp_path / "copy")
    model, _ = load_checkpoint(compact, source=ModelConfig(folder=str(tmp_path / "copy")))
    assert np.array_equal(model.logits(STATEMENTS, 8), load_checkpoint(compact)[0].logits(STATEMENTS, 8))


def test_training_cannot_go_on_from_a_linear_model(tfidf: Path, dataset: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="from a transformer only"):
        train(TrainConfig(data=DataConfig(str(dataset)), init=str(tfidf)), tmp_path / "model")


def test_rare_labels_weigh_more_and_the_mean_is_one(dataset: Path) -> None:
    statements = [s for s in labelled(dataset, "train") if s.stance != "unrelated"]
    for how in ClassWeights:
        weights = class_weights(statements, how)
        assert np.mean([weights[LABELS.index(s.stance or "")] for s in statements]) == pytest.approx(1, abs=1e-5)
    counts = [sum(s.stance == label for s in statements) for label in LABELS[:4]]
    balanced = class_weights(statements, ClassWeights.balanced)
    assert balanced[int(np.argmin(counts))] == max(balanced) and balanced[4] == 0


def test_a_larger_share_of_the_articles_holds_the_smaller_one(dataset: Path) -> None:
    statements = labelled(dataset, "train")
    small, large = (draw_articles(statements, share, seed=3) for share in (0.2, 0.6))
    assert {s.id for s in small} < {s.id for s in large} < {s.id for s in statements}
    assert draw_articles(statements, 1.0, seed=3) == statements


@pytest.mark.parametrize(
    ("stances", "expected"),
    [
        (["support", "support", "oppose"], "support"),
        (["support", "oppose", "neutral"], "conditional"),
        (["neutral", "unrelated"], "neutral"),
        (["neutral", "neutral", "oppose"], "oppose"),
        (["unrelated"], "unrelated"),
    ],
)
def test_a_speakers_stance_in_an_article(stances: list[str], expected: str) -> None:
    assert speaker_stance(stances) == expected


def test_analyze_finds_speakers_under_their_full_names(tfidf: Path) -> None:
    result = analyze(Article("a", STORY), StanceClassifier.from_pretrained(tfidf))
    assert {"Ana Duro", "Bo Lund"} <= {s.speaker for s in result.speakers}
    assert sum(len(s.statements) for s in result.speakers) == len(result.statements)
    assert all(STORY[a:b] for p in result.statements for a, b in p.statement.spans)
    with pytest.raises(InputError, match="empty"):
        analyze("  ", StanceClassifier.from_pretrained(tfidf))


def test_statements_that_differ_in_their_speaker_alone_are_all_labelled(tfidf: Path, tmp_path: Path) -> None:
    rows = [{"id": "s", "speaker": f"speaker {n}", "statement": "We want talks."} for n in range(70)]
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert predict_file(tmp_path / "in.jsonl", tmp_path / "out.jsonl", tfidf).statements == 70


def test_a_file_may_hold_articles_and_statements(tfidf: Path, tmp_path: Path) -> None:
    source, output = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    rows = [
        {"id": "a", "text": STORY},
        {"id": "s", "speaker": "Cy Holm", "statement": "we want talks", "article_id": "b"},
    ]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    done = predict_file(source, output, tfidf)
    assert [r.article.id for r in done.shown] == ["a", "b"] and done.articles == 2
    written = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert len(written) == sum(len(r.statements) for r in done.shown) == done.statements
    assert {"stance", "probabilities", "abstained", "statement", "spans", "speaker"} <= written[0].keys()
    assert written[-1]["id"] == "s"
    run = json.loads(output.with_name("out.jsonl.run.json").read_text(encoding="utf-8"))
    assert run["config"]["checkpoint"] == str(tfidf) and run["training_data"] == read_card(tfidf).data_hash
    source.write_text('{"id": "x"}\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"in\.jsonl:1: neither a statement nor an article"):
        predict_file(source, output, tfidf)


def test_interrupted_prediction_goes_on_where_it_stopped(tfidf: Path, tmp_path: Path) -> None:
    source, output, part = tmp_path / "in.jsonl", tmp_path / "out.jsonl", tmp_path / "out.jsonl.part"
    rows = [json.dumps({"id": f"a{i}", "text": STORY.replace("Monday", f"May {i}")}) for i in range(70)]
    source.write_text("\n".join([*rows, '{"id": "cut']), encoding="utf-8")
    with pytest.raises(InputError, match=r"in\.jsonl:71"):
        predict_file(source, output, tfidf)
    kept = part.read_text(encoding="utf-8").splitlines()
    assert len(kept) == 1 + 64 and not output.exists()
    # a mark in the kept rows shows that they are not made again; the last line was cut when the power went
    kept[1] = kept[1].replace("Ana Duro", "Ana Marked")
    part.write_bytes("\n".join([*kept[:-1], kept[-1][:50] + "“"]).encode()[:-1])
    source.write_text("\n".join(rows), encoding="utf-8")
    done = predict_file(source, output, tfidf)
    speakers = [json.loads(line)["speaker"] for line in output.read_text(encoding="utf-8").splitlines()]
    assert done.articles == 70 and "Ana Marked" in speakers and len(speakers) == done.statements
    assert not part.exists()
    assert len(speakers) == predict_file(source, tmp_path / "fresh.jsonl", tfidf).statements


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: TrainerConfig(epochs=0), r"trainer\.epochs=0"),
        (lambda: TrainerConfig(label_smoothing=1.0), r"trainer\.label_smoothing"),
        (lambda: ModelConfig(max_length=2), r"model\.max_length=2"),
        (lambda: DataConfig(fraction=0.0), r"data\.fraction"),
    ],
)
def test_impossible_settings_are_refused(make: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        make()  # type: ignore[operator]


def test_a_missing_validation_split_is_named_and_none_is_allowed(dataset: Path, tmp_path: Path) -> None:
    model = ModelConfig(kind=ModelKind.tfidf)
    with pytest.raises(InputError, match="no split 'valdation' to choose"):
        train(TrainConfig(model, DataConfig(str(dataset), validation="valdation")), tmp_path / "a")
    assert train(TrainConfig(model, DataConfig(str(dataset), validation="")), tmp_path / "b").validation == {}


def test_a_checkpoint_is_calibrated_anew(tfidf: Path, dataset: Path, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    shutil.copytree(tfidf, folder)
    before = read_card(folder)
    result = CliRunner().invoke(app, ["calibrate", str(folder), str(dataset), "--split", "test"])
    after = read_card(folder)
    assert result.exit_code == 0 and f"{after.temperature:.2f}" in result.output
    assert after.calibrated_on == f"{dataset}, test" and before.calibrated_on == f"{dataset}, validation"
    assert after.temperature != before.temperature and after.data_hash == before.data_hash
