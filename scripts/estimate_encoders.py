"""What fine-tuning each encoder takes, reckoned from its sizes: python scripts/estimate_encoders.py --help."""

from __future__ import annotations

from typing import Annotated

import typer

from peacestance.encoders import ENCODERS, training_flops, training_memory
from peacestance.report import table


def main(
    batch_size: Annotated[int, typer.Option(help="Statements a step, before accumulation.")] = 16,
    max_length: Annotated[int, typer.Option(help="Tokens of the longest statement, which decides the memory.")] = 160,
    tokens: Annotated[int, typer.Option(help="Tokens of a usual statement, which decides the time.")] = 30,
    statements: Annotated[int, typer.Option(help="Statements an epoch.")] = 10_000,
    half: Annotated[bool, typer.Option("--half/--full", help="Mixed or full precision.")] = True,
    tflops: Annotated[float, typer.Option(help="What the machine sustains, in 10^12 operations a second.")] = 10.0,
) -> None:
    """Memory, and seconds an epoch, of training all weights, all but the token embeddings, or adapters of rank 8.

    The formulas and their sources stand in peacestance.encoders. 10 TFLOP/s is assumed for a consumer GPU in half
    precision; the two cores of benchmarks/run.json reached 0.05 in full precision.
    """
    rows = []
    for name, encoder in ENCODERS.items():
        ways = [
            training_memory(encoder.shape, batch_size, max_length, frozen, rank, half)
            for frozen, rank in ((False, 0), (True, 0), (False, 8))
        ]
        work = training_flops(encoder.shape, batch_size, tokens) * statements
        gigabytes = [f"{memory / 2**30:.1f}" for memory in ways]
        rows.append([name, round(encoder.shape.parameters / 1e6), *gigabytes, round(work / (tflops * 1e12))])
    print(table(["encoder", "M parameters", "GiB, all", "GiB, no embeddings", "GiB, adapters", "s an epoch"], rows))


if __name__ == "__main__":
    typer.run(main)
