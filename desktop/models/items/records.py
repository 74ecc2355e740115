"""RecordTable: frozen rows as a table whose columns are data; it holds values, never queries and never raises."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Generic, Literal, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

R = TypeVar("R")
Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class Role(IntEnum):
    """What a cell knows beyond Qt's own roles."""

    ID = Qt.ItemDataRole.UserRole
    """Raw id of the row (str), empty on a section line."""
    SORT = Qt.ItemDataRole.UserRole + 1
    """The value the column sorts by."""
    TONE = Qt.ItemDataRole.UserRole + 2
    """A word for the painter: ``late``, ``today``, ``soon``, ``good``, ``wait``, ``quiet``, ``strong`` or empty."""
    SECTION = Qt.ItemDataRole.UserRole + 3
    """True on a section line."""


@dataclass(
    frozen=True
)  # no slots: ``Column[VisitRow](…)`` sets a name on the new value, which slots answer with TypeError
class Column(Generic[R]):
    """One column as data. ``width`` is in full-width characters; a column with ``stretch`` takes what is left.

    Where the room does not suffice, columns with ``spare`` are left out, the lowest first.
    """

    title: str
    text: Callable[[R], str]
    width: int = 8
    stretch: bool = False
    spare: int = 0
    align: Literal["left", "right", "center"] = "left"
    sort: Callable[[R], Any] | None = None
    """Sort value; all values of one column must compare with each other. Left out: the text."""
    tip: Callable[[R], str] | None = None
    """Tooltip; left out: the text itself, so that elided words can be read."""
    tone: Callable[[R], str] | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A heading line between rows; ``order`` puts the sections in their sequence whatever the column sorted by."""

    order: tuple[int | str, ...]
    title: str


@dataclass(frozen=True, slots=True)
class _Heading:
    title: str
    count: int


_ALIGN = {
    "left": Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
    "right": Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
    "center": Qt.AlignmentFlag.AlignCenter,
}


class RecordTable(QAbstractTableModel, Generic[R]):
    """Rows of one kind. With ``section`` the rows stand under headings and sorting stays inside each section.

    A heading counts its rows, or what they stand for by ``weight``.
    """

    def __init__(
        self,
        columns: Sequence[Column[R]],
        key: Callable[[R], str],
        *,
        section: Callable[[R], Section] | None = None,
        weight: Callable[[R], int] = lambda _row: 1,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._key = key
        self._section = section
        self._weight = weight
        self._given: tuple[R, ...] = ()
        self._lines: list[R | _Heading] = []
        self._sorted_by: tuple[int, Qt.SortOrder] | None = None

    def set_rows(self, rows: Sequence[R]) -> None:
        """Show these rows; the order is theirs until a column is sorted by. Equal rows change nothing."""
        given = tuple(rows)
        if given == self._given:
            return
        self.beginResetModel()
        self._given = given
        self._lines = self._arrange()
        self.endResetModel()

    def rows(self) -> tuple[R, ...]:
        """The rows in the order shown, without section lines."""
        return tuple(line for line in self._lines if not isinstance(line, _Heading))

    def row_at(self, line: int) -> R | None:
        """The row on a line, None for a section line or outside the table."""
        found = self._lines[line] if 0 <= line < len(self._lines) else None
        return None if isinstance(found, _Heading) else found

    def line_of(self, row_id: str) -> int:
        """The line a row stands on, -1 when it is not shown."""
        for number, line in enumerate(self._lines):
            if not isinstance(line, _Heading) and self._key(line) == row_id:
                return number
        return -1

    def first_row(self) -> int:
        """The first line that is a row, -1 when there is none."""
        return next((n for n, line in enumerate(self._lines) if not isinstance(line, _Heading)), -1)

    def section_lines(self) -> tuple[int, ...]:
        """Lines that are headings."""
        return tuple(n for n, line in enumerate(self._lines) if isinstance(line, _Heading))

    def _arrange(self) -> list[R | _Heading]:
        rows = list(self._given)
        if self._sorted_by is not None:
            column, order = self._sorted_by
            sort = self.columns[column].sort or self.columns[column].text
            rows.sort(key=sort, reverse=order is Qt.SortOrder.DescendingOrder)
        if self._section is None:
            return list(rows)
        groups: dict[Section, list[R]] = {}
        for row in rows:
            groups.setdefault(self._section(row), []).append(row)
        lines: list[R | _Heading] = []
        for section in sorted(groups, key=lambda found: found.order):
            lines.append(_Heading(section.title, sum(map(self._weight, groups[section]))))
            lines.extend(groups[section])
        return lines

    # Qt's own names

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._lines) or index.column() >= len(self.columns):
            return None
        line = self._lines[index.row()]
        if isinstance(line, _Heading):
            return _heading(line, index.column(), role)
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(line).replace("\n", " ")
        if role == Qt.ItemDataRole.ToolTipRole:
            return (column.tip or column.text)(line) or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _ALIGN[column.align]
        if role == Role.ID:
            return self._key(line)
        if role == Role.SORT:
            return (column.sort or column.text)(line)
        if role == Role.TONE:
            return column.tone(line) if column.tone is not None else ""
        if role == Role.SECTION:
            return False
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Vertical or not 0 <= section < len(self.columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _ALIGN[self.columns[section].align]
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid() or index.row() >= len(self._lines):
            return Qt.ItemFlag.NoItemFlags
        if isinstance(self._lines[index.row()], _Heading):
            return Qt.ItemFlag.ItemNeverHasChildren
        shown = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return shown | Qt.ItemFlag.ItemNeverHasChildren

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; -1 gives the order in which the rows came."""
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        held = [(self.row_at(index.row()), index.column()) for index in before]
        self._sorted_by = (column, order) if 0 <= column < len(self.columns) else None
        self._lines = self._arrange()
        after = [
            QModelIndex() if row is None else self.index(self.line_of(self._key(row)), number) for row, number in held
        ]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()


def _heading(line: _Heading, column: int, role: int) -> Any:
    if role == Role.SECTION:
        return True
    if role == Role.ID:
        return ""
    if role == Role.TONE:
        return "section"
    if column == 0 and role == Qt.ItemDataRole.DisplayRole:
        return f"{line.title}（{line.count}）"
    return None
