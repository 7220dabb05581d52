from .department import Category, Department, DepartmentMember
from .due import DueDate, Urge
from .opinion import Opinion, OpinionStep
from .record import Attachment, Erasure, Outcome, Rating
from .referral import Referral
from .saved import SavedView
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
    "SavedView",
    "Suggestion",
    "SuggestionSigner",
    "SuggestionStep",
    "Urge",
]
