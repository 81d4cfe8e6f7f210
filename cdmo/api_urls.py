"""The API's table of contents. A test crosses every route here with every role."""

from django.urls import path
from drf_spectacular.views import SpectacularSwaggerSplitView

from accounts import client_api as clients
from catalogue import api as catalogue
from cdmo.api_root import ApiRoot, Description
from desk.search_api import Search
from documents import api as documents
from notifications import api as notifications
from notifications import webhook_api as webhooks
from phases.evaluation import api as evaluation
from process import api as process
from process.purchasing import api as purchasing
from projects import account_api as account
from projects import api as projects
from projects import approval_api as approvals
from projects import assessing_api as assessing
from projects import change_order_api as change_orders
from projects import charter_api as charters
from projects import evidence_api as evidence
from projects import gate_api as gates
from projects import occupancy_api as occupancies
from projects import plan_api as plan
from projects import quotation_api as quotations
from projects import rfp_api as rfps
from projects import rounds_api as rounds
from projects import saved_view_api as views
from projects import shape_api as shape
from projects import sharing_api as sharing
from projects import tailoring_api as tailoring
from projects import task_api as tasks
from projects import waiting_api as waiting
from worksheets import api as worksheets

urlpatterns = [
    path("", ApiRoot.as_view(), name="api-root"),
    path("schema/", Description.as_view(), name="api-schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api-schema", template_name="api/docs.html"), name="api-docs"),
    path("search/", Search.as_view(), name="api-search"),
    path("changes/", notifications.Changes.as_view(), name="api-changes"),
    path("changes/seen/", notifications.ChangesSeen.as_view(), name="api-changes-seen"),
    path("waiting/", waiting.WaitingList.as_view(), name="api-waiting"),
    path("projects/", projects.ProjectList.as_view(), name="api-project-list"),
    path("projects/<str:code>/", projects.ProjectDetail.as_view(), name="api-project-detail"),
    path("projects/<str:code>/gate/", projects.ProjectGate.as_view(), name="api-project-gate"),
    path("projects/<str:code>/gate/proposal/", projects.ProjectGateProposal.as_view(), name="api-project-gate-proposal"),
    path("projects/<str:code>/gate/withdrawal/", gates.GateWithdrawal.as_view(), name="api-project-gate-withdrawal"),
    path("projects/<str:code>/gate/signature/", gates.GateSigning.as_view(), name="api-project-gate-signature"),
    path("projects/<str:code>/gate/refusal/", gates.GateRefusal.as_view(), name="api-project-gate-refusal"),
    path("projects/<str:code>/gate/meeting/", gates.GateMeeting.as_view(), name="api-project-gate-meeting"),
    path("projects/<str:code>/gate/waivers/", gates.WaiverRequest.as_view(), name="api-project-gate-waivers"),
    path("projects/<str:code>/gates/", gates.GateHistory.as_view(), name="api-project-gates"),
    path("projects/<str:code>/gates/<str:gate>/<int:round>/", gates.GateRound.as_view(), name="api-project-gate-round"),
    path("projects/<str:code>/gates/<str:gate>/<int:round>/minutes/", gates.GateMinutes.as_view(), name="api-project-gate-minutes"),
    path("projects/<str:code>/gates/<str:gate>/<int:round>/assessments/", assessing.AssessmentList.as_view(), name="api-assessment-list"),
    path("projects/<str:code>/charter/", charters.CharterWriting.as_view(), name="api-charter-write"),
    path("projects/<str:code>/responsibilities/", charters.Responsibilities.as_view(), name="api-responsibilities"),
    path("projects/<str:code>/tailoring/", tailoring.TailoringList.as_view(), name="api-tailoring-list"),
    path("projects/<str:code>/tailoring/<int:pk>/", tailoring.TailoringDetail.as_view(), name="api-tailoring-detail"),
    path("projects/<str:code>/routes/", process.RouteList.as_view(), name="api-route-list"),
    path("projects/<str:code>/routes/<int:number>/versions/<int:version>/", process.RouteVersionDetail.as_view(), name="api-route-version"),
    path(
        "projects/<str:code>/routes/<int:number>/versions/<int:version>/balance/", process.RouteBalance.as_view(), name="api-route-balance"
    ),
    path("projects/<str:code>/inquiries/", purchasing.InquiryList.as_view(), name="api-inquiry-list"),
    path("projects/<str:code>/inquiries/<int:number>/", purchasing.InquiryDetail.as_view(), name="api-inquiry"),
    path("projects/<str:code>/account/", account.AccountDetail.as_view(), name="api-account"),
    path("projects/<str:code>/account/acknowledge/", account.AccountAcknowledgement.as_view(), name="api-account-acknowledge"),
    path("projects/<str:code>/account/object/", account.AccountObjection.as_view(), name="api-account-object"),
    path("projects/<str:code>/account/reply/", account.AccountReply.as_view(), name="api-account-reply"),
    path("projects/<str:code>/conditions/<int:pk>/answer/", projects.ConditionAnswer.as_view(), name="api-condition-answer"),
    path("projects/<str:code>/conditions/<int:pk>/confirm/", projects.ConditionConfirmation.as_view(), name="api-condition-confirm"),
    path("projects/<str:code>/conditions/", projects.ConditionList.as_view(), name="api-condition-list"),
    path("projects/<str:code>/conditions/<int:pk>/", projects.ConditionDetail.as_view(), name="api-condition-detail"),
    path("projects/<str:code>/conditions/<int:pk>/reject/", projects.ConditionRejection.as_view(), name="api-condition-reject"),
    path("projects/<str:code>/milestones/", shape.MilestoneAdd.as_view(), name="api-milestone-add"),
    path("projects/<str:code>/milestones/<slug:key>/", shape.MilestoneShape.as_view(), name="api-milestone-detail"),
    path("projects/<str:code>/milestones/<slug:key>/remove/", shape.MilestoneRemoval.as_view(), name="api-milestone-remove"),
    path("projects/<str:code>/milestones/<slug:key>/dependencies/", shape.DependencyList.as_view(), name="api-dependency-list"),
    path(
        "projects/<str:code>/milestones/<slug:key>/dependencies/<int:pk>/", shape.DependencyDetail.as_view(), name="api-dependency-detail"
    ),
    path(
        "projects/<str:code>/milestones/<slug:key>/dependencies/<int:pk>/remove/",
        shape.DependencyRemoval.as_view(),
        name="api-dependency-remove",
    ),
    path("projects/<str:code>/milestones/<slug:key>/reschedule/", plan.MilestoneReschedule.as_view(), name="api-milestone-reschedule"),
    path("projects/<str:code>/milestones/<slug:key>/achieve/", plan.MilestoneAchieve.as_view(), name="api-milestone-achieve"),
    path("projects/<str:code>/tasks/", tasks.TaskList.as_view(), name="api-task-list"),
    path("projects/<str:code>/tasks/<int:pk>/", tasks.TaskDetail.as_view(), name="api-task-detail"),
    path("projects/<str:code>/tasks/<int:pk>/start/", tasks.TaskStart.as_view(), name="api-task-start"),
    path("projects/<str:code>/tasks/<int:pk>/done/", tasks.TaskDone.as_view(), name="api-task-done"),
    path("projects/<str:code>/publication/preview/", plan.PublicationPreview.as_view(), name="api-publication-preview"),
    path("projects/<str:code>/publication/", plan.PublicationAct.as_view(), name="api-publication"),
    path("projects/<str:code>/deliverables/<slug:key>/", plan.DeliverableView.as_view(), name="api-deliverable-detail"),
    path("projects/<str:code>/deliverables/<slug:key>/loops/", rounds.LoopAct.as_view(), name="api-loop-open"),
    path("projects/<str:code>/sharing/", sharing.SharingList.as_view(), name="api-sharing-list"),
    path("projects/<str:code>/sharing/log/", sharing.SharingLog.as_view(), name="api-sharing-log"),
    path("projects/<str:code>/sharing/<slug:kind>/<slug:key>/", sharing.SharingView.as_view(), name="api-sharing"),
    path("approvals/", approvals.ApprovalList.as_view(), name="api-approval-list"),
    path("approvals/<int:pk>/", approvals.ApprovalDetail.as_view(), name="api-approval-detail"),
    path("approvals/<int:pk>/accept/", approvals.ApprovalAcceptance.as_view(), name="api-approval-accept"),
    path("approvals/<int:pk>/decline/", approvals.ApprovalRefusal.as_view(), name="api-approval-decline"),
    path("projects/<str:code>/deliverables/<slug:key>/evidence/", evidence.EvidenceList.as_view(), name="api-evidence-list"),
    path(
        "projects/<str:code>/deliverables/<slug:key>/evidence/<int:pk>/confirm/",
        evidence.EvidenceConfirmation.as_view(),
        name="api-evidence-confirm",
    ),
    path(
        "projects/<str:code>/deliverables/<slug:key>/evidence/<int:pk>/reject/",
        evidence.EvidenceRejection.as_view(),
        name="api-evidence-reject",
    ),
    path("projects/<str:code>/milestones/<slug:key>/explain/", plan.MilestoneExplain.as_view(), name="api-milestone-explain"),
    path("milestones/", projects.MilestoneList.as_view(), name="api-milestone-list"),
    path("worksheets/", worksheets.SheetList.as_view(), name="api-worksheets"),
    path("worksheets/<str:sheet>/", worksheets.SheetDetail.as_view(), name="api-worksheet"),
    path("worksheets/<str:sheet>/rows/", worksheets.SheetRows.as_view(), name="api-worksheet-rows"),
    path("worksheets/<str:sheet>/rows/<int:pk>/", worksheets.SheetRow.as_view(), name="api-worksheet-row"),
    path("worksheets/<str:sheet>/batch/", worksheets.SheetBatch.as_view(), name="api-worksheet-batch"),
    path("vessels/", catalogue.VesselList.as_view(), name="api-vessel-list"),
    path("vessels/<int:pk>/", catalogue.VesselDetail.as_view(), name="api-vessel-detail"),
    path("occupancies/", occupancies.OccupancyList.as_view(), name="api-occupancy-list"),
    path("occupancies/<int:pk>/", occupancies.OccupancyDetail.as_view(), name="api-occupancy-detail"),
    path("occupancies/<int:pk>/confirm/", occupancies.OccupancyConfirmation.as_view(), name="api-occupancy-confirm"),
    path("occupancies/<int:pk>/release/", occupancies.OccupancyRelease.as_view(), name="api-occupancy-release"),
    path("change-orders/", change_orders.ChangeOrderList.as_view(), name="api-change-order-list"),
    path("change-orders/<str:number>/", change_orders.ChangeOrderDetail.as_view(), name="api-change-order-detail"),
    path("change-orders/<str:number>/revisions/", change_orders.ChangeOrderRevision.as_view(), name="api-change-order-revise"),
    path("change-orders/<str:number>/release/", change_orders.ChangeOrderRelease.as_view(), name="api-change-order-release"),
    path("change-orders/<str:number>/send/", change_orders.ChangeOrderSending.as_view(), name="api-change-order-send"),
    path("change-orders/<str:number>/accept/", change_orders.ChangeOrderAcceptance.as_view(), name="api-change-order-accept"),
    path("change-orders/<str:number>/decline/", change_orders.ChangeOrderRefusal.as_view(), name="api-change-order-decline"),
    path("projects/<str:code>/quotations/", quotations.QuotationDraft.as_view(), name="api-quotation-draft"),
    path("quotations/", quotations.QuotationList.as_view(), name="api-quotation-list"),
    path("quotations/<str:number>/<int:revision>/", quotations.QuotationDetail.as_view(), name="api-quotation-detail"),
    path("quotations/<str:number>/<int:revision>/release/", quotations.QuotationRelease.as_view(), name="api-quotation-release"),
    path("quotations/<str:number>/<int:revision>/send/", quotations.QuotationSending.as_view(), name="api-quotation-send"),
    path("quotations/<str:number>/<int:revision>/accept/", quotations.QuotationAcceptance.as_view(), name="api-quotation-accept"),
    path("quotations/<str:number>/<int:revision>/decline/", quotations.QuotationRefusal.as_view(), name="api-quotation-decline"),
    path("quotations/<str:number>/<int:revision>/changes/", quotations.QuotationAsking.as_view(), name="api-quotation-ask"),
    path("quotations/<str:number>/<int:revision>/withdraw/", quotations.QuotationWithdrawal.as_view(), name="api-quotation-withdraw"),
    path("quotations/<str:number>/<int:revision>/outcome/", quotations.QuotationOutcomeView.as_view(), name="api-quotation-outcome"),
    path("views/", views.ViewList.as_view(), name="api-view-list"),
    path("views/<int:pk>/", views.ViewDetail.as_view(), name="api-view-detail"),
    path("views/<int:pk>/default/", views.ViewDefault.as_view(), name="api-view-default"),
    path("views/<int:pk>/tile/", views.ViewTile.as_view(), name="api-view-tile"),
    path("webhooks/", webhooks.WebhookList.as_view(), name="api-webhook-list"),
    path("webhooks/<int:pk>/", webhooks.WebhookDetail.as_view(), name="api-webhook-detail"),
    path("webhooks/<int:pk>/rotate/", webhooks.WebhookRotation.as_view(), name="api-webhook-rotate"),
    path("webhooks/<int:pk>/disable/", webhooks.WebhookDisabling.as_view(), name="api-webhook-disable"),
    path("webhooks/<int:pk>/enable/", webhooks.WebhookEnabling.as_view(), name="api-webhook-enable"),
    path("webhooks/<int:pk>/deliveries/", webhooks.DeliveryList.as_view(), name="api-webhook-deliveries"),
    path("webhooks/<int:pk>/deliveries/<int:delivery>/replay/", webhooks.DeliveryReplay.as_view(), name="api-webhook-replay"),
    path("clients/", clients.ClientList.as_view(), name="api-client-list"),
    path("clients/<str:client_code>/", clients.ClientDetail.as_view(), name="api-client-detail"),
    path("clients/<str:client_code>/contacts/", clients.ContactList.as_view(), name="api-contact-list"),
    path("clients/<str:client_code>/contacts/<int:pk>/", clients.ContactDetail.as_view(), name="api-contact-detail"),
    path("clients/<str:client_code>/contacts/<int:pk>/left/", clients.ContactLeaving.as_view(), name="api-contact-left"),
    path("clients/<str:client_code>/contacts/<int:pk>/returned/", clients.ContactReturn.as_view(), name="api-contact-returned"),
    path("deliverables/", projects.DeliverableList.as_view(), name="api-deliverable-list"),
    path("projects/<str:code>/site/", evaluation.ProjectSite.as_view(), name="api-project-site"),
    path("projects/<str:code>/sheets/", evaluation.SheetList.as_view(), name="api-sheet-list"),
    path("projects/<str:code>/sheets/<slug:department>/vessels/", evaluation.SheetVessels.as_view(), name="api-sheet-vessels"),
    path("rfps/", rfps.RfpList.as_view(), name="api-rfp-list"),
    path("rfps/<str:number>/", rfps.RfpDetail.as_view(), name="api-rfp-detail"),
    path("rfps/<str:number>/submit/", evaluation.RfpSubmission.as_view(), name="api-rfp-submit"),
    path("rfps/<str:number>/decline/", rfps.RfpDecline.as_view(), name="api-rfp-decline"),
    path("rfps/<str:number>/files/", rfps.RfpFiles.as_view(), name="api-rfp-files"),
    path("rfps/<str:number>/files/<int:pk>/", rfps.RfpFileContent.as_view(), name="api-rfp-file"),
    path("rfps/<str:number>/files/<int:pk>/kind/", rfps.RfpFileKind.as_view(), name="api-rfp-file-kind"),
    path("rfps/<str:number>/files/<int:pk>/remove/", rfps.RfpFileRemoval.as_view(), name="api-rfp-file-remove"),
    path("documents/", documents.DocumentList.as_view(), name="api-document-list"),
    path("documents/<str:number>/", documents.DocumentDetail.as_view(), name="api-document-detail"),
    path("documents/<str:number>/file/", documents.DocumentFile.as_view(), name="api-document-file"),
]
