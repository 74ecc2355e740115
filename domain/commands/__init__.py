"""Commands: what a clerk asks for, as frozen values; window, command line and tests make the same ones."""

from domain.commands.handling import (
    ArchiveMatter,
    CallHearing,
    CloseMatter,
    HoldHearing,
    IssueOpinion,
    RecordEvaluation,
    RecordExecution,
    RecordMediation,
    RefuseEnded,
    RefuseOpen,
    RequestAnswer,
    SimplifyMatter,
)
from domain.commands.matters import (
    AcceptMatter,
    AnswerMatter,
    AssignMatter,
    DeliverNotice,
    ExtendMatter,
    GuideMatter,
    JudgeLevel,
    LinkMatter,
    ReceiveMatter,
    ReferMatter,
    ShareCase,
    SupplyAddress,
)
from domain.commands.oversight import (
    AnswerProposal,
    AnswerSupervision,
    IssueSupervision,
    MakeProposal,
    Recuse,
    ReportedTo,
    ReportUrgent,
)
from domain.commands.passing import (
    AskSupplement,
    LodgeObjection,
    ReceiveSupplement,
    ReportAssignment,
    ReturnMaterials,
    VerifyObjection,
)
from domain.commands.records import (
    AttachFile,
    ConfirmPrint,
    CopyPaper,
    ImportCalendar,
    ImportCodes,
    ImportHeads,
    ImportRules,
    ImportWording,
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
from domain.commands.review import (
    AskRecheck,
    AskReview,
    DecideRecheck,
    DecideReview,
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
    | JudgeLevel
    | LinkMatter
    | SupplyAddress
    | DeliverNotice
    | ArchiveMatter
    | CallHearing
    | CloseMatter
    | HoldHearing
    | IssueOpinion
    | RecordEvaluation
    | RecordExecution
    | RecordMediation
    | RefuseEnded
    | RefuseOpen
    | SimplifyMatter
    | AnswerProposal
    | AnswerSupervision
    | IssueSupervision
    | MakeProposal
    | Recuse
    | ReportUrgent
    | AskSupplement
    | LodgeObjection
    | ReceiveSupplement
    | ReportAssignment
    | ReturnMaterials
    | VerifyObjection
    | AskRecheck
    | AskReview
    | DecideRecheck
    | DecideReview
    | IssuePaper
    | ConfirmPrint
    | CopyPaper
    | VoidPaper
    | AttachFile
    | WithdrawFile
    | SettleConflict
    | SettleConflicts
    | CorrectTime
    | ImportCalendar
    | ImportRules
    | ImportCodes
    | ImportHeads
    | ImportWording
)

__all__ = [
    "AcceptMatter",
    "Answer",
    "AnswerMatter",
    "AnswerProposal",
    "AnswerSupervision",
    "ArchiveMatter",
    "AskRecheck",
    "AskReview",
    "AskSupplement",
    "AssignMatter",
    "AttachFile",
    "CallHearing",
    "CloseMatter",
    "Command",
    "ConfirmPrint",
    "CopyPaper",
    "CorrectMatter",
    "CorrectPetitioner",
    "CorrectTime",
    "CorrectVisit",
    "DecideRecheck",
    "DecideReview",
    "DeliverNotice",
    "ExtendMatter",
    "GuideMatter",
    "HoldHearing",
    "ImportCalendar",
    "ImportCodes",
    "ImportHeads",
    "ImportRules",
    "ImportWording",
    "IssueOpinion",
    "IssuePaper",
    "IssueSupervision",
    "JudgeLevel",
    "LinkMatter",
    "LodgeObjection",
    "MakeProposal",
    "MaterialInput",
    "MatterInput",
    "PetitionerInput",
    "ReceiveMatter",
    "ReceiveSupplement",
    "RecordEvaluation",
    "RecordExecution",
    "RecordMediation",
    "Recuse",
    "ReferMatter",
    "RefuseEnded",
    "RefuseOpen",
    "RegisterVisit",
    "RepeatDecision",
    "ReportAssignment",
    "ReportUrgent",
    "ReportedTo",
    "RequestAnswer",
    "ReturnMaterials",
    "Role",
    "SettleConflict",
    "SettleConflicts",
    "Settlement",
    "ShareCase",
    "SimplifyMatter",
    "SupplyAddress",
    "TriageAnswers",
    "VerifyObjection",
    "VoidPaper",
    "WithdrawFile",
]
