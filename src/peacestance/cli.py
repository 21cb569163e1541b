"""The `peacestance` command: the library without Hydra."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Optional

import typer

from peacestance.schema import InputError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
label = typer.Typer(
    no_args_is_help=True, help="Label articles: sample, sheet, check, blind, agreement, adjudicate, merge."
)
app.add_typer(label, name="label")

Folder = Annotated[Path, typer.Argument(help="The labelling round's folder.")]
Reader = Annotated[str, typer.Option(help="Who fills the sheets in: a lower-case name.")]
Ids = Annotated[Optional[str], typer.Option(help="Article ids, comma-separated; all where left out.")]  # noqa: UP045


def _ids(ids: str | None) -> list[str] | None:
    return [i.strip() for i in ids.split(",") if i.strip()] if ids else None


@app.command("check")
def check_files(
    files: Annotated[list[Path], typer.Argument(help="Embedded articles (.md), or annotated articles (.jsonl).")],
) -> None:
    """Check annotated articles, every fault with file and line, and count labels and kinds."""
    from peacestance.corpus import check_annotated

    faults, counts = check_annotated(files)
    for fault in faults:
        typer.echo(str(fault))
    for name, count in counts.items():
        total = sum(count.values())
        typer.echo(f"{name}: {total} (" + ", ".join(f"{k} {v} = {v / total:.0%}" for k, v in count.most_common()) + ")")
    typer.echo(f"{len(files)} files, {len(faults)} faults")
    if faults:
        raise typer.Exit(1)


@app.command("statements")
def find_statements(
    source: Annotated[
        Path, typer.Argument(metavar="INPUT", help=".txt or .html, a folder of them, or articles .jsonl.")
    ],
    output: Annotated[Optional[Path], typer.Option(help="JSONL of statements to write.")] = None,  # noqa: UP045
    html: Annotated[Optional[Path], typer.Option(help="Page to write: the statements marked in the text.")] = None,  # noqa: UP045
    tagger: Annotated[str, typer.Option(help="Folder of the tagger; '' for rules alone.")] = "models/tagger",
) -> None:
    """Find who says what: print each statement's speaker, cue, words and kind."""
    from peacestance.articles import read_articles
    from peacestance.extraction import StatementExtractor
    from peacestance.files import write_jsonl
    from peacestance.page import write_statements_page
    from peacestance.report import statements_table

    articles = list(read_articles(source))
    found = list(StatementExtractor(tagger).extract_many(articles))
    for article, statements in zip(articles, found, strict=True):
        typer.echo(f"{article.title or article.id}\n\n{statements_table(statements)}\n")
    if output is not None:
        write_jsonl(output, (s.to_row() for statements in found for s in statements))
    if html is not None:
        write_statements_page(zip(articles, found, strict=True), html)
    typer.echo(f"{sum(map(len, found))} statements of {len(articles)} articles")


@app.command("transfer")
def make_transfer_set(
    predictions: Annotated[
        list[Path],
        typer.Argument(help="Predictions .jsonl, a file for each teacher; their probabilities are averaged."),
    ],
    articles: Annotated[Path, typer.Option(help="The articles .jsonl, with their source, path and sha256.")],
    output: Annotated[Path, typer.Option(help="JSONL to write.")],
    votes: Annotated[
        list[Path], typer.Option(help="Labelling rounds whose blind sheets label some of the same statements.")
    ] = [],  # noqa: B006 (typer takes no tuple for a list)
) -> None:
    """Keep teachers' predictions on published articles as offsets and probabilities, without the text."""
    from collections import defaultdict

    from peacestance.articles import read_articles
    from peacestance.corpus.transfer import write_transfer
    from peacestance.files import read_jsonl
    from peacestance.labelling.work import Round
    from peacestance.schema import Prediction, Span

    teachers = [list(read_jsonl(path, Prediction.from_row)) for path in predictions]
    read: defaultdict[tuple[str, str, tuple[Span, ...]], dict[str, str]] = defaultdict(dict)
    for folder in votes:
        for key, own in Round(folder).blind_votes().items():
            read[key] |= own
    written, statements = write_transfer(read_articles(articles), teachers, output, read)
    typer.echo(f"{written} articles, {statements} statements, {len(read)} of them read, in {output}")


