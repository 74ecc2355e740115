"""F04 受理告知书, F05 接收情况及处理途径和程序告知书, F08 转送告知书 on A4."""

from __future__ import annotations

from collections.abc import Mapping

from desktop.printing import notice
from desktop.printing.breaking import unbroken
from desktop.printing.sheet import A4, Sheet
from desktop.printing.wording import fill, fixed_part, listed, paragraphs, sentence, words
from domain.identity import mask_id
from domain.papers import (
    SECRET_MATTER,
    SECRET_NAME,
    TITLES,
    AcceptanceNotice,
    PathwayNotice,
    ReferralNotice,
    chinese_date,
    mask_identities_in,
)


def draw(content: AcceptanceNotice | PathwayNotice | ReferralNotice, grid: notice.Grid) -> Sheet:
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
    notice.draw(
        sheet,
        notice.Notice(
            organ=content.organ,
            title=TITLES[content.form],
            document_number=content.document_number,
            addressee=_addressee(content),
            paragraphs=[notice.Paragraph(fixed_part(text), whole) for text, whole in parts],
            signature=notice.Signature(content.organ, chinese_date(content.issued_on)),
            grid=grid,
        ),
    )
    return sheet


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
        "summary": SECRET_MATTER + "。" if secret else sentence(mask_identities_in(content.summary)),
        "query_code": content.query_code,
        "query_ways": listed("，", ("电话：", content.query_phone), ("地址：", content.query_address)),
        "contact_line": listed("　", ("", content.contact), ("联系电话：", content.contact_phone), first=""),
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
        "how": sentence(mask_identities_in(content.how)),
        "time_limit": sentence(content.time_limit),
        "legal_basis": sentence(content.legal_basis),
        "where_line": listed("，", ("", content.where_address), ("电话：", content.where_phone), first="", end="。"),
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
        "to_line": listed("，", ("", content.to_contact), ("电话：", content.to_phone), first="", end="。"),
    }


def _rolled(template: str, name: str, nominal: str, rolled: str) -> str:
    return fill(template, {name: chinese_date(rolled)}) if rolled and nominal and rolled != nominal else ""
