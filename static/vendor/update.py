"""Fetch every vendored asset again: `python static/vendor/update.py` (needs npm, fontTools and brotli; the result is committed).

The packages come through the machine's own npm client (`npm pack`), so no host is named here. Only the files that pages or
documents use are kept, source-map comments are removed (the manifest storage would look for the maps), fonts for the PDFs
are converted from WOFF2 to TTF (a document with WOFF2 fonts takes ten seconds, with TTF one), and README.md is written.
"""

import re
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import NamedTuple

from fontTools.ttLib import TTFont

HERE = Path(__file__).resolve().parent
SOURCE_MAP = re.compile(r"\n?(?://[#@] sourceMappingURL=\S+|/\*[#@] sourceMappingURL=.*?\*/)\s*")
MIT = "MIT, as declared in package.json (the package carries no licence file)"


class Package(NamedTuple):
    """One npm package: what is copied (source inside the package → path below static/vendor) and its licence."""

    name: str
    version: str
    licence: str
    files: dict[str, str]
    licence_file: str = "LICENSE"


def noto_sans(subset: str, weight: int, style: str = "normal") -> tuple[str, str]:
    """Source and target of one Latin or Greek face of Noto Sans."""
    suffix = "" if style == "normal" else f"-{style}"
    return f"files/noto-sans-{subset}-{weight}-{style}.woff2", f"fonts/noto-sans-{subset}-{weight}{suffix}.ttf"


NOTO_FACES = [
    *[noto_sans(subset, weight) for subset in ("latin", "latin-ext", "greek") for weight in (400, 700)],
    *[noto_sans("latin", weight, "italic") for weight in (400, 700)],
]
NOTO_CHINESE_FACES = [
    (f"files/noto-sans-sc-chinese-simplified-{weight}-normal.woff2", f"fonts/noto-sans-sc-chinese-simplified-{weight}.ttf")
    for weight in (400, 700)
]
ICONS = (
    "search menu-2 x check plus chevron-right chevron-down chevron-up selector arrow-right arrow-left alert-triangle alert-circle "
    "info-circle lock lock-open clock circle circle-check circle-dashed circle-dot circle-minus player-pause ban file-text file-upload "
    "download upload pencil trash external-link user users building history signature shield-check calendar flag hierarchy-2 refresh "
    "eye eye-off share message-circle keyboard logout settings hexagon flask link copy dots"
).split()

PACKAGES = [
    Package(
        "@tabler/core",
        "1.6.1",
        MIT,
        {"dist/css/tabler.min.css": "tabler/tabler.min.css", "dist/js/tabler.min.js": "tabler/tabler.min.js"},
        licence_file="",
    ),
    Package("@tabler/icons", "3.51.0", "MIT", {f"icons/outline/{name}.svg": "icons.svg" for name in ICONS}),
    Package(
        "@fontsource-variable/inter",
        "5.3.0",
        "OFL-1.1",
        {f"files/inter-{subset}-wght-normal.woff2": f"inter/inter-{subset}.woff2" for subset in ("latin", "latin-ext", "greek")},
    ),
    Package("@fontsource/noto-sans", "5.3.0", "OFL-1.1", dict(NOTO_FACES)),
    Package("@fontsource/noto-sans-sc", "5.3.0", "OFL-1.1", dict(NOTO_CHINESE_FACES)),
    Package(
        "dejavu-fonts-ttf",
        "2.37.3",
        "Bitstream Vera licence, changes in the public domain",
        {"ttf/DejaVuSans.ttf": "fonts/dejavu-sans-400.ttf", "ttf/DejaVuSans-Bold.ttf": "fonts/dejavu-sans-700.ttf"},
    ),
    Package("vega", "6.4.0", "BSD-3-Clause", {"build/vega.min.js": "vega/vega.min.js"}),
    Package("vega-lite", "6.4.3", "BSD-3-Clause", {"build/vega-lite.min.js": "vega/vega-lite.min.js"}),
    Package("vega-embed", "7.3.0", "BSD-3-Clause", {"build/vega-embed.min.js": "vega/vega-embed.min.js"}),
    Package(
        "tabulator-tables",
        "6.5.3",
        "MIT",
        {"dist/js/tabulator.min.js": "tabulator/tabulator.min.js", "dist/css/tabulator.min.css": "tabulator/tabulator.min.css"},
    ),
    Package("openchemlib", "9.25.0", "BSD-3-Clause", {"dist/openchemlib.js": "openchemlib/openchemlib.js"}),
]


