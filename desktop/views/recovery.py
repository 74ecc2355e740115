"""Recovery: the visits that were not finished, with time and first words; go on, look, or give up. Never silently."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from desktop.models.store.drafts import DraftLine
from desktop.views.fields import EnterPresses
from domain.beijing import beijing_minute


class Recovery(QFrame):
    """A list above the empty form; it goes when there is nothing left on it or the clerk begins a new visit."""

    resumed = Signal(str)
    looked = Signal(str)
    discarded = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("recovery")
        self._enter = EnterPresses(self)
        self._lines: list[tuple[str, QFrame]] = []
        self.title = QLabel(self)
        self.title.setObjectName("section_title")
        self._box = QVBoxLayout()
        self._box.setSpacing(6)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.addWidget(self.title)
        layout.addLayout(self._box)
        self.hide()

    @property
    def draft_ids(self) -> list[str]:
        """What is offered, newest first."""
        return [draft_id for draft_id, _ in self._lines]

    def offer(self, drafts: Sequence[DraftLine]) -> None:
        """Show the unfinished visits; nothing when there are none."""
        for _, line in self._lines:
            line.hide()
            line.deleteLater()
        self._lines = [(draft.draft_id, self._line(draft)) for draft in drafts]
        for _, line in self._lines:
            self._box.addWidget(line)
        self.title.setText(self.tr("有 {0} 个未完成的来访").format(len(drafts)))
        self.setVisible(bool(drafts))

    def button(self, draft_id: str, name: str) -> QPushButton:
        """A button of a line: ``resume``, ``look`` or ``discard``."""
        line = next(line for each, line in self._lines if each == draft_id)
        found = line.findChild(QPushButton, name)
        assert isinstance(found, QPushButton)
        return found

    def show_words(self, draft_id: str, text: str) -> None:
        """Show beneath a line what was typed; once more hides it."""
        line = next(line for each, line in self._lines if each == draft_id)
        words = line.findChild(QLabel, "words")
        assert isinstance(words, QLabel)
        words.setText(text)
        words.setVisible(words.isHidden())

    def walkers(self) -> list[QWidget]:
        """Everything Tab visits, in order."""
        return [button for _, line in self._lines for button in line.findChildren(QPushButton)]

    def _line(self, draft: DraftLine) -> QFrame:
        line = QFrame(self)
        line.setObjectName("recovery_line")
        when = QLabel(beijing_minute(draft.saved_ms), line)
        when.setProperty("tone", "quiet")
        words = QLabel(draft.first_words or self.tr("（尚无文字）"), line)
        words.setTextFormat(Qt.TextFormat.PlainText)
        typed = QLabel(line)
        typed.setObjectName("words")
        typed.setWordWrap(True)
        typed.setTextFormat(Qt.TextFormat.PlainText)
        typed.hide()
        column = QVBoxLayout(line)
        column.setContentsMargins(10, 4, 6, 4)
        row = QHBoxLayout()
        column.addLayout(row)
        column.addWidget(typed)
        row.addWidget(when)
        row.addWidget(words, 1)
        words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # a long story is cut off
        for name, text, signal in (
            ("resume", self.tr("继续"), self.resumed),
            ("look", self.tr("查看"), self.looked),
            ("discard", self.tr("放弃"), self.discarded),
        ):
            button = QPushButton(text, line)
            button.setObjectName(name)
            button.setProperty("kind", "link")
            button.installEventFilter(self._enter)
            button.clicked.connect(lambda _checked=False, s=signal: s.emit(draft.draft_id))
            row.addWidget(button)
        return line
