"""Which Han of GB 18030-2022 with Amendment 1 the shipped faces draw, block by block: ``docs/characters.md``.

python -m desktop.printing.coverage docs/characters.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from desktop.printing.faces import CHAINS, faces

_GB_RADICALS = (0x2E81, 0x2E84, 0x2E88, 0x2E8B, 0x2E8C, 0x2E97, 0x2EA7, 0x2EAA, 0x2EAE, 0x2EB3, 0x2EB6, 0x2EB7, 0x2EBB,
                0x2ECA)  # fmt: skip
_UNIFIED_COMPATIBLE = (0xFA0E, 0xFA0F, 0xFA11, 0xFA13, 0xFA14, 0xFA1F, 0xFA21, 0xFA23, 0xFA24, 0xFA27, 0xFA28, 0xFA29)
_NOTHING = range(0)


@dataclass(frozen=True, slots=True)
class Block:
    """Code points of a block that are assigned, those in the standard of 2022, those its Amendment 1 added."""

    name: str
    first: int
    last: int
    assigned: frozenset[int]
    standard: frozenset[int]
    amendment: frozenset[int]


def _block(
    name: str,
    span: tuple[int, int],
    assigned: Iterable[int],
    standard: Iterable[int] = _NOTHING,
    amendment: Iterable[int] = _NOTHING,
) -> Block:
    return Block(name, *span, frozenset(assigned), frozenset(standard), frozenset(amendment))


def _to(first: int, last: int) -> range:
    return range(first, last + 1)


BLOCKS = (
    _block("康熙部首", (0x2F00, 0x2FDF), _to(0x2F00, 0x2FD5), _to(0x2F00, 0x2FD5)),
    _block("部首补充", (0x2E80, 0x2EFF), {*_to(0x2E80, 0x2EF3)} - {0x2E9A}, _GB_RADICALS),
    _block("基本区", (0x4E00, 0x9FFF), _to(0x4E00, 0x9FFF), _to(0x4E00, 0x9FEF), _to(0x9FF0, 0x9FFF)),
    _block("扩充A", (0x3400, 0x4DBF), _to(0x3400, 0x4DBF), _to(0x3400, 0x4DB5), _to(0x4DB6, 0x4DBF)),
    _block("扩充B", (0x20000, 0x2A6DF), _to(0x20000, 0x2A6DF), _to(0x20000, 0x2A6D6), _to(0x2A6D7, 0x2A6DF)),
    _block("扩充C", (0x2A700, 0x2B73F), _to(0x2A700, 0x2B739), _to(0x2A700, 0x2B734), _to(0x2B735, 0x2B739)),
    _block("扩充D", (0x2B740, 0x2B81F), _to(0x2B740, 0x2B81D), _to(0x2B740, 0x2B81D)),
    _block("扩充E", (0x2B820, 0x2CEAF), _to(0x2B820, 0x2CEA1), _to(0x2B820, 0x2CEA1)),
    _block("扩充F", (0x2CEB0, 0x2EBEF), _to(0x2CEB0, 0x2EBE0), _to(0x2CEB0, 0x2EBE0)),
    _block("扩充G", (0x30000, 0x3134F), _to(0x30000, 0x3134A), _NOTHING, _to(0x30000, 0x3134A)),
    _block("扩充H", (0x31350, 0x323AF), _to(0x31350, 0x323AF), _NOTHING, _to(0x31350, 0x323AF)),
    _block("扩充I", (0x2EBF0, 0x2EE5F), _to(0x2EBF0, 0x2EE5D), _NOTHING, _to(0x2EBF0, 0x2EE5D)),
    _block("扩充J", (0x323B0, 0x3347F), _to(0x323B0, 0x33479)),
    _block("兼容表意文字", (0xF900, 0xFAFF), {*_to(0xF900, 0xFA6D), *_to(0xFA70, 0xFAD9)}, _UNIFIED_COMPATIBLE),
    _block("兼容表意文字补充", (0x2F800, 0x2FA1F), _to(0x2F800, 0x2FA1D)),
)
"""Han characters and radicals by block; assigned as in Unicode 15.1, Extension J as in 17."""

_HEAD = """# 能打印的汉字

Made by `python -m desktop.printing.coverage docs/characters.md`; a test compares it with the shipped faces.

GB 18030-2022 has 87,887 Han characters and 228 radicals; Amendment 1 of 2024 adds 9,793. A character is drawn by the
first face from left to right that has it; the columns count the characters each one draws in 仿宋 text. What nobody
draws is refused before a number is used, with the character and its code point. Extension J and most compatibility
ideographs are beyond the standard; they are here because names may have them.
"""

_TAIL = """
Letters and figures have a face of their own before these. Private-use characters 造字 have none: the office supplies a
picture (`docs/admin-guide.md`). Not drawn: the scripts of GB 18030-2022 that need shaping (Tibetan, Mongolian, Arabic
of Uyghur and Kazakh, Tai Tham …), and Yi, Lisu, Tai Le. A name in such a script is refused like any character without a
glyph; the form of the name in Han characters is printed.
"""


def table() -> str:
    """The page, as it stands in ``docs/``."""
    chain = [name for name in CHAINS["fang"] if name != "latin"]
    shipped = faces()
    rows = [
        f"| block | code points | assigned | GB 18030-2022 | Amendment 1 | {' | '.join(chain)} | not drawn |",
        "|---|---|" + "---:|" * (len(chain) + 4),
    ]
    sums = [0] * (len(chain) + 4)
    for block in BLOCKS:
        by = dict.fromkeys(chain, 0)
        missing = 0
        for code in block.assigned:
            name = next((each for each in chain if shipped[each].glyph(code)), None)
            if name is None:
                missing += 1
            else:
                by[name] += 1
        counts = [len(block.assigned), len(block.standard), len(block.amendment), *by.values(), missing]
        sums = [a + b for a, b in zip(sums, counts, strict=True)]
        rows.append(f"| {block.name} | U+{block.first:04X}–U+{block.last:04X} | {_counted(counts)} |")
    rows.append(f"| 合计 | | {_counted(sums)} |")
    return _HEAD + "\n" + "\n".join(rows) + "\n" + _TAIL


def _counted(counts: list[int]) -> str:
    return " | ".join(f"{count:,}" if count else "–" for count in counts)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(table(), encoding="utf-8")
