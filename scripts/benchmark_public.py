"""Set a model beside published figures on a public stance set, into benchmarks/public.json: see conf/public.yaml."""

from __future__ import annotations

import sys
from pathlib import Path

import hydra
from omegaconf import DictConfig

from peacestance.schema import InputError

# this folder's evaluate.py must not stand in for the package of that name
sys.path = [entry for entry in sys.path if Path(entry).resolve() != Path(__file__).resolve().parent]


@hydra.main(version_base="1.3", config_path="../conf", config_name="public")
def main(composed: DictConfig) -> None:
    from hydra.core.hydra_config import HydraConfig

    from peacestance.config import run_folder, to_config
    from peacestance.evaluation.public import PublicConfig, benchmark_public, comparison_table

    name = HydraConfig.get().runtime.choices["data"]
    try:
        rows = benchmark_public(name, to_config(PublicConfig, composed), run_folder())
    except InputError as error:
        sys.exit(f"error: {error}")
    print(comparison_table(name, rows))


if __name__ == "__main__":
    main()