@app.command("export")
def export_checkpoint(
    checkpoint: Annotated[Path, typer.Argument(help="A checkpoint folder.")],
    output: Annotated[Path, typer.Option(help="Folder to write.")],
) -> None:
    """Write a checkpoint as a plain Hugging Face folder, which holds all weights."""
    from dataclasses import replace

    from peacestance.checkpoints import load_checkpoint, save_checkpoint
    from peacestance.modeling import Form

    model, card = load_checkpoint(checkpoint)
    save_checkpoint(model, replace(card, form=Form.full.value), output)
    typer.echo(f"{card.encoder or card.kind} in {output}")


@app.command("calibrate")
def calibrate_checkpoint(
    checkpoint: Annotated[Path, typer.Argument(help="A checkpoint folder.")],
    dataset: Annotated[Path, typer.Argument(help="A built dataset of the kind of text that it will label.")],
    split: Annotated[str, typer.Option(help="The split to fit on; not one that you report on.")] = "validation",
) -> None:
    """Fit anew how sure a checkpoint is, and the threshold under which its labels count as unsure."""
    from peacestance.training import calibrate

    card = calibrate(checkpoint, dataset, split)
    typer.echo(f"temperature {card.temperature:.2f}, unsure below {card.abstain_below:.2f}, on {card.calibrated_on}")


@app.command("publish")
def publish_checkpoint(
    checkpoint: Annotated[Path, typer.Argument(help="A checkpoint folder.")],
    evaluation: Annotated[Path, typer.Option(help="The folder of its evaluation.")],
    output: Annotated[Path, typer.Option(help="Folder to write, with a model card.")],
) -> None:
    """Put a checkpoint, what was measured of it, and a model card written from that into a folder."""
    from peacestance.model_card import publish

    for own in publish(checkpoint, evaluation, output):
        low, high = own.interval
        place = "within" if low <= own.now <= high else "outside"
        replaced = f"{low:.3f} to {high:.3f} of the replaced ({own.before:.3f})"
        typer.echo(f"{own.name}: macro-F1 {own.now:.3f}, {place} {replaced}")
    typer.echo(f"published in {output}")


@label.command()
def sample(
    articles: Annotated[Path, typer.Argument(help="Folder or JSONL of articles, or a list of a source's files.")],
    output: Annotated[Path, typer.Option(help="JSONL to write: the list's rows, the most promising article first.")],
    number: Annotated[int, typer.Option(help="How many articles to take.")] = 50,
    mirror: Annotated[Optional[Path], typer.Option(help="Local copy of the source; else it is fetched.")] = None,  # noqa: UP045
    source: Annotated[str, typer.Option(help="The source's key in data/real/sources.yaml.")] = "abp",
) -> None:
    """Choose articles to annotate next: those on wars with most words of refusal and of terms."""
    from peacestance.corpus.annotated import annotated_to_row
    from peacestance.files import write_jsonl
    from peacestance.labelling.sampling import rank_articles
    from peacestance.labelling.work import read_round_articles

    rows = {row.article.id: row for row in read_round_articles(articles, mirror, source)}
    ranked = rank_articles(row.article for row in rows.values())[:number]
    write_jsonl(output, (annotated_to_row(rows[c.article.id]) for c in ranked))
    for c in ranked:
        typer.echo(f"{c.article.id}: {c.refusals} refusals, {c.terms} terms, {c.peace} on peace talks")
    typer.echo(f"{len(ranked)} of {len(rows)} articles in {output}")


@label.command()
def start(
    round_folder: Folder,
    articles: Annotated[
        Path, typer.Argument(help="Folder of embedded articles, JSONL of articles, or a list of a source's files.")
    ],
    mirror: Annotated[Optional[Path], typer.Option(help="Local copy of the source; else it is fetched.")] = None,  # noqa: UP045
    source: Annotated[str, typer.Option(help="The source's key in data/real/sources.yaml.")] = "abp",
) -> None:
    """Begin a labelling round: put the articles into its folder."""
    from peacestance.labelling.work import Round, read_round_articles

    rows = read_round_articles(articles, mirror, source)
    Round(round_folder).start(rows)
    typer.echo(f"{len(rows)} articles in {round_folder}")


