"""The words of the command line: its parts, their arguments and help; what they do stands elsewhere."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from typing import NoReturn, get_args

from desktop import cli_read
from desktop.cli_faults import told
from domain.figures.periods import PeriodKind
from domain.refusals import Refusal


class _Parser(argparse.ArgumentParser):
    """Wrong words are a refusal like any other: JSON and exit 2, with the usage beside it."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        refusal = Refusal("usage", facts={"reason": message})
        sys.stderr.write(told(refusal) + "\n")
        raise refusal


_TABLES = {
    "calendar": "导入一年的工作日历",
    "rules": "导入本地区的期限规则表",
    "codes": "导入代码表的新版本",
    "heads": "导入机构负责人表：检举控告不转给负责人是被反映人的机关",
}


def parser(do: Mapping[str, Callable[[argparse.Namespace], int]]) -> argparse.ArgumentParser:
    """The parser; ``do`` says by name what runs."""
    shared = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    _add_station_words(shared)
    whole = _Parser(prog="xinfang", description="信访窗口命令行：与窗口调用同样的服务，输出 JSON。")
    _add_station_words(whole)
    parts = whole.add_subparsers(dest="part", required=True, metavar="命令", parser_class=_Parser)

    def part(name: str, about: str) -> argparse.ArgumentParser:
        made = parts.add_parser(name, help=about, description=about, parents=[shared])
        made.set_defaults(do=do[name])
        return made

    init = part("init", "建立一个工作站的数据文件夹")
    init.add_argument("--office", required=True, metavar="FILE.toml", help="单位文件，样例见 office-example.toml")
    init.add_argument("--name", default="", metavar="姓名", help="第一名工作人员的姓名")
    _add_restricted_words(init, part)
    act = part("act", "从标准输入读一条 JSON 命令并办理")
    act.add_argument("act", metavar="COMMAND", help="如 RegisterVisit 或 register_visit")
    part("acts", "列出全部命令及其 JSON Schema")
    shown = part("show", "查看一条记录")
    shown.add_argument("what", choices=cli_read.WHATS)
    shown.add_argument("id", metavar="ID", help="编号；来访和事项也可用登记编号")
    lists = part("list", "列表")
    lists.add_argument("what", choices=tuple(cli_read.LISTS))
    lists.add_argument("--day", default="", metavar="YYYY-MM-DD")
    lists.add_argument("--focus", default="", metavar="领域", help="matters：只列教育、医疗、社保、住房等民生重点领域")
    lists.add_argument("--limit", type=int, default=0, metavar="N", help="最多几条，0 为全部")
    find = part("find", "按姓名、拼音首字母、证件号、电话尾号或内容查找")
    find.add_argument("text", metavar="TEXT")
    find.add_argument("--focus", default="", metavar="领域", help="只找民生重点领域的事项")
    find.add_argument("--limit", type=int, default=60, metavar="N")
    _add_print_words(part("print", "出具文书并写成 PDF 文件；或者今天的、到期的一次打印"))
    _add_report_words(part)
    due = part("due", "计算一个期限并列出算法；不需要数据文件夹")
    due.add_argument("clock", metavar="CLOCK", help="T1 至 T13")
    due.add_argument("from_date", metavar="FROM_DATE", help="起算事件日 YYYY-MM-DD，不计入")
    due.add_argument("--days", type=int, metavar="N", help="T5 的期限，T7 的延长日数")
    due.add_argument("--exclude", action="append", default=[], metavar="A..B", help="T11 不计入的听证日，可重复")
    _add_county_words(part)
    _add_release_words(part)
    part("rebuild", "由办理动作重新生成全部视图")
    part("backup", "备份到一个新文件夹").add_argument("file", metavar="FILE")
    check = part("self-check", "自检：本程序能否完成全部工作")
    check.add_argument("--report", metavar="FILE.json", help="把报告同时写入文件")
    part("restore", "由备份恢复为新的数据文件夹（--data）").add_argument("file", metavar="FILE")
    for name, says in _TABLES.items():
        part(f"import-{name}", says).add_argument("file", metavar="FILE.json")
    _add_wording_words(part("wording", "文书用语：现行的、查看、检查、采用新的一版"))
    clerk = part("add-clerk", "增加一名工作人员")
    clerk.add_argument("new_sign_in", metavar="SIGN_IN")
    clerk.add_argument("--name", required=True, metavar="姓名")
    clerk.add_argument("--new-password-file", metavar="FILE")
    part("change-password", "修改自己的密码").add_argument("--new-password-file", metavar="FILE")
    return whole


