"""PersonCard: one person of a visit as typed, with doubts beside the field; a known person's particulars are locked."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

import resources
from desktop.models.store.rows import PetitionerRow
from desktop.views import terms
from desktop.views.fields import Choice, EnterPresses, LineEdit, LongEdit, Segments, Tick, aside
from desktop.views.form_grid import FormGrid
from domain.commands import PetitionerInput
from domain.identity import normalise_id

LOOKED_UP = frozenset({"name", "id_number", "mobile", "address"})
LOCKED = ("name", "id_number", "mobile", "address", "birth")
LINES = (
    ("birth", "出生日期", "2026-01-31 或 20260131"),
    ("landline", "固定电话", ""),
    ("household_address", "户籍地址", "人户分离时填写"),
    ("usual_address", "常住地址", ""),
    ("workplace", "工作单位", ""),
    ("nationality", "国籍地区", "中国大陆居民不填"),
    ("email", "电子邮件", ""),
    ("postcode", "邮政编码", ""),
    ("agent", "代理人", "受委托办理的人"),
)
UNIT_LINES = (("credit_code", "统一代码"), ("legal_representative", "法定代表"))


def table_options(name: str, *, blank: str = "未说明") -> list[tuple[str, str]]:
    """A shipped code table as a list to choose from, with an empty choice first unless ``blank`` is empty."""
    entries = resources.table(name)["entries"]
    assert isinstance(entries, list)
    found = [(str(each["code"]), str(each["label"])) for each in entries if each["code"]]
    return [("", blank), *found] if blank else found


class PersonCard(QFrame):
    """The fast fields stand open: name, number, sex, telephone, address. The rest is folded away (Alt+G)."""

    changed = Signal()
    identity_changed = Signal()
    removed = Signal()
    folded = Signal()
    choose_wanted = Signal()

    def __init__(self, *, first: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._first = first
        self.petitioner_id = ""
        self._enter = EnterPresses(self)
        self._title = QLabel(self)
        self._title.setProperty("tone", "strong")
        self._known = QLabel(self)
        self._known.setProperty("tone", "wait")
        self._edit = self._link(self.tr("修改资料"), self.unlock)
        self._release = self._link(self.tr("不是此人"), self.release)
        self._remove = self._link(self.tr("移除"), self.removed.emit)
        head = QHBoxLayout()
        head.addWidget(self._title)
        head.addWidget(self._known, 1)
        for each in (self._edit, self._release, self._remove):
            head.addWidget(each)
        self.grid = FormGrid(self)
        self._fill()
        self.more = QPushButton(self)
        self.more.setProperty("kind", "link")
        self.more.installEventFilter(self._enter)
        self.more.clicked.connect(self.toggle_more)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addWidget(self.grid)
        layout.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        self.grid.changed.connect(self._field_changed)
        aside(self._edit, self._release, self._remove, self.more, self.same_delivery, self.unclear)
        self._open = False
        self._show_folded()
        self._show_known("")

    def _link(self, text: str, slot: object) -> QPushButton:
        button = QPushButton(text, self)
        button.setProperty("kind", "link")
        button.installEventFilter(self._enter)
        button.clicked.connect(lambda _checked=False: slot())  # type: ignore[operator]
        return button

    def _fill(self) -> None:
        grid = self.grid
        grid.add("name", self.tr("姓名"), LineEdit())
        grid.add("id_number", self.tr("证件号码"), LineEdit(latin=True, hint=self.tr("18位身份证号")))
        grid.add("sex", self.tr("性别"), Segments(terms.SEX))
        grid.add("mobile", self.tr("联系电话"), LineEdit(latin=True))
        grid.add("address", self.tr("住址"), LineEdit(hint=self.tr("县、乡镇、村组或街道、小区、门牌")), wide=True)
        self.unclear = Tick(self.tr("住址不清（须说明原因）"))
        self.same_delivery = Tick(self.tr("送达地址同住址"))
        self.same_delivery.setChecked(True)
        grid.add("same_delivery", "", self.same_delivery)
        grid.add("unclear", "", self.unclear)
        grid.add("delivery_address", self.tr("送达地址"), LineEdit(), wide=True)
        reason = LineEdit(hint=self.tr("如：本人未提供、居无定所"))
        grid.add("address_missing_reason", self.tr("不清原因"), reason, wide=True)
        nameless = LineEdit(hint=self.tr("姓名未填时说明，如：本人不愿提供"))
        grid.add("name_missing_reason", self.tr("无名原因"), nameless, wide=True)
        grid.add("role", self.tr("身份"), Segments(terms.ROLE[1:]), wide=True)
        grid.add("kind", self.tr("主体"), Segments(terms.PERSON_KIND))
        grid.add("id_kind", self.tr("证件类型"), Choice(table_options("id_kinds", blank="")))
        grid.add("ethnic_group", self.tr("民族"), Choice(table_options("ethnic_groups")))
        grid.add("occupation", self.tr("职业"), Choice(table_options("occupations")))
        for name, label in UNIT_LINES:
            grid.add(name, label, LineEdit(latin=name == "credit_code"))
        for name, label, hint in LINES:
            grid.add(name, label, LineEdit(hint=hint))

    # what stands in the card

    def text(self, name: str) -> str:
        """A field's value as text: what is typed, or the chosen code."""
        editor = self.grid.editor(name)
        if isinstance(editor, LineEdit | LongEdit):
            return editor.text()
        if isinstance(editor, Choice | Segments):
            return editor.code()
        return ""

    def set_text(self, name: str, text: str) -> None:
        """Put a value into a field."""
        editor = self.grid.editor(name)
        if isinstance(editor, LineEdit | LongEdit):
            editor.setText(text)
        elif isinstance(editor, Choice | Segments):
            editor.set_code(text)

    def value(self) -> PetitionerInput:
        """The person as a command has it."""
        texts = {name: self.text(name) for name in self._names()}
        if self._first:
            texts["role"] = "main"
        if self.unclear.isChecked() and not texts["address_missing_reason"].strip():
            texts["address_missing_reason"] = self.tr("本人未提供")
        if not self.unclear.isChecked():
            texts["address_missing_reason"] = ""
        if self.same_delivery.isChecked():
            texts["delivery_address"] = texts["address"]
        if texts["name"].strip():
            texts["name_missing_reason"] = ""
        return PetitionerInput(petitioner_id=self.petitioner_id, **texts)  # type: ignore[arg-type]

    def dump(self) -> dict[str, object]:
        """Everything as typed, for the draft."""
        fields: dict[str, object] = {name: self.text(name) for name in self._names()}
        fields |= {
            "petitioner_id": self.petitioner_id,
            "known": self._known.text(),
            "unclear": self.unclear.isChecked(),
            "same_delivery": self.same_delivery.isChecked(),
        }
        return fields

    def restore(self, fields: Mapping[str, object]) -> None:
        """Put a draft back."""
        defaults = {"id_kind": "111", "kind": "person", "role": "representative"}
        for name in self._names():
            self.set_text(name, str(fields.get(name) or defaults.get(name, "")))
        self.unclear.setChecked(fields.get("unclear") is True)
        self.same_delivery.setChecked(fields.get("same_delivery") is not False)
        self.petitioner_id = str(fields.get("petitioner_id") or "")
        self._show_known(str(fields.get("known") or "") if self.petitioner_id else "")
        self._show_folded()

    def _names(self) -> list[str]:
        return [name for name in self.grid.names() if name not in ("same_delivery", "unclear")]

    # a known person

    def take(self, row: PetitionerRow) -> None:
        """This is a known person: show the record, lock it against slips; the clerk may unlock it to correct."""
        self.petitioner_id = row.petitioner_id
        recorded = {
            "name": row.name,
            "kind": row.kind or "person",
            "sex": row.sex,
            "birth": row.birth,
            "id_kind": row.id_kind or "111",
            "id_number": row.id_number,
            "mobile": row.mobile,
            "address": row.address,
        }
        for name, value in recorded.items():
            if value:
                self.set_text(name, value)
        if row.delivery_address and row.delivery_address != row.address:
            self.same_delivery.setChecked(False)
            self.set_text("delivery_address", row.delivery_address)
        times = self.tr("已登记来访 {0} 次").format(row.visit_count)
        last = self.tr("，最近 {0}").format(row.last_visit_on) if row.last_visit_on else ""
        self._show_known(self.tr("已选用本机记录：") + times + last)
        self.changed.emit()
        self.identity_changed.emit()

    def unlock(self) -> None:
        """The record is to be corrected: its fields can be written again."""
        self._lock(False)
        self.focus_first()

    def release(self) -> None:
        """It is somebody else after all; what is written stays, as a new person's."""
        self.petitioner_id = ""
        self._show_known("")
        self.focus_first()
        self.changed.emit()
        self.identity_changed.emit()

    def _show_known(self, words: str) -> None:
        self._known.setText(words)
        for each in (self._known, self._edit, self._release):
            each.setVisible(bool(words))
        self._lock(bool(words))

    def _lock(self, locked: bool) -> None:
        for name in LOCKED:
            editor = self.grid.editor(name)
            assert isinstance(editor, LineEdit)
            editor.setReadOnly(locked and bool(editor.text()))

    # doubts and refusals

    def show_doubts(self, implied: Mapping[str, str], doubts: Mapping[str, str]) -> None:
        """Say what looks wrong beside its field (a warning, never a block) and fill sex and birth where empty."""
        for name in ("name", "id_number", "mobile", "landline", "credit_code", "birth", "address"):
            self.grid.note(name).say("warn", doubts.get(name, ""))
        facts = []
        if self.text("id_number") and implied.get("birth"):
            facts.append(self.tr("{0} 出生").format(implied["birth"]))
            if implied.get("sex"):
                facts.append(terms.term(terms.SEX, implied["sex"]))
        self.grid.note("id_number").say("info", "，".join(facts))
        if implied.get("sex") and not self.text("sex"):
            self.set_text("sex", implied["sex"])
            self.changed.emit()

    # looks

    def set_place(self, place: int, count: int) -> None:
        """Number and title of the card among the others."""
        title = self.tr("主访人") if place == 0 else self.tr("第 {0} 人").format(place + 1)
        self._title.setText(title if count > 1 else "")
        self._title.setVisible(count > 1)
        self._remove.setVisible(place > 0)

    def toggle_more(self) -> None:
        """Unfold or fold the other fields."""
        self._open = not self._open
        self._show_folded()
        self.folded.emit()
        if self._open:
            self.grid.editor("role" if not self._first else "kind").setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_first(self) -> None:
        """Put the cursor on the name."""
        self.grid.editor("name").setFocus(Qt.FocusReason.OtherFocusReason)

    def reveal(self, name: str) -> QWidget:
        """Unfold if needed and give the editor of a field."""
        if name in self.grid.names():
            if self.grid.editor(name).isHidden():
                self._open = True
                self._show_folded()
                self.folded.emit()
            self.grid.show_field(name, True)
            return self.grid.editor(name)
        return self.grid.editor("name")

    def walkers(self) -> list[QWidget]:
        """Everything Enter visits, in order."""
        return [self._edit, self._release, self._remove, *self.grid.editors(), self.more]

    def _show_folded(self) -> None:
        grid, unit = self.grid, self.text("kind") == "organisation"
        grid.show_field("delivery_address", not self.same_delivery.isChecked())
        grid.show_field("address_missing_reason", self.unclear.isChecked())
        grid.show_field("name_missing_reason", self._open and not self.text("name").strip())
        grid.show_field("role", not self._first)
        for name in ("kind", "id_kind", "ethnic_group", "occupation", *(name for name, _, _ in LINES)):
            grid.show_field(name, self._open)
        for name, _ in UNIT_LINES:
            grid.show_field(name, unit)
        self.more.setText(self.tr("收起") if self._open else self.tr("民族、职业、单位、户籍等更多项目  Alt+G"))

    def _field_changed(self, name: str) -> None:
        self.grid.note(name).say("error", "")
        if name in ("id_number", "id_kind"):
            # A resident's number tells the sex; Enter may not wait in that field until the answer has come.
            told = self.text("id_kind") in ("", "111") and len(normalise_id(self.text("id_number"))) in (15, 18)
            self.grid.editor("sex").setProperty("aside", told)
        if name in ("same_delivery", "unclear", "kind"):
            self._show_folded()
            self.folded.emit()
        self.changed.emit()
        if name in LOOKED_UP:
            self.identity_changed.emit()
