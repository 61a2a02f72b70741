"""QR codes, drawn without styles, scripts or addresses so that they pass the content policy."""

import io
from itertools import groupby

import segno

BORDER = 4  # modules of white that a reader needs around the code


def qr_svg(text: str, *, scale: int = 4) -> str:
    """A whole SVG picture, `scale` pixels for a module, for a view of its own; black on white in any theme."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out,
        kind="svg",
        scale=scale,
        border=BORDER,
        xmldecl=False,
        nl=False,
        light="#fff",
        svgclass=None,
        lineclass=None,
    )
    return out.getvalue().decode()


def qr_matrix(text: str) -> list[list[bool]]:
    """The code row by row, true where it is dark, with its white border."""
    code = segno.make(text, error="m", micro=False)
    return [[bool(module) for module in row] for row in code.matrix_iter(border=BORDER)]


def qr_path(text: str) -> tuple[int, str]:
    """The side in modules and the `d` of one path: <svg viewBox="0 0 side side"><path d="…"/></svg>."""
    matrix = qr_matrix(text)
    strokes = []
    for y, row in enumerate(matrix):
        x = 0
        for dark, modules in groupby(row):
            width = len(list(modules))
            if dark:
                strokes.append(f"M{x} {y}h{width}v1h-{width}z")
            x += width
    return len(matrix), "".join(strokes)
