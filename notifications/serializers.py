from __future__ import annotations

from rest_framework import serializers


class ChangeSerializer(serializers.Serializer[object]):
    """One thing that happened."""

    id = serializers.IntegerField(help_text="Number of the event; not an order. The order is that of the feed.")
    at = serializers.DateTimeField()
    kind = serializers.CharField(help_text="noun.past_tense, for example milestone.published.")
    project = serializers.CharField(allow_null=True, help_text="Project code.")
    words = serializers.CharField(help_text="What happened, in words.")
    by = serializers.ChoiceField(choices=["cdmo", "client", "system"], help_text="Whose side did it.")
    actor = serializers.CharField(
        allow_null=True, help_text="Who did it; a client's readers get the function alone where names were not agreed."
    )
    reason = serializers.CharField(allow_blank=True, help_text="The reason, where it was told to the reader.")
    data = serializers.DictField(  # type: ignore[assignment]  # the field is no attribute: DRF collects it
        help_text="Details that depend on the kind; for a client only what was shared."
    )


class ChangesSerializer(serializers.Serializer[object]):
    """A page of the feed. Keep `next` and ask again with it, also when the page was empty."""

    results = ChangeSerializer(many=True)
    next = serializers.CharField(help_text="Give it as `since` to read on.")
    more = serializers.BooleanField(help_text="Whether there is more to read at once.")


class SeenSerializer(serializers.Serializer[object]):
    cursor = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=200, help_text="`next` of the last page that was read; empty: up to now."
    )


class LastVisitSerializer(serializers.Serializer[object]):
    """The position that `since=last-visit` reads on from."""

    next = serializers.CharField()
    at = serializers.DateTimeField(help_text="When it was marked.")
