from django.urls import path

from phases.evaluation import phase_views, sheet_views

urlpatterns = [
    path("rfps/<str:number>/submit/", phase_views.rfp_submit, name="rfp-submit"),
    path("rfps/<str:number>/clock/", phase_views.rfp_clock, name="rfp-clock"),
    path("projects/<str:code>/evaluation/", phase_views.evaluation_page, name="project-evaluation"),
    path("projects/<str:code>/evaluation/recommend/", phase_views.evaluation_recommend, name="evaluation-recommend"),
    path("projects/<str:code>/evaluation/site/", phase_views.evaluation_site, name="evaluation-site"),
    path("projects/<str:code>/sheets/<slug:department>/", sheet_views.sheet_page, name="sheet-detail"),
    path("projects/<str:code>/sheets/<slug:department>/autosave/", sheet_views.sheet_autosave, name="sheet-autosave"),
    path("projects/<str:code>/sheets/<slug:department>/sign-off/", sheet_views.sheet_sign_off, name="sheet-sign-off"),
    path("projects/<str:code>/sheets/<slug:department>/reopen/", sheet_views.sheet_reopen, name="sheet-reopen"),
    path("projects/<str:code>/sheets/<slug:department>/assign/", sheet_views.sheet_assign, name="sheet-assign"),
    path("projects/<str:code>/sheets/<slug:department>/calendar/", sheet_views.sheet_calendar, name="sheet-calendar"),
    path("projects/<str:code>/sheets/<slug:department>/propose/", sheet_views.sheet_propose, name="sheet-propose"),
    path("projects/<str:code>/sheets/<slug:department>/plan-total/", sheet_views.sheet_plan_total, name="sheet-plan-total"),
]
