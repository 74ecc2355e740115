"""F04 受理告知书, F05 接收情况及处理途径和程序告知书, F08 转送告知书 on A4."""

from __future__ import annotations

from collections.abc import Mapping

from desktop.printing import notice
from desktop.printing.breaking import unbroken
from desktop.printing.sheet import A4, Sheet
from desktop.printing.wording import fill, paragraphs, words
from domain.identity import mask_id
from domain.papers import (
    TITLES,
    AcceptanceNotice,
    PathwayNotice,
    ReferralNotice,
    chinese_date,
    mask_identities_in,
)

SECRET_NAME = "信访人"
"""Stands for the name on papers about an accusation (R 30③); the word gives nothing away, not even the accusation."""


def draw(content: AcceptanceNotice | PathwayNotice | ReferralNotice) -> Sheet:
    said = words(content.wording, content.form)
    if isinstance(content, AcceptanceNotice):
        values = _acceptance(content, said)
    elif isinstance(content, PathwayNotice):
        values = _pathway(content, said)
    else:
        values = _referral(content, said)
    values |= _common(content)
    sheet = Sheet(TITLES[content.form], f"{TITLES[content.form]} {content.number}", *A4)
    parts = paragraphs(said["paragraphs"], values)
    if isinstance(content, PathwayNotice):  # the sentence of the route is fixed words too
        parts = [(text if text != "{route_text}" else values["route_text"], whole) for text, whole in parts]
    parts = [(_without_blanks(text), whole) for text, whole in parts]
    notice.draw(
        sheet,
        notice.Notice(
            organ=content.organ,
            title=TITLES[content.form],
            document_number=content.document_number,
            addressee=_addressee(content),
            paragraphs=parts,
            signature=notice.Signature(content.organ, chinese_date(content.issued_on)),
        ),
    )
    return sheet


def _without_blanks(template: str) -> str:
    from desktop.printing.wording import fixed_part

    return fixed_part(template)


def _addressee(content: AcceptanceNotice | PathwayNotice | ReferralNotice) -> str:
    if not isinstance(content, AcceptanceNotice) and content.accusation:
        return SECRET_NAME
    name = unbroken(content.addressee)
    return f"{name}（{mask_id(content.id_number)}）" if content.id_number else name


def _common(content: AcceptanceNotice | PathwayNotice | ReferralNotice) -> dict[str, str]:
    secret = not isinstance(content, AcceptanceNotice) and content.accusation
    return {
        "number": content.number,
        "received_on": chinese_date(content.received_on),
        "channel": content.channel,
        "summary": "（依法保密）。" if secret else _sentence(mask_identities_in(content.summary)),
        "query_code": content.query_code,
        "query_ways": _listed("，", ("电话：", content.query_phone), ("地址：", content.query_address)),
        "contact_line": _listed("　", ("", content.contact), ("联系电话：", content.contact_phone), first=""),
    }


def _acceptance(content: AcceptanceNotice, said: Mapping[str, str]) -> dict[str, str]:
    return {
        "forwarded_by": content.forwarded_by,
        "forwarded_on": chinese_date(content.forwarded_on),
        "accepted_on": chinese_date(content.accepted_on),
        "handling_unit": content.handling_unit,
        "due": chinese_date(content.due),
        "rolled": _rolled(said["rolled"], "due_rolled", content.due, content.due_rolled),
    }


def _pathway(content: PathwayNotice, said: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    return {
        "forwarded_by": content.forwarded_by,
        "forwarded_on": chinese_date(content.forwarded_on),
        "route_text": said["routes"][content.route],
        "where": content.where,
        "how": _sentence(mask_identities_in(content.how)),
        "time_limit": _sentence(content.time_limit),
        "legal_basis": _sentence(content.legal_basis),
        "where_line": _listed("，", ("", content.where_address), ("电话：", content.where_phone), first="", end="。"),
        "transferred": "是" if content.transferred else "",
        "transferred_on": chinese_date(content.transferred_on),
        "transferred_to": content.transferred_to,
        "handling_unit": content.handling_unit,
    }


def _referral(content: ReferralNotice, said: Mapping[str, str]) -> dict[str, str]:
    due = fill(said["due"], {"due": chinese_date(content.due)}) if content.due else ""
    return {
        "sent_on": chinese_date(content.sent_on),
        "way": content.way,
        "to_organ": content.to_organ,
        "due_text": due + _rolled(said["rolled"], "due_rolled", content.due, content.due_rolled),
        "to_line": _listed("，", ("", content.to_contact), ("电话：", content.to_phone), first="", end="。"),
    }


def _rolled(template: str, name: str, nominal: str, rolled: str) -> str:
    return fill(template, {name: chinese_date(rolled)}) if rolled and nominal and rolled != nominal else ""


def _sentence(text: str) -> str:
    """Text that ends a sentence: one full stop, not two."""
    text = text.strip().rstrip("，、；：,;:")
    return text if not text or text[-1] in "。！？；…" else text + "。"


def _listed(joint: str, *parts: tuple[str, str], first: str | None = None, end: str = "") -> str:
    said = [f"{head}{text}" for head, text in parts if text]
    if not said:
        return ""
    return (joint if first is None else first) + joint.join(said) + end
