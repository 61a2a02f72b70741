import re
from xml.etree import ElementTree

import segno

from helpdesk.lib.qr import qr_matrix, qr_path, qr_svg

LINK = "https://desk.example.com/gate/ABCDEFGH23/"


def dark_of_path(size, d):
    """The modules that the path paints."""
    painted = [[False] * size for _ in range(size)]
    pieces = re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", d)
    assert "".join(f"M{x} {y}h{w}v1h-{back}z" for x, y, w, back in pieces) == d
    for x, y, width, back in pieces:
        assert width == back
        for column in range(int(x), int(x) + int(width)):
            painted[int(y)][column] = True
    return painted


def test_the_path_paints_the_code_and_leaves_a_white_border():
    matrix = qr_matrix(LINK)
    size, d = qr_path(LINK)
    assert size == len(matrix) == len(matrix[0])
    assert dark_of_path(size, d) == matrix
    code = [[bool(module) for module in row] for row in segno.make(LINK, error="m", micro=False).matrix]
    assert [row[4:-4] for row in matrix[4:-4]] == code
    assert not any(any(row) for row in matrix[:4] + matrix[-4:])
    assert not any(any(row[:4] + row[-4:]) for row in matrix)


def test_the_picture_is_svg_without_style_script_or_address():
    svg = qr_svg(LINK, scale=5)
    root = ElementTree.fromstring(svg)  # made here, not read from anybody
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert int(root.attrib["width"]) == 5 * len(qr_matrix(LINK))
    assert not re.search(r"style|script|class=|href|\son\w+=", svg)
    assert "desk.example.com" not in svg


def test_chinese_text_is_drawn_too():
    assert qr_path("放行条 陈大文")[0] > 20
