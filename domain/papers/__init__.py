"""What a paper says, frozen before it is printed: content values, their JSON form, sizes and marks; no layout here."""

from domain.papers.codec import ContentMalformed, as_json, from_json
from domain.papers.content import (
    CONTENT_BY_FORM,
    AcceptanceNotice,
    Content,
    Handling,
    MaterialLine,
    MaterialList,
    PathwayNotice,
    ReferralNotice,
    RegisteredMatter,
    RegisteredPerson,
    RegistrationForm,
    ServiceReturn,
    VisitReceipt,
)
from domain.papers.marks import COPIES, SIZES, TITLES, Mark, Paper, PrintLine
from domain.papers.text import (
    chinese_date,
    chinese_minute,
    mask_identities_in,
    qr_text,
    read_qr,
)

__all__ = [
    "CONTENT_BY_FORM",
    "COPIES",
    "SIZES",
    "TITLES",
    "AcceptanceNotice",
    "Content",
    "ContentMalformed",
    "Handling",
    "Mark",
    "MaterialLine",
    "MaterialList",
    "Paper",
    "PathwayNotice",
    "PrintLine",
    "ReferralNotice",
    "RegisteredMatter",
    "RegisteredPerson",
    "RegistrationForm",
    "ServiceReturn",
    "VisitReceipt",
    "as_json",
    "chinese_date",
    "chinese_minute",
    "from_json",
    "mask_identities_in",
    "qr_text",
    "read_qr",
]
