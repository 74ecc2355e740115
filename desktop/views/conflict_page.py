"""ConflictPage 待核对: a field written differently at two places, both values side by side, settled by a person."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from desktop.models.items.records import Column, RecordTable
from desktop.models.store.rows import ConflictRow
from desktop.services import lookup, matters
from desktop.services.outcome import Topic
from desktop.services.sentences import sentence
from desktop.views.page import Page, StationRef
from desktop.views.tables import RecordView
from desktop.workers.bus import Bus
from desktop.workers.lane import Lane
from domain.commands import SettleConflict
from domain.refusals import Refusal

THIRD = "third"

_KINDS = {"visit": "来访", "matter": "信访事项", "petitioner": "信访人", "office": "机构", "clerk": "工作人员"}


def key_of(row: ConflictRow) -> str:
    """A conflict is a field of a case."""
    return f"{row.case_id}/{row.field}"


class ConflictPage(Page):
    """F7. Arrows choose the conflict, Tab goes to the values, Ctrl+Enter settles."""

    TOPICS = frozenset({Topic.CONFLICT, Topic.SYNC})

    def __init__(self, lane: Lane, station_ref: StationRef, bus: Bus, parent: QWidget | None = None) -> None:
        super().__init__(lane, station_ref, bus, parent)
        self._row: ConflictRow | None = None
        title = QLabel(self.tr("待核对"), self)
        title.setObjectName("page_title")
        note = QLabel(self.tr("同一项内容两处写得不一致时，两个值都保留，由工作人员核定；核定前不影响登记"), self)
        note.setProperty("tone", "quiet")
        head = QHBoxLayout()
        head.addWidget(title)
        head.addSpacing(16)
        head.addWidget(note, 1)
        self.table: RecordTable[ConflictRow] = RecordTable(_COLUMNS, key_of, parent=self)
        self.view = RecordView(
            self.table, self.tr("没有待核对的内容。\n县、乡两处对同一项写得不一致时，会列在这里由您核对。"), self
        )
        self.view.current_changed.connect(self._take)
        self.view.chosen.connect(lambda _key: self._to_values())
        self.detail = QFrame(self)
        self.detail.setObjectName("side_panel")
        self._detail = QVBoxLayout(self.detail)
        self._detail.setContentsMargins(16, 14, 16, 14)
        self._detail.setSpacing(10)
        self.field_title = QLabel(self.detail)
        self.field_title.setObjectName("panel_title")
        self.field_title.setWordWrap(True)
        self.values = QWidget(self.detail)
        self.group = QButtonGroup(self)
        self.third = QLineEdit(self.detail)
        self.third.setPlaceholderText(self.tr("都不对时，在这里写正确的内容"))
        self.third.setAccessibleName(self.tr("另填的内容"))
        self.third.textEdited.connect(self._choose_third)
        self.reason = QLineEdit(self.detail)
        self.reason.setPlaceholderText(self.tr("依据什么定的，例如：经与本人电话核实"))
        self.reason.setAccessibleName(self.tr("核对理由"))
        reason_label = QLabel(self.tr("核对理由"), self.detail)
        reason_label.setBuddy(self.reason)
        self.trouble = QLabel(self.detail)
        self.trouble.setProperty("tone", "late")
        self.trouble.setWordWrap(True)
        self.settle_button = QPushButton(self.tr("按所选核定（Ctrl+Enter）"), self.detail)
        self.settle_button.setProperty("kind", "primary")
        self.settle_button.clicked.connect(self.settle)
        self.open_button = QPushButton(self.tr("打开这件"), self.detail)
        self.open_button.clicked.connect(self._open)
        buttons = QHBoxLayout()
        buttons.addWidget(self.settle_button)
        buttons.addWidget(self.open_button)
        buttons.addStretch()
        self._detail.addWidget(self.field_title)
        self._detail.addWidget(self.values)
        self._detail.addWidget(self.third)
        self._detail.addSpacing(6)
        self._detail.addWidget(reason_label)
        self._detail.addWidget(self.reason)
        self._detail.addWidget(self.trouble)
        self._detail.addLayout(buttons)
        self._detail.addStretch()
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.addWidget(self.view)
        split.addWidget(self.detail)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
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

    def refresh(self) -> None:
        """Read the conflicts again; what was typed about one that still stands stays."""
        self.ask("conflicts", lookup.conflicts, done=self._show)

    def settle(self) -> None:
        """Record which value stands. The rule asks for a reason and for a choice."""
        row, chosen = self._row, self.group.checkedButton()
        if row is None or not self.settle_button.isEnabled():
            return
        if chosen is None:
            self._say(self.tr("请先选定一个值，或在下面另填。"))
            return
        act_id = str(chosen.property("act_id"))
        third = act_id == THIRD
        command = SettleConflict(
            row.case_id,
            row.field,
            "" if third else act_id,
            self.third.text().strip() if third else "",
            self.reason.text().strip(),
        )
        self.settle_button.setEnabled(False)
        self.act(
            matters.settle_conflict,
            command,
            done=lambda _case: self._settled(row),
            refused=self._refused,
            ended=lambda: self.settle_button.setEnabled(True),
        )

    def _show(self, rows: Sequence[ConflictRow]) -> None:
        self.table.set_rows(rows)
        self._take(self.view.current_id())

    def _take(self, key: str) -> None:
        line = self.table.line_of(key) if key else -1
        row = self.table.row_at(line)
        self.detail.setVisible(row is not None)
        if row == self._row or row is None:
            self._row = row
            return
        self._row = row
        self.field_title.setText(f"{row.summary}\n{row.field_title}")
        self.field_title.setToolTip(row.summary)
        old, self.values = self.values, QWidget(self.detail)
        box = QVBoxLayout(self.values)
        box.setContentsMargins(0, 0, 0, 0)
        for button in self.group.buttons():
            self.group.removeButton(button)
        for head in row.heads:
            box.addWidget(self._radio(head.value or "（空）", head.act_id))
            who = QLabel(f"{head.at}　{head.by}　{head.office}　设备 {head.station}", self.values)
            who.setProperty("tone", "quiet")
            who.setIndent(24)
            who.setWordWrap(True)
            box.addWidget(who)
        box.addWidget(self._radio(self.tr("另填"), THIRD))
        self._detail.replaceWidget(old, self.values)
        old.deleteLater()
        self.third.clear()
        self.reason.clear()
        self.trouble.clear()

    def _radio(self, text: str, act_id: str) -> QRadioButton:
        shown = text if len(text) <= 60 else text[:59] + "…"
        button = QRadioButton(shown.replace("&", "&&"), self.values)
        button.setToolTip(text)
        button.setProperty("act_id", act_id)
        self.group.addButton(button)
        return button

    def _choose_third(self) -> None:
        for button in self.group.buttons():
            if button.property("act_id") == THIRD:
                button.setChecked(True)

    def _to_values(self) -> None:
        buttons = self.group.buttons()
        if buttons:
            buttons[0].setFocus(Qt.FocusReason.TabFocusReason)

    def _settled(self, row: ConflictRow) -> None:
        self.say("done", f"已核定：{row.field_title}。原来的两个值仍保留在时间线上。")
        self.refresh()

    def _refused(self, refusal: Refusal) -> None:
        self._say(sentence(refusal))
        if refusal.field == "why":
            self.reason.setFocus(Qt.FocusReason.OtherFocusReason)
        elif refusal.field == "value":
            self.third.setFocus(Qt.FocusReason.OtherFocusReason)

    def _say(self, text: str) -> None:
        self.trouble.setText(text)

    def _open(self) -> None:
        if self._row is None:
            return
        if self._row.case_kind == "matter":
            self.matter_chosen.emit(self._row.case_id)
        elif self._row.case_kind == "visit":
            self.visit_chosen.emit(self._row.case_id)


_COLUMNS: tuple[Column[ConflictRow], ...] = (
    Column("类别", lambda row: _KINDS.get(row.case_kind, row.case_kind), width=4),
    Column("哪一件", lambda row: row.summary, width=9, stretch=True, tone=lambda row: "strong"),
    Column("不一致的内容", lambda row: row.field_title, width=7),
    Column("值", lambda row: " ／ ".join(head.value or "（空）" for head in row.heads), width=12, spare=1),
)
