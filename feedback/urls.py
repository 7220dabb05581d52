from django.urls import path

from .public import figures as public_figures
from .public import link as public_link
from .public import opinion as public_opinion
from .public import outcomes as public_outcomes
from .public import suggestions as public_suggestions
from .public import track as public_track
from .views import (
    acts,
    attachments,
    contacts,
    departments,
    due,
    inbox,
    intake,
    opinion,
    referrals,
    sheet,
    suggestion_acts,
    suggestions,
    transmittal,
)

app_name = "feedback"

urlpatterns = [
    path("desk/opinions/", inbox.opinion_list, name="opinion-list"),
    path("desk/opinions/together/", inbox.opinions_together, name="opinions-together"),
    path("desk/opinions/views/", inbox.view_save, name="view-save"),
    path("desk/opinions/views/<int:pk>/delete/", inbox.view_delete, name="view-delete"),
    path("desk/opinions/form.pdf", sheet.blank_form, {"form": "pdf"}, name="blank-form-pdf"),
    path("desk/opinions/form.docx", sheet.blank_form, {"form": "docx"}, name="blank-form-docx"),
    path("desk/opinions/<slug:public_id>/form.pdf", sheet.opinion_form, {"form": "pdf"}, name="opinion-form-pdf"),
    path("desk/opinions/<slug:public_id>/form.docx", sheet.opinion_form, {"form": "docx"}, name="opinion-form-docx"),
    path("desk/opinions/new/", intake.opinion_add, name="opinion-add"),
    path("desk/opinions/<slug:public_id>/", opinion.opinion, name="opinion"),
    *(
        path(f"desk/opinions/<slug:public_id>/{name}/", acts.act, {"name": name}, name=f"opinion-{name}")
        for name in acts.ACTS
    ),
    path("desk/suggestions/", suggestions.suggestion_list, name="suggestion-list"),
    path("desk/suggestions/new/", suggestions.suggestion_add, name="suggestion-add"),
    path("desk/suggestions/report/", suggestions.suggestion_report, name="suggestion-report"),
    path("desk/suggestions/<slug:public_id>/", suggestions.suggestion, name="suggestion"),
    *(
        path(
            f"desk/suggestions/<slug:public_id>/{name}/",
            suggestion_acts.suggestion_act,
            {"name": name},
            name=f"suggestion-{name}",
        )
        for name in suggestion_acts.ACTS
    ),
    path("desk/deadlines/<int:pk>/", due.due, name="due"),
    path("desk/deadlines/<int:pk>/extend/", due.due_act, {"name": "extend"}, name="due-extend"),
    path("desk/deadlines/<int:pk>/pause/", due.due_act, {"name": "pause"}, name="due-pause"),
    path("desk/deadlines/<int:pk>/resume/", due.due_act, {"name": "resume"}, name="due-resume"),
    path("desk/deadlines/<int:pk>/ask/", due.due_act, {"name": "ask"}, name="due-ask"),
    path("desk/departments/", departments.department_list, name="department-list"),
    path("desk/referrals/", referrals.referral_list, name="referral-list"),
    path("desk/referrals/letter/", transmittal.transmittal, name="transmittal"),
    path("desk/referrals/<slug:public_id>/", referrals.referral, name="referral"),
    path("desk/referrals/<slug:public_id>/sign/", referrals.referral_sign, name="referral-sign"),
    path("desk/referrals/<slug:public_id>/return/", referrals.referral_return, name="referral-return"),
    path("desk/referrals/<slug:public_id>/answer/", referrals.referral_answer, name="referral-answer"),
    path("desk/referrals/<slug:public_id>/link/", referrals.referral_link, name="referral-link"),
    path("desk/contacts/<int:pk>/", contacts.contact, name="contact"),
    path("desk/contacts/<int:pk>/open/", contacts.contact_open, name="contact-open"),
    path("desk/contacts/<int:pk>/export/", contacts.contact_export, name="contact-export"),
    path("desk/contacts/<int:pk>/erase/", contacts.contact_erase, name="contact-erase"),
    path("desk/attachments/<slug:public_id>/", attachments.attachment, name="attachment"),
    path("desk/attachments/<slug:public_id>/small/", attachments.attachment_thumbnail, name="attachment-thumbnail"),
    path("opinions/new/", public_opinion.opinion_new, name="opinion-new"),
    path("opinions/similar/", public_opinion.opinion_similar, name="opinion-similar"),
    path("opinions/receipt/<str:token>/", public_opinion.receipt, name="receipt"),
    path("opinions/track/", public_track.track, name="track"),
    path("outcomes/", public_outcomes.outcome_list, name="outcome-list"),
    path("outcomes/<slug:public_id>/", public_outcomes.outcome, name="outcome"),
    path("suggestions/", public_suggestions.suggestion_list, name="public-suggestion-list"),
    path("suggestions/<slug:public_id>/", public_suggestions.suggestion, name="public-suggestion"),
    path("figures/", public_figures.public_figures, name="figures"),
    path("d/<str:token>/", public_link.link, name="link"),
]
