"""Commands about what accompanies a case: papers, files, conflicts, tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FormCode = Literal[
    "F01", "F02", "F03", "F04", "F05", "F06", "F07", "F08", "F09", "F10",
    "F11", "F11A", "F12", "F13", "F14", "F15", "F15A", "F15B", "F16", "F16A",
    "F16B", "F17", "F17A", "F17B", "F18", "F19", "F20", "F21", "F22", "F23",
    "F23A", "F24", "F25", "F26", "F26A", "F26B", "F26C",
]  # fmt: skip
"""Codes of ``domain.papers.FORMS``: a test holds the two together."""


@dataclass(frozen=True, slots=True)
class IssuePaper:
    """Issue a paper: freeze its content, take its number, render it, store the PDF."""

    case_id: str
    """The visit or the matter, as the form has it (``domain.papers.FORMS``)."""
    form: FormCode
    size: Literal["", "A4", "A5", "R80", "R58"] = ""
    """The sheet; empty means the form's usual one."""
    of_paper: str = ""
    """F18: the notice it proves the delivery of."""
    large: bool = False
    """In large type 大字版, for a form whose copy goes home with the petitioner."""


@dataclass(frozen=True, slots=True)
class ConfirmPrint:
    """The clerk's answer to "did it come out?" 纸张是否已打印出来."""

    paper_id: str
    case_id: str
    came_out: bool
    printer: str = ""
    copies: int = 1
    large: bool | None = None
    """Whether what came out was in large type 大字版; None: as it came out before, or as it was issued."""


@dataclass(frozen=True, slots=True)
class CopyPaper:
    """A copy of a stored paper leaves as a PDF file 另存为PDF; ``file`` is the file's name, without its folder."""

    paper_id: str
    case_id: str
    file: str


@dataclass(frozen=True, slots=True)
class VoidPaper:
    """Void a paper 作废: its number stays used and is never given again."""

    paper_id: str
    case_id: str
    why: str


@dataclass(frozen=True, slots=True)
class AttachFile:
    """Attach a file to a visit or a matter 附材料: its bytes are kept here first, then named by an act."""

    case_id: str
    paths: tuple[str, ...]
    """Files on this PC, left as they are. Several pictures become the pages of one PDF."""
    name: str = ""
    """The name it is shown by; empty means: the (first) file's."""
    profile: Literal["auto", "text", "photo", "original"] = "auto"
    """How pictures are kept: each page as fits it · black and white · grey or colour · the very bytes."""


@dataclass(frozen=True, slots=True)
class WithdrawFile:
    """Withdraw an attached file 撤回材料; it stays in the record, marked, with the reason."""

    case_id: str
    file_id: str
    why: str


@dataclass(frozen=True, slots=True)
class SettleConflict:
    """Settle one field 核对: ``chosen_act`` is the head whose value stands; or empty, with ``value`` giving a third."""

    case_id: str
    field: str
    chosen_act: str
    value: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Settlement:
    """What stands for one field; ``keep_both`` keeps the others as a note, ``seen`` are the heads that were shown."""

    field: str
    chosen_act: str = ""
    value: str = ""
    keep_both: bool = False
    seen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SettleConflicts:
    """Settle several fields of one case 核对 in one go."""

    case_id: str
    settlements: tuple[Settlement, ...]
    why: str = ""


@dataclass(frozen=True, slots=True)
class ImportCalendar:
    """Import a year's working-day table 工作日历 from its JSON text."""

    table: str


@dataclass(frozen=True, slots=True)
class ImportRules:
    """Import a region's dated table of periods and settings 期限规则表 from its JSON text."""

    table: str


@dataclass(frozen=True, slots=True)
class ImportCodes:
    """Import a newer version of a table of codes 代码表 from its JSON text."""

    table: str


@dataclass(frozen=True, slots=True)
class ImportHeads:
    """Import who heads which organ of the directory 机构负责人 from which day on, from its JSON text (R 30③)."""

    table: str


@dataclass(frozen=True, slots=True)
class ImportWording:
    """Put a newer version of a form's wording 文书用语 in force for a region or an office, from its JSON text."""

    table: str
