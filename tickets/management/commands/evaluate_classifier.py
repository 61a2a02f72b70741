"""Scores the classifier on a file of labelled complaints that it has never seen."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tickets.classification import CLASSES, classify, warm_up
from tickets.classification.model import shipped_model
from tickets.classification.scoring import Figures, figures_of, judge_all
from tickets.classification.training import Example

CALLED_ALSO = {"help": "help_seeking"}


class Command(BaseCommand):
    help = "Scores the classifier: FILE holds a JSON object a line, with text, label, second_label and lang."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        rows = read_rows(options["file"])
        examples = [example for example, _language in rows]
        warm_up()
        judged, slowest = judge_all(examples, shares_of)
        model = shipped_model()
        self.stdout.write(
            f"model {model.version}, {model.examples} examples, temperature {model.temperature}"
        )
        self.write_figures(figures_of(judged))
        self.stdout.write(f"95th percentile of time      {slowest:.1f} ms")
        for language in sorted({language for _example, language in rows if language}):
            part = [each for each, (_example, of) in zip(judged, rows, strict=True) if of == language]
            figures = figures_of(part)
            self.stdout.write(
                f"language {language:<4} {figures.items:4d} items, "
                f"accuracy {figures.accuracy:.3f}, macro-F1 {figures.macro_f1:.3f}"
            )

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


def shares_of(text: str) -> list[float]:
    """The shares in the order of CLASSES, through the same door as the desk's form."""
    given = dict(classify(text).ranking)
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
