"""Fills the notices F04, F05, F08 and the delivery receipt F18 from a matter's state."""

from __future__ import annotations

from collections.abc import Mapping

from desktop.services.case_words import CaseWords, iso
from domain.beijing import parse_minute
from domain.clocks import Clock
from domain.papers import TITLES, AcceptanceNotice, PathwayNotice, ReferralNotice, ServiceReturn
from domain.refusals import Refusal


def acceptance(words: CaseWords) -> AcceptanceNotice:
    """F04 受理告知书, with the sixtieth day (R 34)."""
    station, matter = words.station, words.matter
    day = parse_minute(matter.text("accepted_on"))
    if day is None:
        raise Refusal("not_accepted", field="form", article="R 31(六)")
    accepted = day.date()
    deadline = words.due(Clock.T6, accepted)
    return AcceptanceNotice(
        **words.to_petitioner(_addressee(words)),
        summary=matter.text("summary"),
        accepted_on=accepted.isoformat(),
        due=iso(deadline.nominal),
        due_rolled=iso(deadline.rolled),
        handling_unit=matter.text("handling_unit") or station.office.name,
        forwarded_by=_forwarder(words),
        forwarded_on=matter.text("referral_received_on"),
        contact=matter.text("handler"),
        contact_phone=matter.text("contact") or station.office.phone,
    )


def pathway(words: CaseWords) -> PathwayNotice:
    """F05 接收情况及处理途径和程序告知书 (R 23①, 31(一)–(五))."""
    station, matter = words.station, words.matter
    kind, route = matter.text("matter_class"), matter.text("route")
    if not route:
        route = {"suggestion": "29", "accusation": "30"}.get(kind, "elsewhere")
    return PathwayNotice(
        **words.to_petitioner(_addressee(words)),
        summary="" if kind == "accusation" else matter.text("summary"),
        route=route,
        accusation=kind == "accusation",
        forwarded_by=_forwarder(words),
        forwarded_on=matter.text("referral_received_on"),
        legal_basis=matter.text("legal_basis"),
        where=matter.text("target_organ"),
        how=matter.text("how"),
        time_limit=matter.text("time_limit"),
        where_address=matter.text("target_address"),
        where_phone=matter.text("target_phone"),
        transferred=bool(matter.text("transferred_on")),
        transferred_to=matter.text("target_organ") if matter.text("transferred_on") else "",
        transferred_on=matter.text("transferred_on"),
        handling_unit=matter.text("handling_unit") or station.office.name,
        contact_phone=station.office.phone,
    )


def referral(words: CaseWords) -> ReferralNotice:
    """F08 转送告知书 (R 23①); no day is promised that depends on a receipt nobody knows yet."""
    station, matter = words.station, words.matter
    assigned = matter.text("stage") == "assigned"
    sent = matter.text("assigned_on") if assigned else matter.text("referred_on")
    directory = {row.code: row for row in station.store.offices()}
    target = directory.get(matter.text("to_office"))
    accusation = matter.text("matter_class") == "accusation"
    return ReferralNotice(
        **words.to_petitioner(_addressee(words)),
        summary="" if accusation else matter.text("summary"),
        to_organ=matter.text("to_name") or (target.name if target else matter.text("to_office")),
        sent_on=sent,
        accusation=accusation,
        way="交办" if assigned else "转送",
        # R 23③ counts from the day the organ receives it, which nobody knows yet: no date is promised.
        to_contact=matter.text("contact"),
        to_phone=target.phone if target else "",
        contact_phone=station.office.phone,
    )


def service_return(words: CaseWords, of_paper: str) -> ServiceReturn:
    """F18 送达回证, blank or with the facts of the delivery."""
    station, matter = words.station, words.matter
    notice = matter.get(f"paper.{of_paper}")
    if not isinstance(notice, Mapping):
        raise Refusal("notice_unknown", field="of_paper")
    delivery = matter.get(f"delivery.{of_paper}")
    said: Mapping[str, object] = delivery if isinstance(delivery, Mapping) else {}
    ways = {"in_person": "当面", "post": "邮寄", "other": "其他"}
    petitioner = words.petitioner
    address = (petitioner.text("delivery_address") or petitioner.text("address")) if petitioner else ""
    return ServiceReturn(
        organ=station.office.name,
        number=matter.text("number"),
        document_title=TITLES.get(str(notice.get("form")), ""),
        document_number=str(notice.get("number", "")),
        recipient=_addressee(words),
        accusation=matter.text("matter_class") == "accusation",
        address=address,
        delivered_at=str(said.get("at", "")),
        place=str(said.get("place", "")),
        way=ways.get(str(said.get("manner", "")), ""),
        signer=str(said.get("signer", "")),
        relation=str(said.get("relation", "")),
        refused=said.get("outcome") == "refused",
        refusal_reason=str(said.get("refusal_reason", "")),
        witnesses=(str(said["witness"]),) if said.get("witness") else (),
        servers=(str(said["deliverer"]),) if said.get("deliverer") else (),
        remark=str(said.get("remark", "")),
        query_code=words.query_code,
    )


def _addressee(words: CaseWords) -> str:
    """The petitioner by name: these papers go into his own hands, of an accusation too."""
    name = words.petitioner.text("name") if words.petitioner else ""
    if not name:
        raise Refusal("addressee_unknown", field="form", article="R 23②")
    return name


def _forwarder(words: CaseWords) -> str:
    code = words.matter.text("received_by_referral")
    if not code and words.matter.text("referral_received_on"):
        code = words.matter.text("office")
    return words.office(code)
