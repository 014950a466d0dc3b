"""Writes docs/charts.md and its pictures from the examples: `python -m course.charts.gallery [folder]`."""

from __future__ import annotations

import sys
from pathlib import Path

from course.charts.gallery_examples import EXAMPLES, file_name

_HEAD = """# Charts

<!-- Written by `python -m course.charts.gallery` from course/charts/gallery_examples.py: edit that file. -->

`from course import charts` gives one function for each form. All of them take `headline=` (the finding, required),
`subtitle=`, `source=` (text, or facts: anything with `.source` and `.as_of`; facts among the data name themselves) and
`alt=` (made from the headline and the data when left out). They accept dicts, lists and pandas, and return a `Chart`:
the last line of a cell shows it, `chart.save("x.png")` writes it, `chart.figure` and `chart.axes` are plain matplotlib,
`chart.problems()` lists texts that are cut or overlap, `chart.findings` holds what was computed. `charts.say(262144,
"bytes")` writes a number the way the charts do.

Two commands after a change of the style: `python -m course.charts.gallery` writes this page again (its pictures are
what the tests compare with), `python -m pytest tests/charts --rewrite-baselines` the pictures of the hard cases.

"""


def page() -> str:
    """The text of docs/charts.md."""
    parts = [_HEAD]
    forms = list(dict.fromkeys(example.form for example in EXAMPLES))
    parts.append("Forms: " + ", ".join(f"[{form}](#{form})" for form in forms) + "\n")
    seen: set[str] = set()
    for example in EXAMPLES:
        if example.form not in seen:
            parts.append(f"\n## {example.form}\n")
            seen.add(example.form)
        alt = example.draw().headline.replace("[", "(").replace("]", ")")
        parts.append(f"\n{example.use}\n\n![{alt}](charts/{file_name(example)})\n\n```python\n{example.code}\n```\n")
    return "".join(parts)


def write(folder: Path) -> list[Path]:
    """Write the page and its pictures into `folder`; pictures that no example draws any more are removed."""
    pictures = folder / "charts"
    pictures.mkdir(parents=True, exist_ok=True)
    names = {file_name(example) for example in EXAMPLES}
    for old in pictures.glob("*.png"):
        if old.name not in names:
            old.unlink()
    written = [example.draw().save(pictures / file_name(example)) for example in EXAMPLES]
    text = folder / "charts.md"
    text.write_text(page(), encoding="utf-8")
    return [*written, text]


def main() -> None:
    """Write the gallery into the folder given, or into docs/."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "docs"
    files = write(folder)
    print(f"{len(files) - 1} pictures and {files[-1]}, {sum(f.stat().st_size for f in files) // 1024} KB")


if __name__ == "__main__":
    main()
