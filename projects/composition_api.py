"""The composition of a structure as the API says it: read only, derived from the SMILES."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class PartSerializer(serializers.Serializer[Any]):
    """Something beside the parent; `name` falls back to the formula for what is in no table."""

    name = serializers.CharField(source="words")
    smiles = serializers.CharField()
    formula = serializers.CharField()
    count = serializers.IntegerField()


class StereoSerializer(serializers.Serializer[Any]):
    """Of one parent molecule. `unstated`: chiral, and no centre is defined."""

    centres = serializers.IntegerField()
    centres_undefined = serializers.IntegerField(source="centres_open")
    double_bonds = serializers.IntegerField(source="bonds")
    double_bonds_undefined = serializers.IntegerField(source="bonds_open")
    unstated = serializers.BooleanField(source="is_unstated")


class CompositionSerializer(serializers.Serializer[Any]):
    """Of the smallest whole formula unit. `salt_factor`: grams of what is drawn that hold one gram of the parent; masses in g/mol."""

    parent_smiles = serializers.CharField()
    parent_inchikey = serializers.CharField()
    parent_formula = serializers.CharField()
    parent_molar_mass_g_per_mol = serializers.FloatField()
    parent_count = serializers.IntegerField()
    parts = PartSerializer(many=True)
    words = serializers.CharField(allow_blank=True)
    salt_factor = serializers.FloatField()
    stereo = StereoSerializer()
