"""A complete document type used by the tests: every building block, Latin, Greek and Chinese text."""

from __future__ import annotations

from typing import Any

from documents.content import Column, data_table, key_values

CHINESE = "中试批次按照已批准的工艺规程进行，收率为百分之七十二。"
LATIN = "Impurity α-2 ≤ 0.15 % (n = 3), −10 °C to 25 ℃, H₂O 0.2 ‰, Łukasz Müller, 5 µg/mL → pass"
PARACETAMOL = "CC(=O)Nc1ccc(O)cc1"


def sample_data(rows: int = 60) -> dict[str, Any]:
    """The data of a report with a result table of `rows` rows."""
    steps = [
        ("1", "Acetylation", "4-Aminophenol, acetic anhydride", "88.4", "1.42"),
        ("2", "Crystallisation", "Water, activated carbon", "91.0", "0.91"),
        ("3", "Drying and milling", "Nitrogen, 60 °C, ≤ 50 mbar", "99.2", "0.99"),
    ]
    results = [
        (number, f"PB-{number:03d}", f"{99 + number % 9 / 10:.1f}", f"{0.02 + number % 7 / 100:.2f}", "Meets the limit")
        for number in range(1, rows + 1)
    ]
    return {
        "lead": "The process gives the product in three steps with an overall yield of 79.8 % and a purity of at least 99.5 area %.",
        "identity": key_values(
            ("International name", "Paracetamol"), ("Characters that must be printed", LATIN), ("Chinese text", CHINESE)
        ),
        "structure_alt": "Structural formula of paracetamol",
        "structure_caption": "Figure 1. Paracetamol, C8H9NO2, 151.16 g/mol.",
        "steps": data_table(
            [
                Column("Step", 8),
                Column("Name", 24),
                Column("Materials and conditions", 36),
                Column("Yield (%)", 15, "right"),
                Column("kg/kg", 17, "right"),
            ],
            steps,
            caption="Table 1. Steps, with molar yield and output per input.",
        ),
        "results": data_table(
            [
                Column("No.", 8, "right"),
                Column("Batch", 20),
                Column("Assay (%)", 18, "right"),
                Column("Impurity α-2 (%)", 22, "right"),
                Column("Verdict", 32),
            ],
            results,
            caption="Table 2. Results per batch.",
        ),
    }


def sample_content(rows: int = 60) -> dict[str, Any]:
    """Pinned content as `documents.services` builds it, for tests of the rendering alone."""
    return {
        "document": {
            "number": "API-2026-0001-SR-01",
            "title": "Process development of paracetamol",
            "subtitle": "Three-step process from 4-aminophenol, laboratory scale",
            "type": "Process Development Report",
            "version": 2,
            "template": "sample_report",
            "template_version": "1",
        },
        "project": {"code": "API-2026-0001", "title": "Paracetamol for Demo Client A"},
        "compound": {"name": "Paracetamol", "smiles": PARACETAMOL},
        "cover": key_values(
            ("Number", "API-2026-0001-SR-01"),
            ("Version", "2, prepared by Process Chemist"),
            ("Project", "API-2026-0001 Paracetamol for Demo Client A"),
            ("Client", "Demo Client A, Basel"),
            ("Compound", "Paracetamol · CAS 103-90-2 · C8H9NO2 · 151.16 g/mol"),
            ("Site", "Demo Site North"),
        ),
        "revisions": [
            {"version": 1, "date": "2026-01-15", "author": "Process Chemist", "reason": "First version."},
            {
                "version": 2,
                "date": "2026-03-12",
                "author": "Process Chemist",
                "reason": "Confirmation runs added; limits of impurity α-2 tightened.",
            },
        ],
        "data": sample_data(rows),
    }


NARRATIVE = [
    {
        "key": "summary",
        "title": "Summary",
        "html": f"<p>Chosen for its <strong>short sequence</strong>. {LATIN}</p><ul><li>{CHINESE}</li><li>No chromatography.</li></ul>",
    },
    {"key": "conclusion", "title": "Conclusion", "html": "<p>The process is ready for the pilot scale.</p>"},
]
SIGNATURES = [
    {"name": "Process Chemist", "function": "Senior scientist, research", "meaning": "Reviewed", "at": "2026-03-12T09:15:00+00:00"},
    {"name": "Quality Manager", "function": "Head of quality assurance", "meaning": "Approved", "at": "2026-03-12T14:05:30+00:00"},
]
