"""Which of our roles may write where: for every address that writes, its permission by name and the roles that have it here.

Written by hand and independent of the product's own table. "Here" is the world of these tests: a research sheet, a vessel of the project, a
view that the project manager saved. A route is named as in the table of routes, with its method where that is not POST.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.routes.kinds import PORTFOLIO, STAFF, TEAM

SELLERS = ("business_development", "project_manager")


@dataclass(frozen=True)
class Writers:
    """permission: empty where the act is judged by something else (the person asked, the worksheet's own rule). routes: by spaces."""

    permission: str
    roles: tuple[str, ...]
    routes: str


WRITES = [
    Writers("accounts.create_client", ("business_development",), "import-press import-columns"),
    Writers("accounts.create_client", ("business_development", "project_manager", "management"), "api-client-list client-new"),
    Writers("accounts.create_contact", ("business_development", "project_manager", "management"), "api-contact-list contact-new"),
    Writers(
        "accounts.edit_client",
        ("business_development", "project_manager", "management"),
        """PATCH api-client-detail PATCH api-contact-detail api-contact-left api-contact-returned client-detail client-edit
        client-confidentiality contact-detail contact-leave contact-return""",
    ),
    Writers(
        "accounts.manage_people",
        ("administrator",),
        """person-new person-grant grant-end person-change person-reset-second-factor person-sign-out person-deactivate
        person-reactivate person-invite role-give role-end""",
    ),
    Writers(
        "accounts.manage_tokens",
        ("business_development", "project_manager", "administrator"),
        "token-new integration-account-new integration-account-close integration-account-hand-over token-revoke",
    ),
    Writers(
        "accounts.read_administration",
        ("quality_assurance", "management", "administrator"),
        "default-plan-new default-plan-line document-template",
    ),
    Writers("accounts.review_access", ("quality_assurance", "management"), "roles-review"),
    Writers("catalogue.cite_compound", SELLERS, "compound-sources"),
    Writers("catalogue.manage_materials", ("research", "material_control", "production"), "route-materials"),
    Writers("catalogue.manage_quotes", ("material_control",), "inquiry-award inquiry-award-revoke"),
    Writers("catalogue.manage_sites", ("management", "administrator"), "site-sheet-owners"),
    Writers("documents.refuse", (), "document-refuse"),
    Writers("documents.request", ("business_development", "project_manager", "management"), "status-report"),
    Writers("documents.request", STAFF, "document-new"),
    Writers("documents.request", (*PORTFOLIO, *TEAM), "api-document-list"),
    Writers("documents.retry", (*PORTFOLIO, *TEAM), "document-retry"),
    Writers("documents.share", SELLERS, "document-share document-unshare"),
    Writers("documents.sign", (), "document-sign"),
    Writers("documents.submit", (*PORTFOLIO, *TEAM), "document-submit"),
    Writers("documents.upload", STAFF, "document-upload"),
    Writers("documents.withdraw", (*PORTFOLIO, *TEAM), "document-withdraw"),
    Writers("notifications.choose", STAFF, "notification-settings"),
    Writers("notifications.keep_feeds", STAFF, "calendar-feed-new"),
    Writers(
        "notifications.manage_webhooks",
        ("business_development", "administrator"),
        """api-webhook-list api-webhook-rotate api-webhook-disable api-webhook-enable webhooks webhook-new webhook-rotate
        webhook-disable webhook-enable""",
    ),
    Writers("notifications.watch", (*PORTFOLIO, *TEAM), "milestone-watch"),
    Writers("phases.assign_sheet", ("business_development", "project_manager", "research"), "sheet-assign"),
    Writers("phases.edit_sheet", ("analytical",), "sheet-plan-total"),
    Writers("phases.edit_sheet", ("production",), "sheet-propose"),
    Writers("phases.edit_sheet", ("research",), "sheet-detail sheet-autosave sheet-sign-off"),
    Writers("phases.recommend", SELLERS, "evaluation-recommend"),
    Writers("phases.reopen_sheet", ("business_development", "project_manager", "research"), "sheet-reopen"),
    Writers(
        "process.edit_costs",
        ("business_development", "management", "research", "material_control", "production"),
        "project-costs cost-change cost-copy cost-fix cost-plan cost-waste cost-offer cost-award",
    ),
    Writers("process.edit_route", ("project_manager", "research"), "project-routes route-change route-start route-fix"),
    Writers(
        "process.keep_assumptions",
        ("business_development", "project_manager", "management", *TEAM),
        "assumptions-quote assumptions-charter assumption-settle assumptions-take assumptions-take-figures",
    ),
    Writers(
        "process.prepare_inquiry",
        ("project_manager", "research", "material_control"),
        "inquiry-prepare inquiry-change inquiry-ask inquiry-letters inquiry-withdraw",
    ),
    Writers("process.send_inquiry", ("material_control",), "inquiry-send inquiry-close inquiry-mail inquiry-hand-over"),
    Writers("process.write_letter", SELLERS, "letter-write letter-send letter-of-scenario"),
    Writers("projects.answer_account", (), "api-account-acknowledge api-account-object"),
    Writers("projects.answer_approval", (), "api-approval-accept api-approval-decline"),
    Writers("projects.answer_change_order", (), "api-change-order-accept api-change-order-decline"),
    Writers("projects.answer_quotation", (), "api-quotation-accept api-quotation-decline api-quotation-ask api-quotation-withdraw"),
    Writers(
        "projects.assess_change",
        ("business_development", "project_manager", "quality_assurance"),
        "api-assessment-list gate-assess",
    ),
    Writers("projects.attach_to_rfp", SELLERS, "api-rfp-files"),
    Writers("projects.book_vessel", ("management", "production", "administrator"), "occupancy-book"),
    Writers(
        "projects.book_vessel",
        ("project_manager", "production"),
        """PUT api-occupancy-detail api-occupancy-confirm api-occupancy-release api-sheet-vessels occupancy-move
        occupancy-confirm occupancy-release sheet-calendar""",
    ),
    Writers("projects.book_vessel", ("project_manager", "production"), "api-occupancy-list"),
    Writers("projects.cancel", ("business_development", "project_manager", "management"), "project-cancel"),
    Writers(
        "projects.change_defaults", ("quality_assurance", "management", "administrator"), "default-plan-leave-out default-plan-put-back"
    ),
    Writers("projects.change_view", ("project_manager",), "PUT api-view-detail DELETE api-view-detail view-change view-delete"),
    Writers("projects.choose_site", SELLERS, "evaluation-site PUT api-project-site"),
    Writers(
        "projects.confirm_condition",
        PORTFOLIO,
        "api-condition-confirm api-condition-reject condition-confirm condition-reject",
    ),
    Writers(
        "projects.confirm_evidence", (*PORTFOLIO, *TEAM), "api-evidence-confirm api-evidence-reject reference-confirm reference-reject"
    ),
    Writers("projects.decide_waiver", ("quality_assurance",), "waiver-grant waiver-refuse"),
    Writers(
        "projects.draft_charter",
        SELLERS,
        """api-charter-write PUT api-responsibilities api-tailoring-list DELETE api-tailoring-detail project-charter
        project-charter-write tailoring-add tailoring-remove""",
    ),
    Writers("projects.edit_calendars", ("project_manager", "management"), "calendars calendar-region calendar-remove"),
    Writers(
        "projects.edit_rfp",
        SELLERS,
        """PATCH api-rfp-detail api-rfp-decline api-rfp-file-remove api-rfp-file-kind rfp-file-kind rfp-detail rfp-autosave rfp-file-remove
        rfp-client rfp-decline rfp-upload""",
    ),
    Writers(
        "projects.enter_evidence",
        ("business_development", "project_manager", "quality_assurance", *TEAM),
        "api-evidence-list reference-enter",
    ),
    Writers("projects.invoice", ("business_development",), "payment-invoice payment-paid"),
    Writers("projects.log_rfp", ("business_development",), "rfp-intake-detail rfp-intake-set-aside"),
    Writers("projects.log_rfp", SELLERS, "api-rfp-list rfp-new rfp-intake-new"),
    Writers("projects.move", ("project_manager", "management"), "project-hold project-resume project-return project-complete"),
    Writers("projects.name_reader", ("business_development", "project_manager", "management"), "rfp-confidentiality rfp-reader-off"),
    Writers("projects.open_loop", ("project_manager", "quality_assurance"), "api-loop-open deliverable-loop"),
    Writers(
        "projects.order_change",
        SELLERS,
        """api-change-order-list PUT api-change-order-detail api-change-order-revise api-change-order-send change-order-new
        change-order-edit change-order-send""",
    ),
    Writers("projects.pass_out_of_scope", ("project_manager", "quality_assurance"), "project-out-of-scope"),
    Writers(
        "projects.plan",
        ("project_manager",),
        """api-milestone-add PUT api-milestone-detail api-milestone-remove api-dependency-list PUT api-dependency-detail
        api-dependency-remove api-milestone-reschedule api-milestone-achieve api-task-list PUT api-task-detail PATCH
        api-deliverable-detail deliverable-assign milestone-reschedule milestone-achieve milestone-start milestone-correct
        project-milestones milestone-change milestone-remove task-add task-change task-reopen task-remove
        risk-close risk-reopen project-dependencies dependency-change dependency-remove project-baselines
        project-scratches scratch-detail scratch-apply scratch-discard project-team""",
    ),
    Writers("projects.plan_payment", SELLERS, "project-payments payment-correct"),
    Writers(
        "projects.propose_gate",
        ("project_manager",),
        """api-project-gate-proposal api-project-gate-withdrawal PUT api-project-gate-meeting PUT api-project-gate-minutes
        gate-propose gate-withdraw gate-meeting gate-conditional gate-minutes""",
    ),
    Writers("projects.publish", ("project_manager",), "api-publication api-milestone-explain milestone-explain project-publish"),
    Writers(
        "projects.quote",
        ("business_development",),
        """api-quotation-draft PUT api-quotation-detail api-quotation-send api-quotation-outcome quotation-new quotation-edit
        quotation-outcome quotation-send cost-quote cost-clause""",
    ),
    Writers(
        "projects.record_agreement",
        SELLERS,
        """agreement-new agreement-sign agreement-change agreement-correct-signatory agreement-keep-file agreement-withdraw
        client-agreement-new client-agreement-sign client-agreement-change client-agreement-correct-signatory
        client-agreement-keep-file client-agreement-withdraw""",
    ),
    Writers("projects.release_change_order", ("business_development", "management"), "api-change-order-release change-order-release"),
    Writers("projects.release_quotation", ("business_development", "management"), "api-quotation-release quotation-release"),
    Writers("projects.reply_to_account", ("project_manager",), "api-account-reply project-account"),
    Writers("projects.request_decision", (*PORTFOLIO, *TEAM), "gate-request"),
    Writers("projects.request_waiver", ("project_manager",), "api-project-gate-waivers waiver-withdraw waiver-request"),
    Writers("projects.save_view", STAFF, "api-view-list view-save"),
    Writers("projects.save_view", ("project_manager",), "api-view-default api-view-tile view-default view-tile"),
    Writers(
        "projects.share",
        SELLERS,
        """PUT api-sharing deliverable-share deliverable-unshare milestone-share milestone-unshare task-report risk-report
        project-sharing api-sharing-list""",
    ),
    Writers("projects.submit_rfp", SELLERS, "api-rfp-submit rfp-submit"),
    Writers("projects.work_on_task", ("project_manager",), "api-task-start api-task-done task-start task-finish"),
    Writers("", ("project_manager", "administrator"), "delegation-end"),
    Writers("", ("project_manager", "production"), "condition-answer api-condition-answer"),
    Writers(
        "",
        ("research", "material_control", "production"),
        """api-worksheet-rows PATCH api-worksheet-row DELETE api-worksheet-row api-worksheet-batch worksheet-row-new
        worksheet-row worksheet-row-remove worksheet-row-move""",
    ),
    Writers("", ("business_development", "project_manager", "management"), "import-new"),
    Writers("", ("material_control",), "import-new-of"),
    Writers("", ("project_manager",), "project-import-new"),
    Writers("", ("business_development", "administrator"), "webhook-detail"),
]
# Pages that take a POST as they take a GET, and what everybody does with the own account, marks and choices.
READ_AGAIN = """
    home my-work project-list project-by-id project-gate-by-id project-detail project-activity search inbox api-publication-preview
"""
OWN_THINGS = """
    profile sign-ins-end-others sign-in-end delegations keep-alive api-changes-seen inbox-read inbox-read-all watch-end calendar-feed-revoke
    getting-started-hide getting-started-show project-choice watch-new
"""
# In this world there is nothing that one of our roles could act on: no proposal to sign, no text of ours, no delivery to send again.
NOTHING_THERE = "gate-sign gate-refuse api-project-gate-signature api-project-gate-refusal document-text webhook-replay api-webhook-replay"
OF_CLIENTS = re.compile(r"portal(-.*)?")  # of ours, nobody finds them; test_routes.py holds that for GET
UNDECIDED = {*READ_AGAIN.split(), *OWN_THINGS.split(), *NOTHING_THERE.split()}
