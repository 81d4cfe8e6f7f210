"""The API's table of contents. A test crosses every route here with every role."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from cdmo.api_root import ApiRoot
from documents import api as documents
from notifications import api as notifications
from projects import api as projects
from projects import change_order_api as change_orders
from projects import plan_api as plan
from projects import rounds_api as rounds

urlpatterns = [
    path("", ApiRoot.as_view(), name="api-root"),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api-schema", template_name="api/docs.html"), name="api-docs"),
    path("changes/", notifications.Changes.as_view(), name="api-changes"),
    path("projects/", projects.ProjectList.as_view(), name="api-project-list"),
    path("projects/<str:code>/", projects.ProjectDetail.as_view(), name="api-project-detail"),
    path("projects/<str:code>/gate/", projects.ProjectGate.as_view(), name="api-project-gate"),
    path("projects/<str:code>/gate/proposal/", projects.ProjectGateProposal.as_view(), name="api-project-gate-proposal"),
    path("projects/<str:code>/conditions/<int:pk>/answer/", projects.ConditionAnswer.as_view(), name="api-condition-answer"),
    path("projects/<str:code>/conditions/<int:pk>/confirm/", projects.ConditionConfirmation.as_view(), name="api-condition-confirm"),
    path("projects/<str:code>/conditions/", projects.ConditionList.as_view(), name="api-condition-list"),
    path("projects/<str:code>/conditions/<int:pk>/", projects.ConditionDetail.as_view(), name="api-condition-detail"),
    path("projects/<str:code>/conditions/<int:pk>/reject/", projects.ConditionRejection.as_view(), name="api-condition-reject"),
    path("projects/<str:code>/milestones/<slug:key>/", plan.MilestoneView.as_view(), name="api-milestone-detail"),
    path("projects/<str:code>/milestones/<slug:key>/reschedule/", plan.MilestoneReschedule.as_view(), name="api-milestone-reschedule"),
    path("projects/<str:code>/milestones/<slug:key>/achieve/", plan.MilestoneAchieve.as_view(), name="api-milestone-achieve"),
    path("projects/<str:code>/milestones/<slug:key>/explain/", plan.MilestoneExplain.as_view(), name="api-milestone-explain"),
    path("projects/<str:code>/publication/preview/", plan.PublicationPreview.as_view(), name="api-publication-preview"),
    path("projects/<str:code>/publication/", plan.PublicationAct.as_view(), name="api-publication"),
    path("projects/<str:code>/deliverables/<slug:key>/", plan.DeliverableView.as_view(), name="api-deliverable-detail"),
    path("projects/<str:code>/deliverables/<slug:key>/loops/", rounds.LoopAct.as_view(), name="api-loop-open"),
    path("projects/<str:code>/sharing/<slug:kind>/<slug:key>/", plan.SharingView.as_view(), name="api-sharing"),
    path("milestones/", projects.MilestoneList.as_view(), name="api-milestone-list"),
    path("change-orders/", change_orders.ChangeOrderList.as_view(), name="api-change-order-list"),
    path("change-orders/<str:number>/", change_orders.ChangeOrderDetail.as_view(), name="api-change-order-detail"),
    path("change-orders/<str:number>/accept/", change_orders.ChangeOrderAcceptance.as_view(), name="api-change-order-accept"),
    path("change-orders/<str:number>/decline/", change_orders.ChangeOrderRefusal.as_view(), name="api-change-order-decline"),
    path("deliverables/", projects.DeliverableList.as_view(), name="api-deliverable-list"),
    path("rfps/", projects.RfpList.as_view(), name="api-rfp-list"),
    path("rfps/<str:number>/", projects.RfpDetail.as_view(), name="api-rfp-detail"),
    path("documents/", documents.DocumentList.as_view(), name="api-document-list"),
    path("documents/<str:number>/", documents.DocumentDetail.as_view(), name="api-document-detail"),
    path("documents/<str:number>/file/", documents.DocumentFile.as_view(), name="api-document-file"),
]
