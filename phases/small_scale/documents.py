"""The document types of evaluation."""


def register() -> None: ...
