"""IntakeSide: what the program knows beside the form: people it may be, their matters, and what is proposed and why."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QListWidget, QListWidgetItem, QScrollArea, QVBoxLayout, QWidget

from desktop.models.store.rows import MatterRow, PetitionerRow
from desktop.services.intake import RepeatView, StepView
from desktop.services.sentences import cite, reason_words
from desktop.views import terms
from desktop.views.fields import plain_enter

PERSON, MATTER = "person", "matter"
MOST_HEIGHT = 210
ROLE_KIND, ROLE_ID = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1


class KnownList(QListWidget):
    """People and matters to choose by arrow and Enter; Esc goes back to the form."""

    taken = Signal(str, str)
    """Kind and id of the line chosen."""
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("known_list")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # reached by F4, never on the way of Enter and Tab
        self.setWordWrap(True)
        self.setUniformItemSizes(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.itemDoubleClicked.connect(self._take)

    def _take(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.taken.emit(item.data(ROLE_KIND), item.data(ROLE_ID))

    # Qt's own names

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if plain_enter(event):
            self._take(self.currentItem())
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class IntakeSide(QFrame):
    """Narrow column at the right of the intake page. Numbers are masked: the visitor may see the screen."""

    person_taken = Signal(str)
    matter_taken = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("side")
        self._shown: tuple[object, ...] = ()
        self._people: tuple[PetitionerRow, ...] = ()
        self.known_title = _title(self.tr("已知信访人"), self)
        self.known_hint = _quiet(self.tr("填写姓名、证件号码或电话后，这里列出本机已有的人。"), self)
        self.known = KnownList(self)
        self.known.taken.connect(self._taken)
        self.known.left.connect(self.left)
        self.repeat_title = _title(self.tr("初访重访"), self)
        self.repeat_kind = QLabel(self)
        self.repeat_kind.setProperty("tone", "strong")
        self.repeat_reason = _quiet("", self)
        self.step_title = _title(self.tr("建议办理"), self)
        self.step_name = QLabel(self)
        self.step_name.setProperty("tone", "strong")
        self.step_name.setWordWrap(True)
        self.step_reason = _quiet("", self)
        self.step_papers = QLabel(self)
        self.step_papers.setWordWrap(True)
        self.step_clocks = QLabel(self)
        self.step_clocks.setWordWrap(True)
        inside = QWidget(self)
        inside.setObjectName("side_inside")
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.setSpacing(5)
        for each in (self.known_title, self.known_hint, self.known):
            layout.addWidget(each)
        layout.addSpacing(8)
        for each in (self.repeat_title, self.repeat_kind, self.repeat_reason):
            layout.addWidget(each)
        layout.addSpacing(8)
        for each in (self.step_title, self.step_name, self.step_reason, self.step_papers, self.step_clocks):
            layout.addWidget(each)
        layout.addStretch()
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)
        self.clear()

    def clear(self) -> None:
        """Nothing is known or proposed."""
        self.show_known((), ())
        self.repeat_kind.setText(self.tr("待填写"))
        self.repeat_reason.setText("")
        self.step_name.setText(self.tr("选定事项类别、回答甄别四问后提出建议"))
        for label in (self.step_reason, self.step_papers, self.step_clocks):
            label.setText("")

    def show_known(self, people: Sequence[PetitionerRow], matters: Sequence[MatterRow]) -> None:
        """People this may be; or, once one was chosen, that person's matters."""
        shown = (*people, *matters)
        if shown == self._shown and self.known.count():
            return
        self._shown = shown
        self._people = tuple(people)
        self.known.clear()
        for row in people:
            who = "　".join(part for part in (row.name, row.id_masked or row.mobile_masked) if part)
            visits = self.tr("来访 {0} 次").format(row.visit_count) if row.visit_count else self.tr("未来访")
            last = self.tr("，最近 {0}").format(row.last_visit_on) if row.last_visit_on else ""
            self._add(PERSON, row.petitioner_id, f"{who}\n{row.address}\n{visits}{last}")
        for matter in matters:
            due = self.tr("\n期限 {0}").format(matter.due_nominal) if matter.due_nominal else ""
            self._add(MATTER, matter.matter_id, f"{matter.received_on}　{matter.summary}{due}")
        self.known_title.setText(self.tr("此人的信访事项") if matters else self.tr("已知信访人"))
        if matters:
            hint = self.tr("F4 选择；Enter 认定为同一事项（重访）")
        elif people:
            hint = self.tr("可能是以下的人。F4 选择，Enter 选用")
        else:
            hint = self.tr("填写姓名、证件号码或电话后，这里列出本机已有的人。")
        self.known_hint.setText(hint)
        self.known.setVisible(bool(shown))
        self._fit()

    def show_repeat(self, view: RepeatView) -> None:
        """The proposal 初访 / 重访 / 新事实 and why."""
        self.repeat_kind.setText(self.tr("建议：{0}").format(terms.term(terms.REPEAT, view.kind)))
        self.repeat_reason.setText(view.reason)

    def show_step(self, step: StepView) -> None:
        """The proposed step, its papers and the clocks it starts."""
        self.step_name.setText(terms.STEP.get(step.step, step.step))
        words = [cite(step.article), reason_words(step.reason)]
        self.step_reason.setText("；".join(filter(None, words)) + self._open(step))
        papers = "、".join(terms.term(terms.FORM, form) for form in step.forms_now)
        self.step_papers.setText(self.tr("现在可出具：{0}").format(papers) if papers else "")
        clocks = "；".join(terms.CLOCK_PERIOD.get(clock, clock) for clock in step.clocks)
        self.step_clocks.setText(self.tr("期限：{0}").format(clocks) if clocks else self.tr("本步不起算期限"))

    def person(self, petitioner_id: str) -> PetitionerRow | None:
        """A person of the list."""
        return next((row for row in self._people if row.petitioner_id == petitioner_id), None)

    def focus_list(self) -> bool:
        """Put the cursor on the list; False when it is empty."""
        if not self.known.count():
            return False
        if self.known.currentRow() < 0:
            self.known.setCurrentRow(0)
        self.known.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def _open(self, step: StepView) -> str:
        if not step.open_questions:
            return ""
        asked = "、".join(terms.term(terms.TRIAGE, name) for name in step.open_questions)
        return self.tr("。尚未问明：{0}").format(asked)

    def _add(self, kind: str, ref: str, text: str) -> None:
        item = QListWidgetItem(text, self.known)
        item.setData(ROLE_KIND, kind)
        item.setData(ROLE_ID, ref)

    def _fit(self) -> None:
        self.known.doItemsLayout()
        lines = [self.known.visualItemRect(self.known.item(row)).height() for row in range(self.known.count())]
        self.known.setFixedHeight(min(MOST_HEIGHT, sum(lines) + 8))

    def _taken(self, kind: str, ref: str) -> None:
        (self.person_taken if kind == PERSON else self.matter_taken).emit(ref)


def _title(text: str, parent: QWidget) -> QLabel:
    label = QLabel(text, parent)
    label.setObjectName("section_title")
    return label


def _quiet(text: str, parent: QWidget) -> QLabel:
    label = QLabel(text, parent)
    label.setProperty("tone", "quiet")
    label.setWordWrap(True)
    return label
