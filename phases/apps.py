from django.apps import AppConfig


class PhasesConfig(AppConfig):
    name = "phases"

    def ready(self) -> None:
        from phases import minutes
        from phases.commercial import documents as commercial_documents
        from phases.commercial import gate as commercial_gate
        from phases.evaluation import (
            asking,
            charter_sources,
            cost_lines,
            permissions,  # noqa: F401  (its rules register themselves)
            price_doubts,
            siting,
        )
        from phases.evaluation import documents as evaluation_documents
        from phases.evaluation import events as evaluation_events
        from phases.evaluation import gate as evaluation_gate
        from phases.evaluation import policies as evaluation_policies
        from phases.evaluation import sending as evaluation_sending
        from phases.evaluation import worksheets as evaluation_worksheets
        from phases.pilot import documents as pilot_documents
        from phases.pilot import gate as pilot_gate
        from phases.small_scale import documents as small_scale_documents
        from phases.small_scale import gate as small_scale_gate
        from phases.validation import documents as validation_documents
        from phases.validation import gate as validation_gate

        asking.register()
        charter_sources.register()
        price_doubts.register()
        cost_lines.register()
        siting.register()
        evaluation_events.register()
        evaluation_sending.register()
        evaluation_policies.register()
        evaluation_worksheets.register()
        for gate in (evaluation_gate, small_scale_gate, pilot_gate, validation_gate, commercial_gate):
            gate.register()
        for documents in (evaluation_documents, small_scale_documents, pilot_documents, validation_documents, commercial_documents):
            documents.register()
        minutes.register()
