from django.urls import path

from phases.evaluation import views

urlpatterns = [
    path("rfps/<str:number>/submit/", views.rfp_submit, name="rfp-submit"),
    path("rfps/<str:number>/clock/", views.rfp_clock, name="rfp-clock"),
    path("projects/<str:code>/evaluation/", views.evaluation_page, name="project-evaluation"),
    path("projects/<str:code>/evaluation/recommend/", views.evaluation_recommend, name="evaluation-recommend"),
    path("projects/<str:code>/sheets/<slug:department>/", views.sheet_page, name="sheet-detail"),
    path("projects/<str:code>/sheets/<slug:department>/autosave/", views.sheet_autosave, name="sheet-autosave"),
    path("projects/<str:code>/sheets/<slug:department>/sign-off/", views.sheet_sign_off, name="sheet-sign-off"),
    path("projects/<str:code>/sheets/<slug:department>/reopen/", views.sheet_reopen, name="sheet-reopen"),
    path("projects/<str:code>/sheets/<slug:department>/assign/", views.sheet_assign, name="sheet-assign"),
    path("projects/<str:code>/sheets/<slug:department>/calendar/", views.sheet_calendar, name="sheet-calendar"),
    path("projects/<str:code>/sheets/<slug:department>/propose/", views.sheet_propose, name="sheet-propose"),
    path("projects/<str:code>/sheets/<slug:department>/plan-total/", views.sheet_plan_total, name="sheet-plan-total"),
]
