from django.urls import path

from .public import link as public_link
from .public import opinion as public_opinion
from .public import track as public_track
from .views import acts, attachments, departments, due, inbox, intake, opinion, referrals, transmittal

app_name = "feedback"

urlpatterns = [
    path("desk/opinions/", inbox.opinion_list, name="opinion-list"),
    path("desk/opinions/together/", inbox.opinions_together, name="opinions-together"),
    path("desk/opinions/new/", intake.opinion_add, name="opinion-add"),
    path("desk/opinions/<slug:public_id>/", opinion.opinion, name="opinion"),
    path("desk/opinions/<slug:public_id>/clear/", acts.act, {"name": "clear"}, name="opinion-clear"),
    path("desk/opinions/<slug:public_id>/accept/", acts.act, {"name": "accept"}, name="opinion-accept"),
    path("desk/opinions/<slug:public_id>/resolve/", acts.act, {"name": "resolve"}, name="opinion-resolve"),
    path("desk/opinions/<slug:public_id>/answer/", acts.act, {"name": "answer"}, name="opinion-answer"),
    path("desk/opinions/<slug:public_id>/promise/", acts.act, {"name": "promise"}, name="opinion-promise"),
    path("desk/opinions/<slug:public_id>/forward/", acts.act, {"name": "forward"}, name="opinion-forward"),
    path("desk/opinions/<slug:public_id>/assist/", acts.act, {"name": "assist"}, name="opinion-assist"),
    path("desk/opinions/<slug:public_id>/recall/", acts.act, {"name": "recall"}, name="opinion-recall"),
    path("desk/opinions/<slug:public_id>/pass/", acts.act, {"name": "pass"}, name="opinion-pass"),
    path("desk/opinions/<slug:public_id>/pass-back/", acts.act, {"name": "pass-back"}, name="opinion-pass-back"),
    path("desk/opinions/<slug:public_id>/rate/", acts.act, {"name": "rate"}, name="opinion-rate"),
    path("desk/opinions/<slug:public_id>/close/", acts.act, {"name": "close"}, name="opinion-close"),
    path("desk/opinions/<slug:public_id>/refuse/", acts.act, {"name": "refuse"}, name="opinion-refuse"),
    path("desk/opinions/<slug:public_id>/merge/", acts.act, {"name": "merge"}, name="opinion-merge"),
    path("desk/opinions/<slug:public_id>/split/", acts.act, {"name": "split"}, name="opinion-split"),
    path("desk/opinions/<slug:public_id>/reopen/", acts.act, {"name": "reopen"}, name="opinion-reopen"),
    path("desk/opinions/<slug:public_id>/change/", acts.act, {"name": "change"}, name="opinion-change"),
    path("desk/opinions/<slug:public_id>/urge/", acts.act, {"name": "urge"}, name="opinion-urge"),
    path("desk/opinions/<slug:public_id>/note/", acts.act, {"name": "note"}, name="opinion-note"),
    path("desk/opinions/<slug:public_id>/withdraw/", acts.act, {"name": "withdraw"}, name="opinion-withdraw"),
    path("desk/opinions/<slug:public_id>/discard/", acts.act, {"name": "discard"}, name="opinion-discard"),
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
    path("desk/attachments/<slug:public_id>/", attachments.attachment, name="attachment"),
    path("desk/attachments/<slug:public_id>/small/", attachments.attachment_thumbnail, name="attachment-thumbnail"),
    path("opinions/new/", public_opinion.opinion_new, name="opinion-new"),
    path("opinions/similar/", public_opinion.opinion_similar, name="opinion-similar"),
    path("opinions/receipt/<str:token>/", public_opinion.receipt, name="receipt"),
    path("opinions/track/", public_track.track, name="track"),
    path("d/<str:token>/", public_link.link, name="link"),
]
