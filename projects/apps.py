from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "projects"

    def ready(self) -> None:
        from projects import events, outbox_consumers, permissions, policies, sentences, shared_plan, tables  # noqa: F401  (each registers what it declares)
        from projects.services import conditions, lifecycle

        events.register_all()
        sentences.register_all()
        shared_plan.register_all()
        outbox_consumers.register_all()
        lifecycle.register_guards()
        conditions.register_guards()
        tables.register_lists()
        policies.register_policies()
