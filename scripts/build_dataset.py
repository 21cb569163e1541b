"""Build a dataset from annotated or raw articles: see conf/build.yaml for every option."""

from __future__ import annotations

from omegaconf import DictConfig

from peacestance.config import script


@script("build")
def main(composed: DictConfig) -> None:
    from peacestance.config import run_folder, to_config
    from peacestance.dataset import BuildConfig, build_dataset
    from peacestance.report import manifest_table

    config = to_config(BuildConfig, composed)
    output = run_folder()
    manifest = build_dataset(config, output)
    print(manifest_table(manifest))
    print(f"dataset {manifest.version} in {output}")


if __name__ == "__main__":
    main()
