"""Commands: what a clerk asks for, as frozen values; window, command line and tests make the same ones."""

from domain.commands.matters import (
    AcceptMatter,
    AnswerMatter,
    AssignMatter,
    DeliverNotice,
    ExtendMatter,
    GuideMatter,
    ReceiveMatter,
    ReferMatter,
    ShareCase,
    SupplyAddress,
)
from domain.commands.records import (
    AttachFile,
    ConfirmPrint,
    ImportCalendar,
    ImportCodes,
    ImportRules,
    IssuePaper,
    SettleConflict,
    SettleConflicts,
    Settlement,
    VoidPaper,
    WithdrawFile,
)
from domain.commands.registration import (
    Answer,
    CorrectMatter,
    CorrectPetitioner,
    CorrectTime,
    CorrectVisit,
    MaterialInput,
    MatterInput,
    PetitionerInput,
    RegisterVisit,
    RepeatDecision,
    Role,
    TriageAnswers,
)

Command = (
    RegisterVisit
    | CorrectVisit
    | CorrectMatter
    | CorrectPetitioner
    | AcceptMatter
    | GuideMatter
    | ReferMatter
    | AssignMatter
    | ShareCase
    | ReceiveMatter
    | ExtendMatter
    | AnswerMatter
    | SupplyAddress
    | DeliverNotice
    | IssuePaper
    | ConfirmPrint
    | VoidPaper
    | AttachFile
    | WithdrawFile
    | SettleConflict
    | SettleConflicts
    | CorrectTime
    | ImportCalendar
    | ImportRules
    | ImportCodes
)

__all__ = [
    "AcceptMatter",
    "Answer",
    "AnswerMatter",
    "AssignMatter",
    "AttachFile",
    "Command",
    "ConfirmPrint",
    "CorrectMatter",
    "CorrectPetitioner",
    "CorrectTime",
    "CorrectVisit",
    "DeliverNotice",
    "ExtendMatter",
    "GuideMatter",
    "ImportCalendar",
    "ImportCodes",
    "ImportRules",
    "IssuePaper",
    "MaterialInput",
    "MatterInput",
    "PetitionerInput",
    "ReceiveMatter",
    "ReferMatter",
    "RegisterVisit",
    "RepeatDecision",
    "Role",
    "SettleConflict",
    "SettleConflicts",
    "Settlement",
    "ShareCase",
    "SupplyAddress",
    "TriageAnswers",
    "VoidPaper",
    "WithdrawFile",
]
