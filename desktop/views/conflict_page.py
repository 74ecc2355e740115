"""ConflictPage 待核对: fields written differently at two places, case by case, settled by a person field by field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from desktop.models.items.records import Column, RecordTable
from desktop.models.store.rows import ConflictRow
from desktop.services import lookup, matters
from desktop.services.field_titles import masked
from desktop.services.outcome import Topic
from desktop.services.sentences import sentence
from desktop.views.conflict_field import ConflictField
from desktop.views.fields import EnterPresses, bring_into_view
from desktop.views.page import Page, StationRef
from desktop.views.tables import RecordView
from desktop.workers.bus import Bus
from desktop.workers.lane import Lane
from domain.commands import SettleConflicts
from domain.refusals import Refusal

_KINDS = {"visit": "来访", "matter": "信访事项", "petitioner": "信访人", "office": "机构", "clerk": "工作人员"}


@dataclass(frozen=True, slots=True)
class CaseConflicts:
    """A case with every field of it that is in conflict."""

    case_id: str
    case_kind: str
    title: str
    fields: tuple[ConflictRow, ...]


def by_case(rows: Sequence[ConflictRow]) -> list[CaseConflicts]:
    """Group the fields by their case, in the order they come."""
    groups: dict[str, list[ConflictRow]] = {}
    for row in rows:
        groups.setdefault(row.case_id, []).append(row)
    return [CaseConflicts(case, each[0].case_kind, each[0].summary, tuple(each)) for case, each in groups.items()]


class ConflictPage(Page):
    """F7. Arrows choose the case, Enter goes to its values, Ctrl+Enter settles every field that has a choice."""

    TOPICS = frozenset({Topic.CONFLICT, Topic.SYNC})

    def __init__(self, lane: Lane, station_ref: StationRef, bus: Bus, parent: QWidget | None = None) -> None:
        super().__init__(lane, station_ref, bus, parent)
        self._row: CaseConflicts | None = None
        self.blocks: tuple[ConflictField, ...] = ()
        title = QLabel(self.tr("待核对"), self)
        title.setObjectName("page_title")
        note = QLabel(self.tr("同一项内容两处写得不一致时，两个值都保留，由工作人员核定；核定前不影响登记"), self)
        note.setProperty("tone", "quiet")
        head = QHBoxLayout()
        head.addWidget(title)
        head.addSpacing(16)
        head.addWidget(note, 1)
        self.table: RecordTable[CaseConflicts] = RecordTable(_COLUMNS, lambda row: row.case_id, parent=self)
        self.view = RecordView(
            self.table, self.tr("没有待核对的内容。\n县、乡两处对同一项写得不一致时，会列在这里由您核对。"), self
        )
        self.view.current_changed.connect(self._take)
        self.view.chosen.connect(lambda _key: self._to_values())
        self.detail = self._detail()
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.addWidget(self.view)
        split.addWidget(self.detail)
        split.setStretchFactor(0, 4)
        split.setStretchFactor(1, 5)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(14)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 12)
        layout.setSpacing(12)
        layout.addLayout(head)
        layout.addWidget(split, 1)
        for key in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(key), self, self.settle, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.setFocusProxy(self.view)
        self._take("")

    def _detail(self) -> QFrame:
        frame = QFrame(self)
        frame.setObjectName("side_panel")
        self.case_title = QLabel(frame)
        self.case_title.setObjectName("panel_title")
        self.case_title.setWordWrap(True)
        self.values = QScrollArea(frame)
        self.values.setWidgetResizable(True)
        self.values.setFrameShape(QFrame.Shape.NoFrame)
        self.values.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.values.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.reason = QLineEdit(frame)
        self.reason.setPlaceholderText(self.tr("依据什么定的，例如：经与本人电话核实"))
        self.reason.setAccessibleName(self.tr("核对理由"))
        reason_label = QLabel(self.tr("核对理由"), frame)
        reason_label.setBuddy(self.reason)
        self.trouble = QLabel(frame)
        self.trouble.setProperty("tone", "late")
        self.trouble.setWordWrap(True)
        self.settle_button = QPushButton(self.tr("按所选核定（Ctrl+Enter）"), frame)
        self.settle_button.setProperty("kind", "primary")
        self.settle_button.clicked.connect(self.settle)
        self.open_button = QPushButton(self.tr("打开这件"), frame)
        self.open_button.clicked.connect(self._open)
        presses = EnterPresses(self)
        for button in (self.settle_button, self.open_button):
            button.installEventFilter(presses)
        why = QHBoxLayout()
        why.addWidget(reason_label)
        why.addWidget(self.reason, 1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.settle_button)
        buttons.addWidget(self.open_button)
        buttons.addStretch()
        box = QVBoxLayout(frame)
        box.setContentsMargins(16, 14, 16, 14)
        box.setSpacing(8)
        box.addWidget(self.case_title)
        box.addWidget(self.values, 1)
        box.addLayout(why)
        box.addWidget(self.trouble)
        box.addLayout(buttons)
        return frame

    def refresh(self) -> None:
        """Read the conflicts again; what was typed about a case that still stands as it did stays."""
        self.ask("conflicts", lookup.conflicts, done=self._show)

    def settle(self) -> None:
        """Record which values stand, all in one act; a field without a choice stays open."""
        row = self._row
        if row is None or not self.settle_button.isEnabled():
            return
        chosen = tuple(each for block in self.blocks if (each := block.settlement()) is not None)
        if not chosen:
            self._say(self.tr("请先选定一个值，或在下面另填。"))
            return
        command = SettleConflicts(row.case_id, chosen, self.reason.text().strip())
        titles = "、".join(block.row.field_title for block in self.blocks if block.settlement() is not None)
        self.settle_button.setEnabled(False)
        self.act(
            matters.settle_conflicts,
            command,
            done=lambda _case: self._settled(titles),
            refused=self._refused,
            ended=lambda: self.settle_button.setEnabled(True),
        )

    def _show(self, rows: Sequence[ConflictRow]) -> None:
        self.table.set_rows(by_case(rows))
        self._take(self.view.current_id())

    def _take(self, key: str) -> None:
        line = self.table.line_of(key) if key else -1
        row = self.table.row_at(line)
        self.detail.setVisible(row is not None)
        if row == self._row or row is None:
            self._row = row
            return
        same = self._row is not None and self._row.case_id == row.case_id
        held = {block.row: block for block in self.blocks} if same else {}
        self._row = row
        self.case_title.setText(f"{_KINDS.get(row.case_kind, '')}　{row.title}".strip("　"))
        body = QWidget()
        body.setObjectName("sheet")
        box = QVBoxLayout(body)
        box.setContentsMargins(0, 0, 8, 0)
        box.setSpacing(6)
        # what was chosen or written for a field that stands as it did stays, whatever else came meanwhile
        self.blocks = tuple(held.get(field) or self._block(field, body) for field in row.fields)
        for block in self.blocks:
            box.addWidget(block)
        box.addStretch()
        old = self.values.takeWidget()
        self.values.setWidget(body)
        if old is not None:
            old.deleteLater()
        if not same:
            self.reason.clear()
        self.trouble.clear()
        for before, after in zip([self.view, *self.blocks], [*self.blocks, self.reason], strict=True):
            QWidget.setTabOrder(before, after)
        self.open_button.setVisible(row.case_kind in ("matter", "visit"))

    def _block(self, field: ConflictRow, parent: QWidget) -> ConflictField:
        block = ConflictField(field, parent)
        block.touched.connect(self.trouble.clear)
        return block

    def _to_values(self) -> None:
        if self.blocks:
            self.blocks[0].focus_first()

    def _settled(self, titles: str) -> None:
        self.say("done", f"已核定：{titles}。原来的值仍保留在时间线上。")
        self.reason.clear()
        self.refresh()

    def _refused(self, refusal: Refusal) -> None:
        self._say(sentence(refusal))
        if refusal.field == "why":
            self.reason.setFocus(Qt.FocusReason.OtherFocusReason)
        elif refusal.field == "value":
            for block in self.blocks:
                one = block.settlement()
                if one is not None and not one.chosen_act:
                    block.focus_third()
                    bring_into_view(block)
                    break
        elif refusal.code in ("conflict_moved", "no_conflict"):
            self.refresh()

    def _say(self, text: str) -> None:
        self.trouble.setText(text)

    def _open(self) -> None:
        if self._row is None:
            return
        if self._row.case_kind == "matter":
            self.matter_chosen.emit(self._row.case_id)
        elif self._row.case_kind == "visit":
            self.visit_chosen.emit(self._row.case_id)


def _values(row: CaseConflicts) -> str:
    fields = (" ／ ".join(masked(field.field, head.value) or "（空）" for head in field.heads) for field in row.fields)
    return "；".join(fields)


_COLUMNS: tuple[Column[CaseConflicts], ...] = (
    Column("类别", lambda row: _KINDS.get(row.case_kind, row.case_kind), width=4),
    Column("哪一件", lambda row: row.title, width=9, stretch=True, tone=lambda row: "strong"),
    Column("不一致的内容", lambda row: "、".join(field.field_title for field in row.fields), width=8),
    Column("值", _values, width=12, spare=1),
)
