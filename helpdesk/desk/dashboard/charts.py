"""Geometry of the charts: numbers for SVG attributes, so that nothing needs a style or a script."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

WIDTH, HEIGHT, LEFT, FOOT = 640, 210, 28, 22
CELL_W, CELL_H = 30, 26


def stacked(
    days: Sequence[date], counts: Mapping[date, Mapping[str, int]], keys: Sequence[str]
) -> dict[str, Any]:
    """One column for each day, or for several days where there are many, in pieces from below in the order of `keys`."""
    step = max(1, -(-len(days) // 31))
    bins = [days[i : i + step] for i in range(0, len(days), step)]
    sums = [{key: sum(counts.get(day, {}).get(key, 0) for day in b) for key in keys} for b in bins]
    top = nice_top(max((sum(s.values()) for s in sums), default=0))
    wide = (WIDTH - LEFT) / max(1, len(bins))
    inner = HEIGHT - FOOT
    columns = []
    for n, (b, s) in enumerate(zip(bins, sums, strict=True)):
        y, pieces = float(inner), []
        for key in keys:
            tall = s[key] * (inner - 8) / top
            y -= tall
            if s[key]:
                pieces.append(
                    {"key": key or "none", "y": round(y, 1), "height": round(max(tall - 0.8, 0.6), 1)}
                )
        x = LEFT + n * wide
        columns.append(
            {
                "first": b[0],
                "last": b[-1],
                "x": round(x + wide * 0.18, 1),
                "width": round(wide * 0.64, 1),
                "middle": round(x + wide / 2, 1),
                "pieces": pieces,
                "counts": [s[key] for key in keys],
                "total": sum(s.values()),
                "labelled": n % max(1, -(-len(bins) // 5)) == 0,
            }
        )
    lines = [
        {"value": round(top * q / 4), "y": round(inner - (inner - 8) * q / 4, 1)}
        for q in range(5)
        if top * q % 4 == 0
    ]
    return {
        "columns": columns,
        "lines": lines,
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "foot": HEIGHT - 6,
    }


def nice_top(most: int) -> int:
    """The end of an axis that holds `most` and divides into four."""
    for unit in (4, 8, 12, 16, 20, 40, 60, 80, 100, 200, 400, 800, 2000, 4000):
        if most <= unit:
            return unit
    return -(-most // 4000) * 4000


def heat(counts: Mapping[tuple[int, int], int], weekdays: Sequence[str]) -> dict[str, Any]:
    """Hours × weekdays, each cell in one of five depths; hours without a call at either end are left out."""
    hours_used = [hour for (_day, hour), count in counts.items() if count]
    first, last = min([*hours_used, 8]), max([*hours_used, 18])
    most = max(counts.values(), default=0)
    left = 40
    rows = []
    for n, word in enumerate(weekdays):
        cells = []
        for hour in range(first, last + 1):
            count = counts.get((n + 1, hour), 0)
            depth = -(-4 * count // most) if most else 0
            cells.append(
                {
                    "hour": hour,
                    "count": count,
                    "depth": depth,
                    "x": left + (hour - first) * CELL_W,
                    "text_x": left + (hour - first) * CELL_W + CELL_W / 2,
                    "told": depth == 4,
                }
            )
        rows.append({"word": word, "y": n * CELL_H, "text_y": n * CELL_H + 17, "cells": cells})
    hours = [
        {"hour": f"{hour:02d}", "x": left + (hour - first) * CELL_W + CELL_W / 2}
        for hour in range(first, last + 1)
        if (hour - first) % 2 == 0
    ]
    width = left + (last - first + 1) * CELL_W
    return {
        "rows": rows,
        "hours": hours,
        "all_hours": range(first, last + 1),
        "width": width,
        "height": 7 * CELL_H + 20,
        "foot": 7 * CELL_H + 15,
        "cell_w": CELL_W - 1,
        "cell_h": CELL_H - 1,
        "total": sum(counts.values()),
        "most": most,
    }


def dumbbells(
    spans: Mapping[str, Mapping[str, timedelta]], labels: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    """Median to 90th percentile of each group on one axis."""
    longest = max((s["p90"].total_seconds() for s in spans.values() if "p90" in s), default=0) or 1
    left, wide = 90, 230
    rows: list[dict[str, Any]] = []
    for key, word in labels:
        span = spans.get(key)
        row: dict[str, Any] = {
            "median": None,
            "p90": None,
            "word": word,
            "y": 18 + 32 * len(rows),
            "text_y": 22 + 32 * len(rows),
        }
        if span and "median" in span and "p90" in span:
            row |= {
                "median": span["median"],
                "p90": span["p90"],
                "x1": round(left + wide * span["median"].total_seconds() / longest, 1),
                "x2": round(left + wide * span["p90"].total_seconds() / longest, 1),
            }
        rows.append(row)
    return {
        "rows": rows,
        "left": left,
        "right": left + wide,
        "width": left + wide + 12,
        "height": 8 + 32 * len(rows),
    }


def bars(rows: Sequence[tuple[str, int, int, str, str]]) -> list[dict[str, Any]]:
    """A track for each (name, open, late, their two addresses): how much is open, its late part at the end, in per cent."""
    most = max((row[1] for row in rows), default=0) or 1
    return [
        {
            "name": name,
            "open": count,
            "late": late,
            "url": url,
            "late_url": late_url,
            "percent": round(100 * (count - late) / most, 1),
            "late_percent": round(100 * late / most, 1),
        }
        for name, count, late, url, late_url in rows
    ]