def unpack(package: Package, folder: Path) -> Path:
    """Fetch the package with the npm client and return the folder of its files."""
    command = ["npm", "pack", "--silent", "--pack-destination", str(folder), f"{package.name}@{package.version}"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    archive = next(folder.glob("*.tgz"))
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder / "package"


def copy(source: Path, target: Path) -> None:
    """Copy one file as our pages need it: text without source-map comment, document fonts as TTF."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.suffix == ".woff2" and target.suffix == ".ttf":
        font = TTFont(source, recalcTimestamp=False)
        font.flavor = None
        font.save(target)
    elif target.suffix in {".js", ".css"}:
        target.write_text(SOURCE_MAP.sub("\n", source.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        target.write_bytes(source.read_bytes())


def write_sprite(folder: Path) -> None:
    """Gather the outline icons into one file, each a symbol named like the icon."""
    symbols = []
    for name in ICONS:
        text = (folder / f"icons/outline/{name}.svg").read_text(encoding="utf-8")
        inner = re.sub(r"\s+", " ", text[text.index("<svg") :].split(">", 1)[1].rsplit("</svg>", 1)[0]).strip()
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{inner}</symbol>')
    stroke = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
    sprite = '<svg xmlns="http://www.w3.org/2000/svg" ' + stroke + ">\n" + "\n".join(symbols) + "\n</svg>\n"
    (HERE / "icons.svg").write_text(sprite, encoding="utf-8")


def vendor(package: Package) -> None:
    """Bring one package up to date."""
    with tempfile.TemporaryDirectory() as name:
        folder = unpack(package, Path(name))
        if package.name == "@tabler/icons":
            write_sprite(folder)
        else:
            for source, target in package.files.items():
                copy(folder / source, HERE / target)
        if package.licence_file:
            licence = (folder / package.licence_file).read_text(encoding="utf-8")
            (HERE / "licences" / f"{slug(package)}.txt").write_text(licence, encoding="utf-8")


def slug(package: Package) -> str:
    """File-name form of a package's name."""
    return package.name.removeprefix("@").replace("/", "-")


def write_readme() -> None:
    """State package, version, licence and files of everything in this folder."""
    lines = ["# Vendored assets", "", "Written by `update.py`; do not edit by hand. Licence texts are in `licences/`.", ""]
    lines += ["| Package | Version | Licence | File here | File in the package |", "|---|---|---|---|---|"]
    for package in PACKAGES:
        targets = dict.fromkeys(package.files.values())
        for target in targets:
            sources = [source for source, goal in package.files.items() if goal == target]
            named = f"`{sources[0]}`" if len(sources) == 1 else f"{len(sources)} icons of `icons/outline/`"
            lines.append(f"| {package.name} | {package.version} | {package.licence} | `{target}` | {named} |")
    lines += ["", "Changed on the way: source-map comments removed, document fonts made TTF, icons gathered in one sprite.", ""]
    (HERE / "README.md").write_text("\n".join(lines), encoding="utf-8")


def main() -> None:
    """Bring every package up to date and write the list of them."""
    (HERE / "licences").mkdir(exist_ok=True)
    for package in PACKAGES:
        vendor(package)
        print(f"{package.name} {package.version}")
    write_readme()


if __name__ == "__main__":
    main()
