"""PeopleForm: the people of a visit, main visitor first; representatives, companions and how many are present."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.models.store.rows import PetitionerRow
from desktop.views.fields import Count, EnterPresses, LineEdit, Tick, aside
from desktop.views.form_grid import FormGrid
from desktop.views.person_card import PersonCard
from domain.commands import PetitionerInput

SEPARATORS = str.maketrans("，,；;\n\t ", "、、、、、、、")


class PeopleForm(QFrame):
    """Cards for named people, and one line about the visit as a whole."""

    changed = Signal()
    person_changed = Signal(int)
    """Index of the person whose identity may be looked up again."""
    chain_changed = Signal()
    """Fields came or went: the order of Enter and Tab is to be set anew."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards: list[PersonCard] = []
        self._enter = EnterPresses(self)
        self._headcount_touched = False
        self._setting = False
        self.anonymous = Tick(self.tr("匿名来访（不留姓名）"), self)
        self.anonymous.toggled.connect(self._anonymous_changed)
        self.add_button = QPushButton(self.tr("增加一人  Alt+P"), self)
        self.add_button.setProperty("kind", "link")
        self.add_button.installEventFilter(self._enter)
        self.add_button.clicked.connect(self.add_person)
        self._people = QVBoxLayout()
        self._people.setSpacing(8)
        self.visit = FormGrid(self)  # the page gives it a section of its own
        self.headcount = Count(1, 100_000)
        self.headcount.setSuffix(" 人")
        self.affected = Count(0, 10_000_000)
        self.affected.setSuffix(" 人")
        self.affected.setSpecialValueText(self.tr("未说明"))
        self.companions = LineEdit(hint=self.tr("姓名用顿号隔开；不愿留名的写“匿名”"))
        self.visit.add("headcount", self.tr("来访人数"), self.headcount)
        self.visit.add("affected_count", self.tr("涉及人数"), self.affected)
        self.visit.add("companions", self.tr("随访人"), self.companions, wide=True)
        self.visited_at = LineEdit(latin=True, hint=self.tr("不填为现在；补录写 2026-01-31 09:05"))
        self.interviewer = LineEdit(hint=self.tr("不填为登记人"))
        self.remark = LineEdit()
        self.visit.add("visited_at", self.tr("来访时间"), self.visited_at)
        self.visit.add("interviewer", self.tr("接谈人"), self.interviewer)
        self.visit.add("remark", self.tr("备注"), self.remark, wide=True)
        self.visit.changed.connect(self._visit_changed)
        head = QHBoxLayout()
        head.addWidget(self.anonymous)
        head.addStretch()
        head.addWidget(self.add_button)
        self._anonymous_note = QLabel(self.tr("匿名来访照常登记；不产生告知义务（《条例》第23条第二款）。"), self)
        self._anonymous_note.setProperty("tone", "quiet")
        self._anonymous_note.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(self._people)
        layout.addLayout(head)
        layout.addWidget(self._anonymous_note)
        aside(self.anonymous, self.add_button, self.affected, self.visited_at, self.interviewer, self.remark)
        self.add_person(focus=False)

    # what stands in the form

    def people(self) -> tuple[PetitionerInput, ...]:
        """The people as typed; the main visitor of an anonymous visit is left out when nothing was said of him."""
        typed = tuple(card.value() for card in self.cards)
        if self.anonymous.isChecked():
            return tuple(person for person in typed if person.name.strip() or person.petitioner_id)
        return typed

    def companion_names(self) -> tuple[str, ...]:
        """Companions as they named themselves."""
        return tuple(name for name in self.companions.text().translate(SEPARATORS).split("、") if name)

    def dump(self) -> dict[str, object]:
        """Everything as typed, for the draft."""
        return {
            "people": [card.dump() for card in self.cards],
            "anonymous": self.anonymous.isChecked(),
            "headcount": self.headcount.value(),
            "headcount_touched": self._headcount_touched,
            "affected_count": self.affected.value(),
            "companions": self.companions.text(),
            "visited_at": self.visited_at.text(),
            "interviewer": self.interviewer.text(),
            "remark": self.remark.text(),
        }

    def restore(self, fields: Mapping[str, object]) -> None:
        """Put a draft back; what it does not hold becomes empty, what it holds wrongly is left out."""
        self._setting = True
        people = fields.get("people")
        entries = [each for each in people if isinstance(each, Mapping)] if isinstance(people, Sequence) else []
        while len(self.cards) > 1:
            self._drop(self.cards[-1])
        self.cards[0].restore(entries[0] if entries else {})
        for entry in entries[1:]:
            self.add_person(focus=False)
            self.cards[-1].restore(entry)
        self.anonymous.setChecked(fields.get("anonymous") is True)
        for name in ("companions", "visited_at", "interviewer", "remark"):
            editor = self.visit.editor(name)
            assert isinstance(editor, LineEdit)
            editor.setText(str(fields.get(name) or ""))
        headcount, affected = fields.get("headcount"), fields.get("affected_count")
        self.headcount.setValue(headcount if isinstance(headcount, int) else 1)
        self.affected.setValue(affected if isinstance(affected, int) else 0)
        self._headcount_touched = fields.get("headcount_touched") is True
        self._setting = False
        self._count()

    # people

    def add_person(self, *_: object, focus: bool = True) -> PersonCard:
        """One more person; the first is the main visitor."""
        card = PersonCard(first=not self.cards, parent=self)
        card.changed.connect(self._card_changed)
        card.identity_changed.connect(lambda c=card: self.person_changed.emit(self.cards.index(c)))
        card.removed.connect(lambda c=card: self.remove_person(c))
        card.folded.connect(self.chain_changed)
        self.cards.append(card)
        self._people.addWidget(card)
        card.setVisible(True)
        self._number()
        self._count()
        self.chain_changed.emit()
        self.changed.emit()
        if focus:
            card.focus_first()
        return card

    def remove_person(self, card: PersonCard) -> None:
        """Take a person off the form; the main visitor stays."""
        if card is self.cards[0]:
            return
        before = self.cards[self.cards.index(card) - 1]
        self._drop(card)
        before.focus_first()
        self.changed.emit()

    def choose(self, index: int, row: PetitionerRow) -> None:
        """The clerk knows this person: the card takes the record over."""
        self.cards[index].take(row)

    def walkers(self) -> list[QWidget]:
        """Everything Enter and Tab visit, in order."""
        chain: list[QWidget] = []
        for card in self.cards:
            chain += card.walkers()
        return [*chain, self.anonymous, self.add_button]

    def clear_refusals(self) -> None:
        """Take back what was refused."""
        self.visit.clear_refusals()
        for card in self.cards:
            card.grid.clear_refusals()

    def _drop(self, card: PersonCard) -> None:
        self.cards.remove(card)
        self._people.removeWidget(card)
        card.hide()
        card.deleteLater()
        self._number()
        self._count()
        self.chain_changed.emit()

    def _number(self) -> None:
        for place, card in enumerate(self.cards):
            card.set_place(place, len(self.cards))

    def _count(self) -> None:
        """The number of people present follows the names until the clerk has said it himself."""
        named = len(self.cards) + len(self.companion_names())
        if not self._headcount_touched and self.headcount.value() != named:
            self._setting = True
            self.headcount.setValue(named)
            self._setting = False

    def _card_changed(self) -> None:
        if not self._setting:
            self.changed.emit()

    def _visit_changed(self, name: str) -> None:
        if name == "headcount" and not self._setting:
            self._headcount_touched = True
        self.visit.note(name).say("error", "")
        if name == "companions":
            self._count()
        if not self._setting:
            self.changed.emit()

    def _anonymous_changed(self, checked: bool) -> None:
        self._anonymous_note.setVisible(checked)
        if not self._setting:
            self.changed.emit()
