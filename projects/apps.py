from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "projects"

    def ready(self) -> None:
        from accounts.sight import register_sight
        from catalogue.models.compounds import register_use
        from projects import (  # noqa: F401  (each registers what it declares)
            events,
            milestone_import,
            outbox_consumers,
            permissions,
            policies,
            rfp_import,
            sentences,
            shared_plan,
            tables,
            worksheets,
        )
        from projects.alike import ProjectsOfCompounds
        from projects.kept import keepers_of_clients
        from projects.models.confidentiality import seen_of_clients
        from projects.price_sources import doubt_prices_by
        from projects.services import conditions, lifecycle
        from projects.services.quotation_parts import payment_doubts

        events.register_all()
        sentences.register_all()
        shared_plan.register_all()
        outbox_consumers.register_all()
        lifecycle.register_guards()
        conditions.register_guards()
        tables.register_lists()
        register_use(ProjectsOfCompounds())
        doubt_prices_by(payment_doubts)
        worksheets.register()
        rfp_import.register()
        milestone_import.register()
        policies.register_policies()
        register_sight(seen_of_clients, keepers_of_clients)
