"""ConflictField: one field in conflict: its base, each value with who, when and where, and the choice."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from desktop.models.store.rows import ConflictRow, HeadRow
from desktop.views.fields import Choice
from domain.commands import Settlement

THIRD = "third"
WHOSE = {"mine": "本窗口", "office": "本单位", "theirs": "其他单位"}
_SHORT = 30
"""Characters of a value beside its button; a longer one stands whole below it."""


def who_words(head: HeadRow) -> str:
    """``本窗口　石桥街道信访办公室 1号窗口　王芳　2026-11-23 09:12``."""
    return "　".join(part for part in (WHOSE.get(head.whose, ""), head.place, head.by, head.at) if part)


def base_words(row: ConflictRow) -> str:
    """What both sides started from."""
    if row.base is not None:
        head = row.base
        return f"原来是：{head.value or '（空）'}（{head.place}　{head.by}　{head.at}）"
    return "原来的内容还没有传到本机" if row.base_missing else "原来没有填写"


class ConflictField(QFrame):
    """Nothing is chosen to begin with: a field nobody chose for stays open. The other values are kept as a note."""

    touched = Signal()

    def __init__(self, row: ConflictRow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row = row
        self.setObjectName("conflict_field")
        self.group = QButtonGroup(self)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 4, 0, 8)
        box.setSpacing(3)
        title = QLabel(row.field_title, self)
        title.setObjectName("section_title")
        box.addWidget(title)
        box.addWidget(self._line(base_words(row)))
        for head in row.heads:
            value = head.value or self.tr("（空）")
            box.addWidget(self._radio(value, head.act_id))
            if len(value) > _SHORT or "\n" in value:
                box.addWidget(self._line(value, tone="", indent=24))
            box.addWidget(self._line(who_words(head), indent=24))
            if head.doubt:
                box.addWidget(self._line(head.doubt, tone="soon", indent=24))
            if head.why:
                box.addWidget(self._line(self.tr("理由：{0}").format(head.why), indent=24))
        self.third = QLineEdit(self)
        self.options = Choice(row.choices, self)
        self._third_line(box)
        self.keep = QCheckBox(self.tr("两个都保留：没有选定的记为备注"), self)
        self.keep.setChecked(True)
        self.keep.setToolTip(self.tr("备注写在这一件的“基本信息”里；时间线上本来也一直保留"))
        box.addWidget(self.keep)

    def settlement(self) -> Settlement | None:
        """What was chosen; None when nothing was."""
        chosen = self.group.checkedButton()
        if chosen is None:
            return None
        act_id = str(chosen.property("act_id"))
        value = ""
        if act_id == THIRD:
            act_id, value = "", self.options.code() if self.row.choices else self.third.text().strip()
        return Settlement(self.row.field, act_id, value, self.keep.isChecked(), self.row.seen)

    def focus_first(self) -> None:
        """Put the cursor on the first value."""
        self.group.buttons()[0].setFocus(Qt.FocusReason.TabFocusReason)

    def focus_third(self) -> None:
        """Put the cursor where another value is written."""
        (self.options if self.row.choices else self.third).setFocus(Qt.FocusReason.OtherFocusReason)

    def _third_line(self, box: QVBoxLayout) -> None:
        self.third.hide()
        self.options.hide()
        if not (self.row.third or self.row.choices):
            return
        editor: QWidget = self.options if self.row.choices else self.third
        self.third.setPlaceholderText(self.tr("都不对时，在这里写正确的内容"))
        editor.setAccessibleName(self.tr("{0}：另填的内容").format(self.row.field_title))
        self.third.textEdited.connect(self._choose_third)
        self.options.activated.connect(self._choose_third)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self._radio(self.tr("另填"), THIRD))
        line.addWidget(editor, 1)
        editor.show()
        box.addLayout(line)

    def _choose_third(self) -> None:
        for button in self.group.buttons():
            if button.property("act_id") == THIRD:
                button.setChecked(True)

    def _radio(self, text: str, act_id: str) -> QRadioButton:
        flat = " ".join(text.split())
        shown = flat if len(flat) <= _SHORT else flat[: _SHORT - 1] + "…"
        button = QRadioButton(shown.replace("&", "&&"), self)
        button.setToolTip(text)
        button.setProperty("act_id", act_id)
        button.toggled.connect(self.touched)
        self.group.addButton(button)
        return button

    def _line(self, text: str, *, tone: str = "quiet", indent: int = 0) -> QLabel:
        label = QLabel(text, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setContentsMargins(indent, 0, 0, 0)
        if tone:
            label.setProperty("tone", tone)
        return label