@label.command()
def sheet(round_folder: Folder, reader: Reader, ids: Ids = None, double: bool = False) -> None:
    """Write annotator's sheets with numbered paragraphs (`--double`: for a second full annotation)."""
    from peacestance.labelling.work import Round

    written = Round(round_folder).write_sheets(reader, _ids(ids), "double" if double else "sheets")
    typer.echo(f"{written} new sheets for {reader}")


@label.command()
def check(round_folder: Folder, reader: Annotated[str, typer.Option(help="Only this reader's sheets.")] = "") -> None:
    """Check every sheet that lies in the round; each fault with its file and line."""
    from peacestance.labelling.work import Round

    faults, counts = Round(round_folder).check(reader)
    for fault in faults:
        typer.echo(str(fault))
    typer.echo(", ".join(f"{name}: {n}" for name, n in counts.items()) + f"; {len(faults)} faults")
    if faults:
        raise typer.Exit(1)


@label.command()
def blind(round_folder: Folder, reader: Reader, ids: Ids = None) -> None:
    """Write blind sheets: the contents marked and numbered, no labels."""
    from peacestance.labelling.work import Round

    typer.echo(f"{Round(round_folder).write_blind(reader, _ids(ids))} new blind sheets for {reader}")


@label.command("agreement")
def measure_agreement(
    rounds: Annotated[list[Path], typer.Argument(help="Folders of one or more labelling rounds.")],
    output: Annotated[Optional[Path], typer.Option(help="JSON to write.")] = None,  # noqa: UP045
) -> None:
    """Measure agreement: on stance over all double votes, on spans over second full annotations."""
    from dataclasses import asdict

    from peacestance.files import write_json
    from peacestance.labelling.work import Round, agreement

    stance, span = agreement(Round(folder) for folder in rounds)
    if stance is not None:
        low, high = stance.interval
        typer.echo(
            f"stance: alpha {stance.alpha:.3f} [{low:.3f}, {high:.3f}] over {stance.statements} statements of "
            f"{stance.articles} articles; {stance.equal:.1%} equal"
        )
        for pair, (kappa, n) in stance.kappa.items():
            typer.echo(f"  kappa {pair}: {kappa:.3f} (n = {n})")
        for labels, n in stance.confusion.items():
            typer.echo(f"  {labels}: {n}")
    if span is not None:
        typer.echo(
            f"spans: overlap F1 {span.overlap_f1:.3f}, exact {span.exact_f1:.3f}, same speaker {span.speaker:.3f}, "
            f"same stance {span.stance:.3f} over {span.articles} articles"
        )
    if output is not None:
        write_json(output, {"stance": stance and asdict(stance), "spans": span and asdict(span)})


@label.command("calibration")
def measure_calibration(
    round_folder: Folder,
    output: Annotated[Optional[Path], typer.Option(help="JSON to write.")] = None,  # noqa: UP045
) -> None:
    """Measure each blind reader against the labels that the round's articles came with."""
    from dataclasses import asdict

    from peacestance.files import write_json
    from peacestance.labelling.work import Round, calibration

    rows = calibration(Round(round_folder))
    for row in rows:
        typer.echo(f"{row.reader}: alpha {row.alpha:.3f}, kappa {row.kappa:.3f} (n = {row.statements})")
    if output is not None:
        write_json(output, {"rows": [asdict(row) for row in rows]})


@label.command()
def adjudicate(round_folder: Folder, reader: Reader, ids: Ids = None) -> None:
    """Write adjudication sheets: the statements whose votes differ."""
    from peacestance.labelling.work import Round

    typer.echo(f"{Round(round_folder).write_adjudication(reader, _ids(ids))} new adjudication sheets for {reader}")


@label.command()
def merge(
    round_folder: Folder,
    output: Annotated[Path, typer.Option(help="JSONL to write.")],
    ids: Ids = None,
    double: Annotated[bool, typer.Option(help="The second full annotations, as they are.")] = False,
) -> None:
    """Write the decided annotations: stand-off where the articles come from a source, with their text otherwise."""
    from peacestance.labelling.work import Round

    articles, statements = Round(round_folder).merge(output, _ids(ids), double)
    typer.echo(f"{articles} articles, {statements} statements in {output}")


def main() -> None:
    """Run the command; bad input ends it with one clear line instead of a traceback."""
    try:
        app()
    except InputError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
