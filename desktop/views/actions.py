"""Actions: the one table of what the keyboard does; shortcuts, navigation, hints and the F1 sheet are made from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

Group = Literal["page", "work", "form", "case", "text"]
GROUPS: dict[Group, str] = {
    "page": "页面",
    "work": "办理",
    "form": "来访登记",
    "case": "列表、事项、文书",
    "text": "填写",
}


@dataclass(frozen=True, slots=True)
class Action:
    """One thing the keyboard does. ``keys`` in Qt's notation; no key is a single letter or a digit alone."""

    name: str
    keys: str
    text: str
    group: Group
    icon: str = ""
    explain: str = ""

    @property
    def shown_keys(self) -> str:
        """The keys as the clerk reads them."""
        return self.keys.replace("Return", "Enter")


NAVIGATION = (
    Action("intake", "F2", "新来访", "page", "new", "登记一次来访；正在填写的来访不会丢失"),
    Action("find", "F3", "查找", "page", "find", "按姓名、拼音首字母、证件号、电话尾号、编号、内容查找"),
    Action("today", "F5", "今日来访", "page", "today"),
    Action("deadlines", "F6", "期限看板", "page", "clock"),
    Action("conflicts", "F7", "待核对", "page", "compare"),
    Action("county", "F8", "县级", "page", "county", "与县级交换的情况"),
)
GENERAL = (
    Action("keys", "F1", "快捷键", "page", "keys"),
    Action("waiting", "Shift+F8", "待上报", "page", "", "还没有到县的内容，每一项的状态和原因；也可以点状态栏上的字"),
    Action("print", "F9", "打印", "work", "print", "打印当前来访或事项的文书"),
    Action(
        "batch", "Ctrl+F9", "批量打印", "work", "", "今天的全部文书、到期应发的告知，一次打印或者存成 PDF；打印队列"
    ),
    Action("wording", "Shift+F9", "文书用语", "page", "print", "文书的固定用语：查看、编辑、看样张、采用新的一版"),
    Action(
        "tables", "Shift+F7", "规则和代码表", "page", "", "工作日历、期限规则、代码、机构负责人：哪些在用，导入新的一版"
    ),
    Action("lock", "Ctrl+L", "锁定", "work", "lock", "离开座位时锁定；已填写的内容不变"),
    Action("back", "Alt+Left", "返回", "work", "", "回到上一个页面"),
)
FORM_KEYS = (
    Action("finish", "Ctrl+Return", "完成登记", "form", "done", "保存到本机并取得登记编号"),
    Action("save_now", "Ctrl+S", "立即保存草稿", "form", "", "草稿本来就随填随存"),
    Action("known", "F4", "已知信访人", "form", "", "到右侧名单，上下键选择，Enter 选用，Esc 返回"),
    Action("section_people", "Alt+1", "信访人", "form"),
    Action("section_matter", "Alt+2", "信访事项", "form"),
    Action("section_oral", "Alt+3", "口述笔录", "form"),
    Action("section_material", "Alt+4", "材料", "form"),
    Action("section_visit", "Alt+5", "来访情况", "form"),
    Action("add_person", "Alt+P", "增加一人", "form"),
    Action("add_matter", "Alt+M", "增加一个事项", "form"),
    Action("add_material", "Alt+N", "增加一份材料", "form"),
    Action("all_no", "Alt+0", "甄别四问均为“否”", "form"),
    Action("more", "Alt+G", "更多项目", "form", "", "展开或收起当前部分的其他项目"),
)
CASE_KEYS = (
    Action("tabs", "Alt+1…7", "换标签页；期限看板上只看一组", "case"),
    Action("first_step", "Alt+Return", "办理下一步", "case", "", "打开第一个办理按钮，Ctrl+Enter 记录，Esc 放弃"),
    Action("all_steps", "Alt+O", "其他步骤", "case", "", "列出全部步骤：哪些现在可以办，哪些不能办和原因"),
    Action("attach", "Alt+A", "添加附件", "case", "", "给这次来访或者这件事项附上扫描件、照片、文档、录音"),
    Action("print_now", "Ctrl+P", "出具并打印、补打", "case"),
    Action("large_type", "Alt+D", "大字版", "case", "", "交给信访人的文书用大字打印；再按一次改回普通字号"),
    Action("save_pdf", "Ctrl+Shift+S", "另存为 PDF", "case", "", "存到选定的文件夹，不覆盖已有的文件，时间线上有记载"),
    Action("zoom", "Ctrl+=/-/0", "样稿放大、缩小、适合宽度", "case"),
    Action("day", "Ctrl+PgUp/PgDown", "前一天、后一天；Ctrl+Home 今天", "case"),
    Action("sort", "Ctrl+1…9", "按第几列排序", "case"),
    Action("choose_table", "Ctrl+O", "选择表的文件", "case", "", "先看是什么、会改动多少期限，再导入"),
    Action("exchange", "Ctrl+R", "立即上报", "case"),
)
HABITS = (
    Action("walk", "Return", "到下一项", "text"),
    Action("new_line", "Shift+Return", "长文本中换行", "text"),
    Action("digits", "1…9", "在并列选项上直接选择", "text"),
    Action("edit", "Ctrl+A/C/V/X/Z", "全选、复制、粘贴、剪切、撤销", "text"),
)
TABLE = (*NAVIGATION, *GENERAL, *FORM_KEYS, *CASE_KEYS, *HABITS)


def action(name: str) -> Action:
    """An action of the table by its name."""
    return next(each for each in TABLE if each.name == name)


def bind(name: str, widget: QWidget, slot: Callable[[], object], *, everywhere: bool = False) -> QAction:
    """Bind an action's key in a widget and its children, or in its whole window."""
    entry = action(name)
    made = QAction(entry.text, widget)
    keys = [QKeySequence(entry.keys)]
    if "Return" in entry.keys:
        keys.append(QKeySequence(entry.keys.replace("Return", "Enter")))  # the one on the number pad
    made.setShortcuts(keys)
    made.setShortcutContext(
        Qt.ShortcutContext.WindowShortcut if everywhere else Qt.ShortcutContext.WidgetWithChildrenShortcut
    )
    made.setAutoRepeat(False)
    made.triggered.connect(lambda _checked=False: slot())
    widget.addAction(made)
    return made
