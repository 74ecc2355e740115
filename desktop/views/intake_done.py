"""IntakeDone: the visit is saved; its number, what can be handed over now and how, and F2 for the next one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.services.intake import Registered, StepView
from desktop.views import terms
from desktop.views.fields import EnterPresses
from domain.commands import MatterInput

VISIT_FORMS = ("F01", "F02", "F03")
DONE_HERE = {"accept": "F04", "guide": "F05", "signpost": "F05"}
"""Steps that need nothing more than what was typed, and the notice that goes with each."""


class IntakeDone(QFrame):
    """Buttons in the order of need; Ctrl+1, Ctrl+2 … press them."""

    print_wanted = Signal(str, str)
    step_wanted = Signal(str, str)
    """Matter id and step: to be taken now, then its notice is shown."""
    matter_wanted = Signal(str)
    visit_wanted = Signal(str)
    next_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._enter = EnterPresses(self)
        self._keys: list[QShortcut] = []
        self.buttons: list[QPushButton] = []
        self.saved = QLabel(self.tr("✓ 已保存在本机"), self)
        self.saved.setObjectName("saved")
        self.number = QLabel(self)
        self.number.setObjectName("big_number")
        self.number.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.query = QLabel(self)
        self.query.setProperty("tone", "quiet")
        self.doubts = QLabel(self)
        self.doubts.setProperty("tone", "soon")
        self.doubts.setWordWrap(True)
        self._offers = QVBoxLayout()
        self._offers.setSpacing(8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(28, 22, 28, 22)
        layout.setSpacing(8)
        for each in (self.saved, self.number, self.query, self.doubts):
            layout.addWidget(each)
        layout.addSpacing(10)
        layout.addLayout(self._offers)
        layout.addStretch()

    def show_done(
        self,
        registered: Registered,
        matters: Sequence[MatterInput],
        steps: Mapping[int, StepView],
        doubts: Sequence[str],
        *,
        has_materials: bool,
    ) -> None:
        """Say what was saved and offer what comes next."""
        while (old := self._offers.takeAt(0)) is not None:
            if (widget := old.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for key in self._keys:
            key.deleteLater()
        self._keys, self.buttons = [], []
        self.number.setText(registered.number)
        again = self.tr("（此前已登记，没有重复登记）") if registered.already else ""
        self.query.setText(self.tr("登记编号　　查询码 {0}{1}").format(registered.query_code, again))
        self.doubts.setText(self.tr("！请核对：") + " ".join(doubts))
        self.doubts.setVisible(bool(doubts))
        self._heading(self.tr("打印"))
        for form in VISIT_FORMS if has_materials else VISIT_FORMS[:2]:
            text = f"{terms.term(terms.FORM, form)} {form}"
            self._offer(text, lambda f=form: self.print_wanted.emit(registered.visit_id, f))
        for place, matter_id in enumerate(registered.matter_ids):
            step = steps.get(place)
            summary = matters[place].summary or matters[place].request
            self._heading(self.tr("事项{0}：{1}").format(place + 1 if len(matters) > 1 else "", summary[:30]))
            if step is not None and step.step in DONE_HERE:
                notice = terms.term(terms.FORM, DONE_HERE[step.step])
                text = self.tr("{0}，出具{1}").format(terms.STEP[step.step], notice)
                self._offer(text, lambda m=matter_id, s=step.step: self.step_wanted.emit(m, s))
            words = self.tr("办理：{0}").format(terms.STEP[step.step]) if step else self.tr("办理")
            here = step is not None and step.step in DONE_HERE
            self._offer(self.tr("打开事项") if here else words, lambda m=matter_id: self.matter_wanted.emit(m))
        self._heading("")
        self._offer(self.tr("查看本次来访"), lambda: self.visit_wanted.emit(registered.visit_id))
        self._offer(self.tr("下一位来访  F2"), self.next_wanted.emit, keyed=False)
        self.buttons[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _heading(self, text: str) -> None:
        if text:
            label = QLabel(text, self)
            label.setObjectName("section_title")
            label.setTextFormat(Qt.TextFormat.PlainText)
            self._offers.addWidget(label)
        row = QWidget(self)
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 6)
        line.addStretch()
        self._row = line
        self._offers.addWidget(row)

    def _offer(self, text: str, slot: object, *, keyed: bool = True) -> None:
        place = len(self.buttons) + 1
        button = QPushButton(f"{text}  Ctrl+{place}" if keyed and place < 10 else text, self)
        button.installEventFilter(self._enter)
        button.clicked.connect(lambda _checked=False: slot())  # type: ignore[operator]
        if not self.buttons:
            button.setProperty("kind", "primary")
        self.buttons.append(button)
        self._row.insertWidget(self._row.count() - 1, button)
        if keyed and place < 10:
            key = QShortcut(QKeySequence(f"Ctrl+{place}"), self)
            key.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            key.activated.connect(button.click)
            self._keys.append(key)
