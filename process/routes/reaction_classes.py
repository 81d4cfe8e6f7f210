"""Classes of reaction: those of which the step PMI and the yield are published, and general ones for what is not known more closely.

Source: ACS GCI Pharmaceutical Roundtable, PMI prediction tool (github.com/chepyle/PMI_Calculator, Presets.xlsx of December 2018, MIT):
122 classes in fifteen groups, quartiles over nearly two thousand reactions at scale; our spelling of their names.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from process.routes.benchmarks import Benchmark

Group = tuple[Promise, tuple[Benchmark, ...]]
GROUPS: tuple[Group, ...] = (
    (
        _("Acyl substitution"),
        (
            Benchmark("amidation", _("Amidation"), 19.7, 67.2, 0.7675, 0.92, 120),
            Benchmark("amide_hydrolysis", _("Amide hydrolysis"), 30.95, 71.1, 0.87, 0.915, 3),
            Benchmark("amidine_formation", _("Amidine formation"), 3.25, 17.75, 0.725, 0.9275, 6),
            Benchmark("carbamate_formation", _("Carbamate formation"), 8.0, 27.35, 0.8, 0.9275, 8),
            Benchmark("carbonate_formation", _("Carbonate formation"), 16.35, 17.05, 0.95, 0.95, 2),
            Benchmark("carboxylic_acid_activation", _("Carboxylic acid activation"), 3.675, 12.525, 0.875, 0.94, 4),
            Benchmark("ester_hydrolysis", _("Ester hydrolysis"), 15.2, 68.375, 0.79, 0.96, 42),
            Benchmark("esterification", _("Esterification"), 12.4, 42.0, 0.8575, 0.96, 29),
            Benchmark(
                "macrolactamisation_or_macrolactonisation", _("Macrolactamisation or macrolactonisation"), 35.4, 52.2, 0.9625, 0.9875, 2
            ),
            Benchmark("transesterification", _("Transesterification"), 20.325, 33.575, 0.82, 0.88, 2),
            Benchmark("urea_formation", _("Urea formation"), 12.4, 55.45, 0.86, 0.905, 11),
            Benchmark("other_acyl_substitution", _("Other acyl substitution"), 10.55, 35.1, 0.845, 0.975, 18),
        ),
    ),
    (
        _("Alkylation"),
        (
            Benchmark("alpha_alkylation", _("Alpha alkylation"), 9.6, 66.25, 0.7675, 0.8975, 20),
            Benchmark("cycloalkylation", _("Cycloalkylation"), 26.65, 58.5, 0.725, 0.905, 7),
            Benchmark("displacement_cyanide_azide", _("Displacement with cyanide or azide"), 17.5, 58.3, 0.6475, 0.9475, 7),
            Benchmark("glycosylation", _("Glycosylation"), 12.075, 65.85, 0.595, 0.6925, 4),
            Benchmark("methylation", _("Methylation"), 20.475, 57.8, 0.79, 0.945, 26),
            Benchmark("other_alkylation", _("Other alkylation"), 15.6, 46.2, 0.71, 0.92, 61),
        ),
    ),
    (
        _("Aromatic substitution"),
        (
            Benchmark("electrophilic_aromatic_nitration", _("Electrophilic aromatic nitration"), 40.025, 67.225, 0.8, 0.91, 18),
            Benchmark("friedel_crafts_acylation", _("Friedel–Crafts acylation"), 20.5, 70.95, 0.7375, 0.8975, 15),
            Benchmark("friedel_crafts_alkylation", _("Friedel–Crafts alkylation"), 15.05, 36.025, 0.81, 0.85, 6),
            Benchmark("snar_other", _("SNAr: another nucleophile"), 20.15, 26.25, 0.875, 0.925, 2),
            Benchmark("snar_carbon", _("SNAr: carbon nucleophile"), 23.5, 35.2, 0.78, 0.9, 6),
            Benchmark("snar_nitrogen", _("SNAr: nitrogen nucleophile"), 13.3, 51.8, 0.79, 0.92, 45),
            Benchmark("snar_oxygen", _("SNAr: oxygen nucleophile"), 17.9, 53.2, 0.77, 0.95, 25),
            Benchmark("sandmeyer_reaction", _("Sandmeyer reaction"), 83.475, 144.9, 0.415, 0.6875, 4),
            Benchmark("other_aromatic_substitution", _("Other aromatic substitution"), 20.8, 59.5, 0.68, 0.92, 21),
        ),
    ),
    (
        _("C–C coupling with a transition metal"),
        (
            Benchmark("alpha_arylation", _("Alpha arylation"), 22.2, 44.35, 0.84, 0.93, 3),
            Benchmark("cyanation", _("Cyanation"), 69.6, 101.0, 0.72, 0.89, 9),
            Benchmark("direct_arylation", _("Direct arylation"), 67.85, 96.45, 0.62, 0.745, 7),
            Benchmark("negishi_or_kumada_coupling", _("Negishi or Kumada coupling"), 32.6, 43.625, 0.6275, 0.865, 8),
            Benchmark("ring_closing_metathesis", _("Ring-closing metathesis (RCM)"), 392.075, 809.65, 0.805, 1.0, 4),
            Benchmark("sonogashira_coupling", _("Sonogashira coupling"), 31.3, 74.65, 0.805, 0.9, 7),
            Benchmark("suzuki_coupling", _("Suzuki coupling"), 23.2, 80.0, 0.735, 0.8925, 37),
            Benchmark("other_c_c_coupling", _("Other C–C coupling with a transition metal"), 20.0, 59.1, 0.64, 0.91, 21),
        ),
    ),
    (
        _("C–X coupling with a transition metal"),
        (
            Benchmark("c_b_coupling", _("C–B coupling"), 12.2, 54.6, 0.8, 0.94, 17),
            Benchmark("c_n_coupling", _("C–N coupling"), 32.125, 141.0, 0.6375, 0.85, 32),
            Benchmark("c_o_coupling", _("C–O coupling"), 33.1, 80.175, 0.66, 0.755, 4),
        ),
    ),
    (
        _("Carbonyl chemistry"),
        (
            Benchmark("addition_1_2", _("1,2-Addition"), 24.1, 93.05, 0.73, 0.915, 20),
            Benchmark("addition_1_4", _("1,4-Addition"), 13.1, 22.75, 0.81, 0.905, 11),
            Benchmark("aldol_claisen", _("Aldol or Claisen addition or condensation"), 10.8, 27.8, 0.76, 0.915, 11),
            Benchmark("alpha_acylation", _("Alpha acylation"), 17.0, 28.5, 0.7325, 0.9475, 8),
            Benchmark("cyclocondensation", _("Cyclocondensation"), 26.25, 63.475, 0.6225, 0.8875, 42),
            Benchmark("enamine_formation", _("Enamine formation"), 7.825, 16.15, 0.76, 0.9675, 8),
            Benchmark("enol_derivative_formation", _("Enol sulfonate, phosphate or silane formation"), 8.0, 8.0, 0.7, 0.7, 1),
            Benchmark("horner_wadsworth_emmons_olefination", _("Horner–Wadsworth–Emmons olefination"), 23.4, 29.65, 0.775, 0.86, 3),
            Benchmark("imine_formation", _("Imine formation"), 10.6, 24.1, 0.9, 0.94, 17),
            Benchmark("oxime_or_hydrazone_formation", _("Oxime or hydrazone formation"), 12.2, 29.0, 0.8, 0.9, 13),
            Benchmark("strecker_reaction", _("Strecker reaction"), 42.275, 67.025, 0.555, 0.645, 2),
            Benchmark("wittig_olefination", _("Wittig olefination"), 33.125, 48.9, 0.6775, 0.895, 10),
            Benchmark("other_carbonyl_chemistry", _("Other carbonyl chemistry"), 7.8, 30.9, 0.81, 0.9, 9),
        ),
    ),
    (
        _("Halogenation"),
        (
            Benchmark("bromodehydration", _("Bromodehydration"), 14.05, 20.65, 0.885, 0.895, 3),
            Benchmark("chlorodehydration", _("Chlorodehydration"), 18.05, 44.425, 0.82, 0.925, 16),
            Benchmark("fluorodehydration", _("Fluorodehydration"), 35.3, 90.0, 0.62, 0.79, 9),
            Benchmark("iododehydration", _("Iododehydration"), 35.3, 35.3, 0.91, 0.91, 1),
            Benchmark("oxidative_bromination", _("Oxidative bromination"), 16.25, 49.9, 0.7525, 0.9175, 38),
            Benchmark("oxidative_chlorination", _("Oxidative chlorination"), 15.8, 93.3, 0.74, 0.905, 11),
            Benchmark("oxidative_fluorination", _("Oxidative fluorination"), 42.9, 93.35, 0.545, 0.865, 7),
            Benchmark("oxidative_iodination", _("Oxidative iodination"), 17.2, 31.7, 0.83, 0.95, 19),
            Benchmark("other_halogenation", _("Other halogenation"), 16.4, 16.4, 0.9, 0.9, 1),
        ),
    ),
    (
        _("Heteroatom activation"),
        (
            Benchmark("mitsunobu_reaction", _("Mitsunobu reaction"), 35.9, 198.7, 0.64, 0.82, 7),
            Benchmark("phosphinylation_or_phosphorylation", _("Phosphinylation or phosphorylation"), 27.875, 50.025, 0.825, 0.855, 2),
            Benchmark("sulfinylation_or_sulfonylation", _("Sulfinylation or sulfonylation"), 13.0, 38.3, 0.84, 0.95, 25),
            Benchmark("other_heteroatom_activation", _("Other heteroatom activation"), 37.9, 66.35, 0.795, 0.975, 3),
        ),
    ),
    (
        _("Hydration and dehydration"),
        (
            Benchmark("alcohol_dehydration", _("Alcohol dehydration"), 51.0, 51.0, 0.89, 0.89, 1),
            Benchmark("alkene_or_alkyne_hydration", _("Alkene or alkyne hydration"), 28.2, 28.2, 0.85, 0.85, 1),
            Benchmark("amide_dehydration_to_nitrile", _("Amide dehydration to nitrile"), 12.375, 30.45, 0.8625, 0.98, 8),
            Benchmark("nitrile_hydration", _("Nitrile hydration"), 29.225, 70.35, 0.7925, 0.95, 10),
            Benchmark("other_hydration_or_dehydration", _("Other hydration or dehydration"), 76.4, 382.65, 0.565, 0.855, 3),
        ),
    ),
    (
        _("Oxidation"),
        (
            Benchmark("alcohol_oxidation", _("Alcohol oxidation"), 23.45, 38.35, 0.83, 0.94, 19),
            Benchmark("baeyer_villiger_oxidation", _("Baeyer–Villiger oxidation"), 105.2, 105.2, 0.8, 0.8, 1),
            Benchmark("carbonyl_oxidation", _("Carbonyl oxidation"), 34.2, 34.2, 1.0, 1.0, 1),
            Benchmark("c_b_oxidation", _("C–B oxidation"), 51.925, 59.575, 0.88, 0.92, 2),
            Benchmark("c_h_oxidation", _("C–H oxidation"), 23.2, 23.2, 0.82, 0.82, 1),
            Benchmark("dehydrogenation", _("Dehydrogenation"), 50.625, 53.975, 0.8425, 0.9, 6),
            Benchmark("diazotisation", _("Diazotisation"), 37.025, 55.275, 0.7575, 0.7725, 2),
            Benchmark("epoxidation", _("Epoxidation"), 20.05, 40.25, 0.915, 0.98, 3),
            Benchmark("n_oxidation", _("N-Oxidation"), 35.65, 52.375, 0.8225, 0.925, 8),
            Benchmark("oxidative_cleavage", _("Oxidative cleavage"), 67.975, 104.525, 0.595, 0.645, 2),
            Benchmark("s_oxidation", _("S-Oxidation"), 25.9, 71.1, 0.71, 0.84, 9),
            Benchmark("other_oxidation", _("Other oxidation"), 45.5, 90.5, 0.7825, 0.8675, 2),
        ),
    ),
    (
        _("Protection and deprotection"),
        (
            Benchmark("carbonyl_protection", _("Carbonyl protection"), 20.0, 34.85, 0.92, 0.945, 4),
            Benchmark("chiral_auxiliary_cleavage", _("Chiral auxiliary cleavage"), 37.925, 126.325, 0.845, 0.9375, 8),
            Benchmark("chiral_auxiliary_installation", _("Chiral auxiliary installation"), 27.3, 66.1, 0.625, 0.915, 7),
            Benchmark("deprotection", _("Deprotection"), 17.9, 72.125, 0.8425, 0.95, 90),
            Benchmark("n_protection", _("N-Protection"), 11.0, 35.175, 0.83, 0.95, 22),
            Benchmark("o_protection", _("O-Protection"), 8.2, 24.15, 0.895, 0.99, 23),
            Benchmark("other_protection", _("Other protection"), 7.7, 7.7, 0.98, 0.98, 1),
        ),
    ),
    (
        _("Rearrangement"),
        (
            Benchmark("cope_or_claisen_rearrangement", _("Cope or Claisen rearrangement"), 27.7, 27.7, 0.92, 0.92, 1),
            Benchmark(
                "curtius_hofmann_lossen_schmidt", _("Curtius, Hofmann, Lossen or Schmidt rearrangement"), 36.55, 64.925, 0.7325, 0.865, 10
            ),
            Benchmark("decarboxylation", _("Decarboxylation"), 24.4, 28.825, 0.7875, 0.9425, 4),
            Benchmark("fischer_indole_synthesis", _("Fischer indole synthesis"), 58.3, 70.325, 0.5525, 0.6775, 4),
            Benchmark("ring_contraction", _("Ring contraction"), 38.5, 38.5, 0.71, 0.71, 1),
            Benchmark("ring_expansion", _("Ring expansion"), 47.3, 47.3, 0.9, 0.9, 1),
            Benchmark("other_rearrangement", _("Other rearrangement"), 17.825, 37.25, 0.7625, 0.875, 10),
        ),
    ),
    (
        _("Reduction"),
        (
            Benchmark("alkene_reduction", _("Alkene reduction"), 18.85, 53.2, 0.81, 0.94, 19),
            Benchmark("alkyne_reduction", _("Alkyne reduction"), 11.35, 52.825, 0.815, 0.9375, 4),
            Benchmark("arene_reduction", _("Arene reduction"), 12.45, 17.75, 0.88, 0.96, 7),
            Benchmark("carbonyl_reduction", _("Carbonyl reduction"), 18.9, 95.45, 0.8125, 0.9625, 40),
            Benchmark("deoxygenation", _("Deoxygenation"), 26.0, 124.925, 0.8625, 0.955, 4),
            Benchmark("nitro_reduction", _("Nitro reduction"), 27.1, 65.475, 0.775, 0.92, 32),
            Benchmark("reductive_amination", _("Reductive amination"), 22.8, 91.2, 0.705, 0.85, 27),
            Benchmark("reductive_dehalogenation", _("Reductive dehalogenation"), 59.55, 65.85, 0.715, 0.805, 2),
            Benchmark("other_reduction", _("Other reduction"), 29.8, 61.4, 0.6975, 0.88, 20),
        ),
    ),
    (
        _("Ring formation"),
        (
            Benchmark("cycloaddition", _("Cycloaddition"), 21.2, 52.6, 0.71, 0.93, 17),
            Benchmark("other_ring_formation", _("Other ring formation"), 16.8, 49.8, 0.67, 0.86, 49),
        ),
    ),
    (
        _("Other"),
        (
            Benchmark("bioconjugation", _("Bioconjugation"), 2487.4, 2487.4, 0.96, 0.96, 1),
            Benchmark("catalytic_resolution", _("Catalytic resolution"), 39.725, 121.25, 0.365, 0.455, 8),
            Benchmark("chromatography", _("Chromatography"), 714.95, 8573.825, 0.41, 0.865, 10),
            Benchmark("classical_resolution", _("Classical resolution"), 25.8, 84.95, 0.35, 0.43, 19),
            Benchmark("form_conversion", _("Form conversion"), 21.075, 43.75, 0.8925, 0.93, 8),
            Benchmark("halogen_metal_exchange", _("Halogen–metal exchange"), 28.7, 40.05, 0.895, 0.955, 3),
            Benchmark("h_x_elimination", _("H–X elimination"), 24.2, 30.6, 0.8575, 0.8925, 2),
            Benchmark("isomerisation", _("Isomerisation"), 19.0, 24.8, 0.88, 0.9, 5),
            Benchmark("knoevenagel_condensation", _("Knoevenagel condensation"), 7.425, 19.5, 0.91, 0.97, 6),
            Benchmark("recrystallisation", _("Recrystallisation"), 15.2, 33.9, 0.8, 0.95, 85),
            Benchmark("salt_break", _("Salt break"), 19.675, 67.1, 0.8125, 0.99, 14),
            Benchmark("salt_formation", _("Salt formation"), 9.0, 29.275, 0.83, 0.94, 38),
            Benchmark("solid_phase_synthesis", _("Solid-phase peptide or oligonucleotide synthesis"), 1694.8, 3264.2, 0.7475, 0.8425, 2),
            Benchmark("telescoped_steps", _("Telescoped steps"), 38.8, 100.5, 0.6625, 0.88, 274),
            Benchmark("other_metallation", _("Other metallation"), 6.375, 8.325, 0.9925, 0.9975, 2),
            Benchmark("other", _("Other"), 26.0, 54.0, 0.82, 0.93, 17),
        ),
    ),
)
BENCHMARKS: dict[str, Benchmark] = {each.key: each for _group, classes in GROUPS for each in classes}
GENERAL: tuple[tuple[str, Promise], ...] = (
    ("acylation", _("Acylation")),
    ("alkylation", _("Alkylation")),
    ("c_c_coupling", _("C–C coupling")),
    ("carbonylation", _("Carbonylation")),
    ("cyclisation", _("Cyclisation")),
    ("etherification", _("Etherification")),
    ("halogenation", _("Halogenation")),
    ("hydrogenation", _("Hydrogenation")),
    ("hydrolysis", _("Hydrolysis")),
    ("nitration", _("Nitration")),
    ("oxidation", _("Oxidation")),
    ("protection", _("Protection")),
    ("purification", _("Purification")),
    ("resolution", _("Resolution")),
    ("substitution", _("Substitution")),
)


def reaction_classes() -> list[tuple[Promise, list[tuple[str, Promise]]]]:
    """The choices of a step, by group."""
    published = [(group, [(each.key, each.name) for each in classes]) for group, classes in GROUPS]
    return [*published, (_("In general (no published figures)"), list(GENERAL))]
