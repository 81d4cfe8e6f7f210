"""How it is made: routes, their steps and inputs, what was read; what it costs."""

from __future__ import annotations

from tests.routes.kinds import act, api_object, of_project, page

ROUTE = {"number": 1}
VERSION = {**ROUTE, "version": 1}
PROCESS_ROUTES = {
    "project-routes": of_project(),
    "project-costs": of_project(),
    "cost-scenario": of_project(number=1),
    "cost-change": act(number=1),
    "cost-copy": act(number=1),
    "cost-fix": act(number=1),
    "cost-plan": act(number=1, department="production"),
    "cost-waste": act(number=1),
    "cost-offer": act(number=1, quote=1),
    "cost-quote": act(number=1),
    "project-actuals": of_project(),
    "phase-actuals": of_project(phase="small_scale"),
    "project-literature": of_project(),
    "route-detail": page(302, outside=404, own=404, foreign=404, arguments=ROUTE),
    "route-change": act(**ROUTE),
    "route-start": act(**ROUTE),
    "route-version": of_project(**VERSION),
    "route-scheme": of_project(**VERSION),
    "route-fix": act(**VERSION),
    "route-finding": act(**VERSION),
    "project-inquiries": of_project(),
    "inquiry-prepare": act(**VERSION),
    "inquiry-detail": of_project(number=1),
    "inquiry-change": act(number=1),
    "inquiry-letters": act(number=1),
    "inquiry-send": act(number=1),
    "inquiry-close": act(number=1),
    "inquiry-withdraw": act(number=1),
    "inquiry-mail": act(number=1, place=1),
    "inquiry-hand-over": act(number=1, place=1),
    "inquiry-xlsx": of_project(number=1, place=1),
    "project-assumptions": of_project(),
    "letter-write": act(),
    "letter-send": act(),
    "assumptions-quote": act(),
    "assumptions-charter": act(),
    "assumption-settle": act(pk="assumption"),
    "assumptions-take": act(number=1),
    "letter-of-scenario": act(number=1),
    "api-inquiry-list": api_object(own=404, tokens=404),
    "api-inquiry": api_object(own=404, tokens=404, arguments={"number": 1}),
    "api-route-list": api_object(own=404, tokens=404),
    "api-route-version": api_object(own=404, tokens=404, arguments=VERSION),
    "api-route-balance": api_object(own=404, tokens=404, arguments=VERSION),
}