def _add_print_words(paper: argparse.ArgumentParser) -> None:
    paper.add_argument("form", nargs="?", metavar="FORM", help="F01–F03（来访），F04–F26（事项，见用户手册）")
    paper.add_argument("case_id", nargs="?", metavar="ID", help="来访或事项的编号")
    paper.add_argument("-o", "--output", default="", metavar="FILE.pdf", help="--today、--due：存到这个文件夹")
    paper.add_argument("--escpos", default="", metavar="FILE", help="小票写成 ESC/POS：文件，或者打印机的设备文件")
    paper.add_argument("--size", choices=("A4", "A5", "R80", "R58"), help="F02 默认 A5，其余默认 A4；R80、R58 是小票")
    paper.add_argument("--large", action="store_true", help="大字版：交给信访人的文书才有")
    paper.add_argument("--of", metavar="PAPER_ID", help="F18：所送达的告知书")
    kept = paper.add_mutually_exclusive_group()
    kept.add_argument("--reprint", metavar="PAPER_ID", help="补打已出具的文书")
    kept.add_argument("--paper", metavar="PAPER_ID", help="取出存档的原件")
    kept.add_argument("--draft", action="store_true", help="只看草稿，不记录、不占文号")
    kept.add_argument("--today", action="store_true", help="今天出具、未确认打印的文书；不带 -o、--printer 的只列出")
    kept.add_argument("--due", action="store_true", help="到期应发的告知")
    paper.add_argument("--days", type=int, default=0, metavar="N", help="--due：今后 N 日内到期的也算")
    paper.add_argument("--printer", default="", metavar="NAME", help="--today、--due：送往这台打印机")
    paper.add_argument("--issue", action="store_true", help="--due：还没有出具的，出具后再打印或者存盘")


def _add_release_words(part: Callable[[str, str], argparse.ArgumentParser]) -> None:
    verify = part("verify", "核验签名链和全部视图；0.1.0 版的数据文件也能核验，不作改动")
    verify.add_argument("--kept", action="store_true", help="核验升级时保留下来的 0.1.0 版数据文件")
    part("upgrade", "把 0.1.0 版的数据升级到本版本；原来的文件保留")


def _add_report_words(part: Callable[[str, str], argparse.ArgumentParser]) -> None:
    report = part("report", "统计：日、周、双周、月、年度报告")
    report.add_argument("period", choices=get_args(PeriodKind), metavar="PERIOD", help=" ".join(get_args(PeriodKind)))
    report.add_argument("--on", default="", metavar="YYYY-MM-DD", help="期间内的一日，默认今日")
    report.add_argument("--keep", metavar="FOLDER", help="day：把这一日的统计固化为一个文件")
    report.add_argument("--kept", metavar="FOLDER", help="与固化的日统计核对，列出更正")


def _add_county_words(part: Callable[[str, str], argparse.ArgumentParser]) -> None:
    enrol = part("enrol", "用一次性接入码向县级服务器登记本窗口")
    enrol.add_argument("url", metavar="URL")
    enrol.add_argument("code", metavar="CODE")
    enrol.add_argument("--anew", action="store_true", help="已登记的窗口用新的接入码重新登记，旧的身份随即作废")
    sync = part("sync", "与县级服务器交换，直到没有待上报")
    sync.add_argument("--retry", action="store_true", help="先把县级没有收下、已搁置的部分重新上报")
    sync.add_argument("--acts-only", action="store_true", help="只交换办理记录，不传附件")
    _add_bundle_words(part("bundle", "用介质（U 盘）上报和接收回执"))
    _add_file_words(part("file", "附件：取出为文件，或者从县里取回本机"))


def _add_restricted_words(init: argparse.ArgumentParser, part: Callable[[str, str], argparse.ArgumentParser]) -> None:
    init.add_argument("--restricted", action="store_true", help="建立检举控告专用窗口：单独的数据文件夹、密码、接入码")
    desk = part("restricted-desk", "在普通窗口说明检举控告到哪里登记")
    desk.add_argument("where", nargs="?", default="", metavar="WHERE", help="专用窗口的数据文件夹或者地点；不填为取消")


def _add_bundle_words(bundle: argparse.ArgumentParser) -> None:
    ways = bundle.add_subparsers(dest="direction", required=True, metavar="export|import", parser_class=_Parser)
    out = ways.add_parser("export", help="写出上报介质，或者用接入单写出接入申请")
    out.add_argument("files", nargs=1, metavar="FILE")
    out.add_argument("--slip", metavar="SLIP", help="县信访局给的接入单：写出接入申请")
    out.add_argument("--anew", action="store_true", help="已接入的窗口用新的接入单重新接入")
    back = ways.add_parser("import", help="导入县级的回执介质，可以一次给几份，次序不限")
    back.add_argument("files", nargs="+", metavar="FILE")


def _add_wording_words(wording: argparse.ArgumentParser) -> None:
    ways = wording.add_subparsers(dest="what", required=True, metavar="list|show|check|import", parser_class=_Parser)
    ways.add_parser("list", help="各种文书今天用哪一版用语")
    show = ways.add_parser("show", help="一种文书的用语表，可以存成文件修改")
    show.add_argument("form", metavar="FORM", help="如 F04")
    show.add_argument("--region", default="", metavar="CODE", help="某地区、某机构的，默认为今天所用的")
    show.add_argument("--version", type=int, default=0, metavar="N", help="第几版，默认为最高的一版")
    for name, says in (("check", "检查用语表，列出全部问题，不记录"), ("import", "采用用语表，作为新的一版")):
        ways.add_parser(name, help=says).add_argument("file", metavar="FILE.json")


def _add_file_words(file: argparse.ArgumentParser) -> None:
    file.add_argument("what", choices=("export", "fetch"))
    file.add_argument("id", metavar="FILE_ID", help="附件标识，见 show visit、show matter 的 files")
    file.add_argument("-o", "--output", metavar="FILE")


def _add_station_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", metavar="DIR", help="数据文件夹")
    parser.add_argument("--sign-in", metavar="NAME", help="登录名，默认为第一名工作人员")
    parser.add_argument("--password-file", metavar="FILE", help="密码文件，默认取 XINFANG_PASSWORD_FILE")
