from django.apps import AppConfig


class PhasesConfig(AppConfig):
    name = "phases"

    def ready(self) -> None:
        import phases.commercial.gate
        import phases.evaluation.documents
        import phases.evaluation.events
        import phases.evaluation.gate
        import phases.evaluation.permissions
        import phases.pilot.gate
        import phases.small_scale.documents
        import phases.small_scale.gate
        import phases.validation.gate

        phases.evaluation.events.register()
        for slice_gate in (
            phases.evaluation.gate,
            phases.small_scale.gate,
            phases.pilot.gate,
            phases.validation.gate,
            phases.commercial.gate,
        ):
            slice_gate.register()
        for slice_documents in (phases.evaluation.documents, phases.small_scale.documents):
            slice_documents.register()
