"""IntakeForm: all sections of a visit in one scrolling form; it gives command and draft, and takes a draft back."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from desktop.views.actions import action
from desktop.views.draft_keeper import Kept
from desktop.views.fields import bring_into_view
from desktop.views.matters_form import MaterialsForm, MattersForm, OralForm
from desktop.views.people_form import PeopleForm
from desktop.views.recovery import Recovery
from domain.commands import RegisterVisit

FORM, VERSION = "register_visit", 1
MOST_WORDS = 60


class IntakeForm(QScrollArea):
    """Sections 信访人, 信访事项, 口述笔录, 材料, 来访情况, in the order a visit is told."""

    changed = Signal()
    chain_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("canvas")
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)  # no width that jumps
        self.visit_id = ""
        inside = QWidget(self.viewport())
        inside.setObjectName("canvas")
        self.recovery = Recovery(inside)
        self.people = PeopleForm(inside)
        self.matters = MattersForm(inside)
        self.oral = OralForm(inside)
        self.materials = MaterialsForm(inside)
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(14, 10, 10, 14)
        layout.setSpacing(10)
        layout.addWidget(self.recovery)
        self.sections = {
            "section_people": self._section("section_people", self.people, layout),
            "section_matter": self._section("section_matter", self.matters, layout),
            "section_oral": self._section("section_oral", self.oral, layout),
            "section_material": self._section("section_material", self.materials, layout),
            "section_visit": self._section("section_visit", self.people.visit, layout),
        }
        layout.addStretch()
        self.setWidget(inside)
        for part in (self.people, self.matters, self.oral, self.materials):
            part.changed.connect(self.changed)
            part.chain_changed.connect(self.chain_changed)
        self._blank = self._dump()

    def _section(self, name: str, form: QWidget, layout: QVBoxLayout) -> QFrame:
        entry = action(name)
        card = QFrame(layout.parentWidget())
        card.setObjectName("card")
        title = QLabel(entry.text, card)
        title.setObjectName("section_title")
        key = QLabel(entry.shown_keys, card)
        key.setObjectName("section_key")
        head = QHBoxLayout()
        head.addWidget(title)
        head.addStretch()
        head.addWidget(key)
        inner = QVBoxLayout(card)
        inner.setContentsMargins(14, 9, 14, 11)
        inner.setSpacing(7)
        inner.addLayout(head)
        inner.addWidget(form)
        layout.addWidget(card)
        return card

    # what stands in the form

    @property
    def empty(self) -> bool:
        """Whether nothing was typed yet."""
        return self._dump() == self._blank

    def command(self) -> RegisterVisit:
        """The visit as typed."""
        record = self.oral.record.text()
        return RegisterVisit(
            visit_id=self.visit_id,
            visited_at=self.people.visited_at.text().strip(),
            people=self.people.people(),
            anonymous=self.people.anonymous.isChecked(),
            headcount=self.people.headcount.value(),
            affected_count=self.people.affected.value(),
            companions=self.people.companion_names(),
            oral=bool(record.strip()),
            oral_record=record,
            read_back=self.oral.read_back.isChecked(),
            interviewer=self.people.interviewer.text(),
            matters=self.matters.matters(),
            materials=self.materials.materials(),
            originals_returned=self.materials.returned.isChecked(),
            remark=self.people.remark.text(),
            draft_id=self.visit_id,
        )

    def draft(self) -> Kept | None:
        """Id, fields and first words of the draft; None while nothing was typed."""
        fields = self._dump()
        if not self.visit_id or fields == self._blank:
            return None
        names = "、".join(filter(None, (card.text("name").strip() for card in self.people.cards)))
        first = self.matters.cards[0]
        told = next(filter(None, (first.value().summary.strip(), first.value().request.strip())), "")
        words = "：".join(filter(None, (names, told))) or self.oral.record.text().strip()
        return self.visit_id, fields, " ".join(words.split())[:MOST_WORDS]

    def begin(self, visit_id: str, fields: Mapping[str, object] | None = None) -> None:
        """An empty form under a new id, or a draft put back."""
        self.visit_id = visit_id
        stored = fields or {}
        self.people.restore(stored)
        self.matters.restore(stored.get("matters"))
        self.oral.restore(stored)
        self.materials.restore(stored.get("materials"), returned=stored.get("originals_returned") is True)
        self.clear_refusals()
        self.chain_changed.emit()

    def _dump(self) -> Mapping[str, object]:
        return self.people.dump() | {
            "matters": self.matters.dump(),
            "oral_record": self.oral.record.text(),
            "read_back": self.oral.read_back.isChecked(),
            "materials": self.materials.dump(),
            "originals_returned": self.materials.returned.isChecked(),
        }

    # moving about

    def walkers(self) -> list[QWidget]:
        """Everything Enter and Tab visit, in order."""
        return [
            *self.people.walkers(),
            *self.matters.walkers(),
            *self.oral.grid.editors(),
            *self.materials.walkers(),
            *self.people.visit.editors(),
        ]

    def go(self, section: str) -> None:
        """Put the cursor on the first field of a section."""
        first: dict[str, QWidget] = {
            "section_people": self.people.cards[0].grid.editor("name"),
            "section_matter": self.matters.cards[0].grid.editor("request"),
            "section_oral": self.oral.record,
            "section_material": self.materials.walkers()[0] if self.materials.lines else self.materials.add_button,
            "section_visit": self.people.headcount,
        }
        self.show_at(first[section])

    def show_at(self, editor: QWidget) -> None:
        """Put the cursor on a field and bring it, with the line beneath it, into view."""
        editor.setFocus(Qt.FocusReason.ShortcutFocusReason)
        bring_into_view(editor)

    def clear_refusals(self) -> None:
        """Take back what was refused."""
        self.people.clear_refusals()
        self.matters.clear_refusals()
        self.oral.grid.clear_refusals()
        for grid, _ in self.materials.lines:
            grid.clear_refusals()

    def refuse(self, field: str, text: str) -> bool:
        """Say a refusal beside the field it names (``people.0.name``); False when no such field stands here."""
        found = self._place(field.split("."), text)
        if found is None:
            return False
        self.show_at(found)
        return True

    def _place(self, path: list[str], text: str) -> QWidget | None:
        place = int(path[1]) if len(path) > 1 and path[1].isdigit() else 0
        name = path[2] if len(path) > 2 else ""
        if path[0] == "people" and place < len(self.people.cards):
            card = self.people.cards[self._card_of(place)]
            shown = name if name in card.grid.names() else "name"
            editor = card.reveal(shown)
            card.grid.note(shown).say("error", text)
            return editor
        if path[0] == "matters" and place < len(self.matters.cards):
            matter = self.matters.cards[place]
            shown = name if matter.has(name) else "request"
            editor = matter.reveal(shown)
            matter.say(shown, "error", text)
            return editor
        if path[0] == "materials" and place < len(self.materials.lines):
            grid = self.materials.lines[place][0]
            shown = name if name in grid.names() else "title"
            grid.note(shown).say("error", text)
            return grid.editor(shown)
        for grid in (self.people.visit, self.oral.grid):
            if path[0] in grid.names():
                grid.show_field(path[0], True)
                grid.note(path[0]).say("error", text)
                return grid.editor(path[0])
        return None

    def _card_of(self, place: int) -> int:
        """The card a person of the command was typed in: an anonymous visit leaves empty cards out."""
        if not self.people.anonymous.isChecked():
            return place
        kept = [n for n, card in enumerate(self.people.cards) if card.text("name").strip() or card.petitioner_id]
        return kept[place] if place < len(kept) else 0


def typed_words(fields: Mapping[str, object]) -> str:
    """What a draft holds, for a look at it: the texts in reading order."""
    found: list[str] = []
    for value in fields.values():
        if isinstance(value, str) and len(value) > 1:
            found.append(value)
        elif isinstance(value, list):
            for entry in value:
                if isinstance(entry, Mapping):
                    found += [str(entry[name]) for name in _LOOKED_AT if entry.get(name)]
    return "；".join(found)


_LOOKED_AT = ("name", "address", "request", "facts", "reasons", "summary", "title")
