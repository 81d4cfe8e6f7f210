import pgtrigger
import pytest

from audit.checks import append_only_models_are_protected


def test_every_append_only_model_is_protected() -> None:
    assert append_only_models_are_protected(None) == []


def test_an_append_only_model_without_its_trigger_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pgtrigger, "registered", list)

    found = append_only_models_are_protected(None)

    assert {"audit.Event is append-only but has no protecting trigger."} <= {error.msg for error in found}
    assert {error.id for error in found} == {"audit.E001"}
