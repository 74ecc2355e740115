"""Papers made of sentences with blanks, on the grid of GB/T 9704: notices and opinions in house style, letters 函.

A wording file says everything a form says: ``paragraphs``, ``sign`` for pens, ``notes`` under the date, ``reply`` for
the part that comes back. ``style`` of a sentence: ``head`` 黑体, ``flush`` without indent, ``pen`` after a blank line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from desktop.printing import notice
from desktop.printing.breaking import balanced, unbroken
from desktop.printing.forms.blanks import blanks, each_of
from desktop.printing.sheet import A4, MM, Sheet
from desktop.printing.wording import fill, fixed_part, words
from domain.papers import TITLES, HandlingReport, SealedTransfer, Written, chinese_date

Sentence = Mapping[str, str]
_FIGURES = "一二三四五六七八九十"


def draw(content: Written, grid: notice.Grid) -> Sheet:
    """The form on as many A4 pages as it needs."""
    said = words(content.wording, content.form)
    values = blanks(content, said)
    title = fill(str(said.get("title", TITLES[content.form])), values)
    sheet = Sheet(title, f"{title} {content.number}", *A4)
    paragraphs = list(_paragraphs(content, said["paragraphs"], values))
    paragraphs += _attachments(getattr(content, "attachments", ()))
    paragraphs += _paragraphs(content, said.get("sign", ()), values)
    notice.draw(
        sheet,
        notice.Notice(
            organ=content.organ,
            title=title,
            document_number=content.document_number,
            addressee=_addressee(content),
            paragraphs=paragraphs,
            signature=notice.Signature(content.organ, chinese_date(content.issued_on)),
            grid=grid,
            letter=content.layout == "letter",
            signer=content.signed_by if isinstance(content, HandlingReport) else "",
            notes=[fill(each["text"], values) for each in said.get("notes", ()) if _applies(each, values)],
            reply=list(_paragraphs(content, said.get("reply", ()), values)),
        ),
    )
    if isinstance(content, SealedTransfer):
        _envelope(sheet, content, said["envelope"])
    return sheet


def _addressee(content: Written) -> str:
    to = getattr(content, "addressee", "") or getattr(content, "to_organ", "")
    return unbroken(to)


def _applies(sentence: Sentence, values: Mapping[str, str]) -> bool:
    return not ("when" in sentence and not values[sentence["when"]]) and not (
        "unless" in sentence and values[sentence["unless"]]
    )


def _paragraphs(content: Written, said: Iterable[Sentence], values: Mapping[str, str]) -> Iterator[notice.Paragraph]:
    """The paragraphs of a part. Sentences side by side with the same ``each`` are said together for every record."""
    for each, group in groupby(said, lambda sentence: sentence.get("each", "")):
        sentences = list(group)
        records = getattr(content, each) if each else (None,)
        for number, record in enumerate(records, 1):
            own = dict(values)
            if record is not None:
                figure = _FIGURES[number - 1] if number <= len(_FIGURES) else str(number)
                own |= {"name": unbroken(record)} if isinstance(record, str) else each_of(record)
                own["n"] = figure
            for sentence in sentences:
                if _applies(sentence, own):
                    pen = "pen" in sentence.get("style", "") and number == 1
                    yield _paragraph(sentence, own, after_blank=pen)


def _paragraph(sentence: Sentence, values: Mapping[str, str], *, after_blank: bool) -> notice.Paragraph:
    text, style = sentence["text"], sentence.get("style", "").split()
    return notice.Paragraph(
        fixed_part(text),
        fill(text, values),
        style="hei" if "head" in style else "fang",
        indent=0.0 if "flush" in style else 2.0,
        after_blank=after_blank,
    )


def _attachments(names: tuple[str, ...]) -> list[notice.Paragraph]:
    """附件说明: a blank line after the text, names without a mark at the end."""
    if len(names) < 2:
        return [notice.Paragraph("附件：", f"附件：{name}", after_blank=True) for name in names]
    rows = [f"{n}. {name}" for n, name in enumerate(names, 1)]
    first = notice.Paragraph("附件：", f"附件：{rows[0]}", after_blank=True)
    return [first, *(notice.Paragraph("", row, indent=5) for row in rows[1:])]


def _envelope(sheet: Sheet, content: SealedTransfer, said: Mapping[str, str]) -> None:
    """The label 封签 for the outside of a sealed envelope: where it goes, its number, nothing of what is in it."""
    sheet.new_page()
    left, top, wide, high = 28 * MM, 50 * MM, A4[0] - 54 * MM, 120 * MM
    sheet.box(left, top, wide, high, 1.2)
    sheet.box(left + 2 * MM, top + 2 * MM, wide - 4 * MM, high - 4 * MM, 0.5)
    sheet.text(left + 8 * MM, top + 16 * MM, 22, "hei", said["mark"])
    sheet.fixed("hei", said["mark"])
    y = top + 42 * MM
    for part in balanced("title", content.to_organ, (wide - 16 * MM) / 22):
        sheet.text(A4[0] / 2, y, 22, "title", part, align="centre")
        y += 11 * MM
    sheet.text(A4[0] / 2, y, 16, "fang", said["open_by"], align="centre")
    y = top + high - 32 * MM
    for head, text in (
        (said["number"], content.number),
        (said["sent"], chinese_date(content.sent_on)),
        (said["sender"], ""),
    ):
        sheet.text(left + 8 * MM, y, 14, "fang", f"{head}{text}")
        sheet.fixed("fang", head)
        y += 8.5 * MM
    y = top + high + 10 * MM
    for part in balanced("title", content.organ, wide / 16):
        sheet.text(A4[0] - 26 * MM, y, 16, "fang", part, align="right")
        y += 8 * MM
    sheet.text(left, y + 2 * MM, 10.5, "fang", said["note"])
    sheet.fixed("fang", said["note"] + said["open_by"])
