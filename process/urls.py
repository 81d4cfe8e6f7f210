from django.urls import path

from process.views import actuals, assumptions, awards, costs, literature, materials, purchasing, routes

ROUTE = "projects/<str:code>/routes/<int:number>/"
SCENARIO = "projects/<str:code>/costs/<int:number>/"
INQUIRY = "projects/<str:code>/inquiries/<int:number>/"
VERSION = f"{ROUTE}versions/<int:version>/"

urlpatterns = [
    path("projects/<str:code>/routes/", routes.routes_page, name="project-routes"),
    path("projects/<str:code>/costs/", costs.costs_page, name="project-costs"),
    path(SCENARIO, costs.scenario_page, name="cost-scenario"),
    path(f"{SCENARIO}change/", costs.scenario_change, name="cost-change"),
    path(f"{SCENARIO}copy/", costs.scenario_copy, name="cost-copy"),
    path(f"{SCENARIO}fix/", costs.scenario_fix, name="cost-fix"),
    path(f"{SCENARIO}plans/<slug:department>/", costs.scenario_plan, name="cost-plan"),
    path(f"{SCENARIO}waste/", costs.scenario_waste, name="cost-waste"),
    path(f"{SCENARIO}offers/<int:quote>/take/", costs.scenario_offer, name="cost-offer"),
    path(f"{SCENARIO}awards/<int:award>/take/", costs.scenario_award, name="cost-award"),
    path(f"{SCENARIO}quote/", costs.scenario_quote, name="cost-quote"),
    path(f"{SCENARIO}clause/", costs.scenario_clause, name="cost-clause"),
    path("projects/<str:code>/actuals/", actuals.actuals_page, name="project-actuals"),
    path("projects/<str:code>/actuals/<slug:phase>/", actuals.phase_actuals, name="phase-actuals"),
    path("projects/<str:code>/literature/", literature.literature_page, name="project-literature"),
    path(ROUTE, routes.route_page, name="route-detail"),
    path(f"{ROUTE}change/", routes.route_change, name="route-change"),
    path(f"{ROUTE}start/", routes.version_start, name="route-start"),
    path(VERSION, routes.version_page, name="route-version"),
    path(f"{VERSION}materials/", materials.route_materials, name="route-materials"),
    path(f"{VERSION}scheme.svg", routes.version_scheme, name="route-scheme"),
    path(f"{VERSION}ask-suppliers/", purchasing.inquiry_prepare, name="inquiry-prepare"),
    path("projects/<str:code>/assumptions/", assumptions.assumptions_page, name="project-assumptions"),
    path("projects/<str:code>/assumptions/letter/", assumptions.letter_write, name="letter-write"),
    path("projects/<str:code>/assumptions/letter/send/", assumptions.letter_send, name="letter-send"),
    path("projects/<str:code>/assumptions/quote/", assumptions.assumptions_quote, name="assumptions-quote"),
    path("projects/<str:code>/assumptions/charter/", assumptions.assumptions_charter, name="assumptions-charter"),
    path("projects/<str:code>/assumptions/<int:pk>/settle/", assumptions.assumption_settle, name="assumption-settle"),
    path(f"{SCENARIO}assumptions/", assumptions.assumptions_take, name="assumptions-take"),
    path(f"{SCENARIO}assumptions/figures/", assumptions.figures_take, name="assumptions-take-figures"),
    path(f"{SCENARIO}letter/", assumptions.letter_of_scenario, name="letter-of-scenario"),
    path("projects/<str:code>/inquiries/", purchasing.inquiries_page, name="project-inquiries"),
    path(INQUIRY, purchasing.inquiry_page, name="inquiry-detail"),
    path(f"{INQUIRY}change/", purchasing.inquiry_change, name="inquiry-change"),
    path(f"{INQUIRY}ask/", purchasing.inquiry_ask, name="inquiry-ask"),
    path(f"{INQUIRY}letters/", purchasing.inquiry_letters, name="inquiry-letters"),
    path(f"{INQUIRY}send/", purchasing.inquiry_send, name="inquiry-send"),
    path(f"{INQUIRY}close/", purchasing.inquiry_close, name="inquiry-close"),
    path(f"{INQUIRY}withdraw/", purchasing.inquiry_withdraw, name="inquiry-withdraw"),
    path(f"{INQUIRY}lines/<int:line>/award/", awards.line_award, name="inquiry-award"),
    path(f"{INQUIRY}lines/<int:line>/award/revoke/", awards.award_revoke, name="inquiry-award-revoke"),
    path(f"{INQUIRY}suppliers/<int:place>/mail/", purchasing.inquiry_mail, name="inquiry-mail"),
    path(f"{INQUIRY}suppliers/<int:place>/hand-over/", purchasing.inquiry_hand_over, name="inquiry-hand-over"),
    path(f"{INQUIRY}suppliers/<int:place>/answer.xlsx", purchasing.inquiry_sheet, name="inquiry-xlsx"),
    path(f"{VERSION}fix/", routes.version_fix, name="route-fix"),
]
