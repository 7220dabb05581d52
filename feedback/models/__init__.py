from .department import Category, Department, DepartmentMember
from .due import DueDate, Urge
from .opinion import Opinion, OpinionStep
from .record import Attachment, Erasure, Outcome, Rating
from .referral import Referral
from .suggestion import Suggestion, SuggestionSigner, SuggestionStep

__all__ = [
    "Attachment",
    "Category",
    "Department",
    "DepartmentMember",
    "DueDate",
    "Erasure",
    "Opinion",
    "OpinionStep",
    "Outcome",
    "Rating",
    "Referral",
    "Suggestion",
    "SuggestionSigner",
    "SuggestionStep",
    "Urge",
]
