from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProcessConfig(AppConfig):
    name = "process"
    verbose_name = _("Process")

    def ready(self) -> None:
        from process import events, permissions, policies
        from process.actuals import outcomes
        from process.actuals import worksheets as actuals
        from process.assumptions import figures, ordering, prompting, quoting, settling
        from process.assumptions import letters as clarification
        from process.assumptions import tables as ledger
        from process.costs import charter_sources, phase_table, quoted
        from process.costs import worksheets as costs
        from process.literature import worksheets as literature
        from process.purchasing import letters, posting
        from process.purchasing import worksheets as purchasing
        from process.purchasing.awards import awarded_quotes
        from process.routes import importing, made
        from process.routes import worksheets as routes
        from process.routes.awarded import read_awards_by
        from process.screen import worksheets as screen
        from projects.price_sources import name_price_currency_by, read_price_sources_by

        permissions.register()
        events.register_all()
        policies.register_policies()
        importing.register()
        made.register()
        routes.register()
        screen.register()
        literature.register()
        phase_table.register()
        costs.register()
        read_price_sources_by(quoted.sources_of)
        name_price_currency_by(quoted.priced_in)
        charter_sources.register()
        actuals.register()
        outcomes.register()
        purchasing.register()
        read_awards_by(awarded_quotes)
        letters.register()
        posting.register()
        ledger.register()
        settling.register()
        figures.register()
        ordering.register()
        prompting.register()
        quoting.register()
        clarification.register()
