"""Set a model beside published figures on a public stance set, into benchmarks/public.json: see conf/public.yaml."""

from __future__ import annotations

from omegaconf import DictConfig

from peacestance.config import script


@script("public")
def main(composed: DictConfig) -> None:
    from hydra.core.hydra_config import HydraConfig

    from peacestance.config import run_folder, to_config
    from peacestance.evaluation.public import PublicConfig, benchmark_public
    from peacestance.report import public_table

    name = HydraConfig.get().runtime.choices["data"]
    rows = benchmark_public(name, to_config(PublicConfig, composed), run_folder())
    print(public_table(name, rows))


if __name__ == "__main__":
    main()
