"""Scores the classifier on a file of labelled complaints that it has never seen."""

import json
from argparse import ArgumentParser, BooleanOptionalAction
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tickets.classification import CLASSES, classify, warm_up
from tickets.classification.curves import (
    DRAWS,
    in_script,
    learning_curve,
    verbatim_or_said_so,
    weight_of_reasons,
)
from tickets.classification.model import Model, shipped_model
from tickets.classification.scoring import Figures, figures_of, judge_all
from tickets.classification.training import Example
from tickets.services.learning import model_in_use

CALLED_ALSO = {"help": "help_seeking"}


class Command(BaseCommand):
    help = "Scores the classifier: FILE holds a JSON object a line, with text, label, second_label and lang."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--in-use", action="store_true", help="the model in use instead of the one that is shipped"
        )
        parser.add_argument(
            "--learning",
            action=BooleanOptionalAction,
            default=True,
            help="what 40 to 320 examples reach on FILE, some ten seconds' work; nothing is learnt from it",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        rows = read_rows(options["file"])
        warm_up()
        model = model_in_use() if options.get("in_use") else shipped_model()
        self.stdout.write(
            f"model {model.version}, {model.examples} examples, temperature {model.temperature}"
        )
        self.write_scores(rows, model)
        self.write_reasons([example for example, _language in rows], model)
        if options.get("learning"):
            self.write_curve([example for example, _language in rows])

    def write_scores(self, rows: list[tuple[Example, str]], model: Model) -> None:
        judged, slowest = judge_all(
            [example for example, _language in rows], lambda text: shares_of(text, model)
        )
        self.write_figures(figures_of(judged))
        self.stdout.write(f"95th percentile of time      {slowest:.1f} ms")
        for language in sorted({language for _example, language in rows if language}):
            part = [each for each, (_example, of) in zip(judged, rows, strict=True) if of == language]
            self.write_part(f"language {language}", figures_of(part))
        for script, name in (("t2s", "all in Simplified"), ("s2t", "all in Traditional")):
            written = in_script([example for example, _language in rows], script)
            if written:
                part, _slowest = judge_all(written, lambda text: shares_of(text, model))
                self.write_part(name, figures_of(part))

    def write_part(self, name: str, figures: Figures) -> None:
        self.stdout.write(
            f"{name:<19} {figures.items:4d} items, "
            f"accuracy {figures.accuracy:.3f}, macro-F1 {figures.macro_f1:.3f}"
        )

    def write_reasons(self, examples: list[Example], model: Model) -> None:
        texts = [example.text for example in examples]
        honest, without = verbatim_or_said_so(texts, model)
        self.stdout.write(
            f"verbatim words or no cue     {honest / len(texts):.3f} ({without} without a clear cue)"
        )
        given, lowered = weight_of_reasons(texts, model)
        if given:
            self.stdout.write(f"words out, class lowered     {lowered / given:.3f} ({given} reasons)")

    def write_curve(self, examples: list[Example]) -> None:
        self.stdout.write(f"learnt from N of the hand-written set, mean of {DRAWS} draws: macro-F1")
        curve = learning_curve(examples)
        for size, reached in curve.items():
            self.stdout.write(f"  {size:4d} {reached:.3f}")
        self.stdout.write(f"gained from 40 to 160        {curve[160] - curve[40]:+.3f}")

    def write_figures(self, figures: Figures) -> None:
        lines = {
            "items": figures.items,
            "accuracy": figures.accuracy,
            "macro-F1": figures.macro_f1,
            **{f"F1 {name}": figures.f1[name] for name in CLASSES},
            "right in the first two": figures.top_two,
            "accuracy on one reading": figures.one_reading,
            "valid: recall": figures.valid_recall,
            "valid: flagged as possible": figures.valid_flagged,
            "calibration error (10 bins)": figures.calibration_error,
            f"accuracy where sure ({figures.sure_items})": figures.sure_accuracy,
        }
        for name, value in lines.items():
            shown = "-" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)
            self.stdout.write(f"{name:<28} {shown}")
        self.stdout.write("truth -> suggested: " + ", ".join(CLASSES))
        for name in CLASSES:
            counts = " ".join(f"{figures.confusion[name][other]:4d}" for other in CLASSES)
            self.stdout.write(f"  {name:<14} {counts}")


def shares_of(text: str, model: Model) -> list[float]:
    """The shares in the order of CLASSES, through the same door as the desk's form."""
    given = dict(classify(text, model=model).ranking)
    return [given[name] for name in CLASSES]


def read_rows(path: Path) -> list[tuple[Example, str]]:
    """The labelled texts with their language; refuses a file that can't be read or names an unknown class."""
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        found = [
            (
                Example(row["text"], called(row["label"]), called(row.get("second_label")) or None),
                row.get("lang") or "",
            )
            for row in rows
        ]
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise CommandError(f"{path}: {problem}") from problem
    unknown = {example.complaint_class for example, _language in found} - set(CLASSES)
    if unknown or not found:
        raise CommandError(f"{path}: no labelled complaints, or unknown classes {sorted(unknown)}.")
    return found


def called(label: str | None) -> str:
    """The class by its own name; none stays none."""
    return CALLED_ALSO.get(label or "", label or "")
