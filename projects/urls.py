from django.urls import path

from projects.views import evidence, gate, plan, status

urlpatterns = [
    # gates, evidence, plan, moves
    path("projects/<str:code>/gate/", gate.gate_page, name="project-gate"),
    path("projects/<str:code>/gate/propose/", gate.gate_propose, name="gate-propose"),
    path("projects/<str:code>/gate/withdraw/", gate.gate_withdraw, name="gate-withdraw"),
    path("projects/<str:code>/gate/sign/<slug:role>/", gate.gate_sign, name="gate-sign"),
    path("projects/<str:code>/gate/refuse/<slug:role>/", gate.gate_refuse, name="gate-refuse"),
    path("projects/<str:code>/gate/<slug:gate>/<int:number>/", gate.gate_review, name="gate-review"),
    path("projects/<str:code>/deliverables/<slug:key>/", evidence.deliverable_page, name="deliverable-detail"),
    path("projects/<str:code>/deliverables/<slug:key>/assign/", evidence.deliverable_assign, name="deliverable-assign"),
    path("projects/<str:code>/deliverables/<slug:key>/share/", evidence.deliverable_share, name="deliverable-share"),
    path("projects/<str:code>/deliverables/<slug:key>/unshare/", evidence.deliverable_unshare, name="deliverable-unshare"),
    path("projects/<str:code>/deliverables/<slug:key>/evidence/", evidence.reference_enter, name="reference-enter"),
    path("projects/<str:code>/deliverables/<slug:key>/evidence/<int:pk>/confirm/", evidence.reference_confirm, name="reference-confirm"),
    path("projects/<str:code>/deliverables/<slug:key>/evidence/<int:pk>/reject/", evidence.reference_reject, name="reference-reject"),
    path("projects/<str:code>/deliverables/<slug:key>/evidence/<int:pk>/file/", evidence.reference_file, name="reference-file"),
    path("projects/<str:code>/plan/", plan.plan_page, name="project-plan"),
    path("projects/<str:code>/plan.svg", plan.plan_svg, name="project-plan-svg"),
    path("projects/<str:code>/plan/<slug:key>/", plan.milestone_page, name="milestone-detail"),
    path("projects/<str:code>/plan/<slug:key>/reschedule/", plan.milestone_reschedule, name="milestone-reschedule"),
    path("projects/<str:code>/plan/<slug:key>/achieve/", plan.milestone_achieve, name="milestone-achieve"),
    path("projects/<str:code>/plan/<slug:key>/publish/", plan.milestone_publish, name="milestone-publish"),
    path("projects/<str:code>/plan/<slug:key>/share/", plan.milestone_share, name="milestone-share"),
    path("projects/<str:code>/plan/<slug:key>/unshare/", plan.milestone_unshare, name="milestone-unshare"),
    path("projects/<str:code>/status/", status.status_page, name="project-status"),
    path("projects/<str:code>/move/hold/", status.project_hold, name="project-hold"),
    path("projects/<str:code>/move/resume/", status.project_resume, name="project-resume"),
    path("projects/<str:code>/move/cancel/", status.project_cancel, name="project-cancel"),
    path("projects/<str:code>/move/return/", status.project_return, name="project-return"),
    path("projects/<str:code>/move/complete/", status.project_complete, name="project-complete"),
    path("projects/<str:code>/move/out-of-scope/", status.project_out_of_scope, name="project-out-of-scope"),
]
