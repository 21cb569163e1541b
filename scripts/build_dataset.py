"""Build a dataset from annotated or raw articles: see conf/build.yaml for every option."""

from __future__ import annotations

import sys

import hydra
from omegaconf import DictConfig

from peacestance.schema import InputError


@hydra.main(version_base="1.3", config_path="../conf", config_name="build")
def main(composed: DictConfig) -> None:
    from peacestance.config import run_folder, to_config
    from peacestance.dataset import BuildConfig, build_dataset
    from peacestance.report import manifest_table

    try:
        config = to_config(BuildConfig, composed)
        output = run_folder()
        manifest = build_dataset(config, output)
    except InputError as error:
        sys.exit(f"error: {error}")
    print(manifest_table(manifest))
    print(f"dataset {manifest.version} in {output}")


if __name__ == "__main__":
    main()
