"""The one form of a lesson's text: as JupyterLab saves it, so that a save changes only what the author changed."""

from __future__ import annotations

from pathlib import Path


def untidy(root: Path, section: str, one: str = "") -> dict[Path, str]:
    """The lessons of a section, or `one` of them, that JupyterLab would write otherwise, as it would write."""
    settings = root / "source" / "jupytext.toml"
    if not settings.is_file():
        return {}  # nothing is paired here
    paths = sorted((root / "source" / section).glob(f"{one or '[0-9][0-9]-*'}.py"))
    texts = {path: path.read_text(encoding="utf-8") for path in paths}
    tidy = {path: tidied(text, settings) for path, text in texts.items()}
    return {path: text for path, text in tidy.items() if text != texts[path]}


def tidied(text: str, settings: Path) -> str:
    """A lesson's text as JupyterLab would save it; `settings` is source/jupytext.toml.

    The header's entries come in alphabetical order, one item a line; cells keep every character.
    """
    import jupytext
    from jupytext.config import parse_jupytext_configuration_file, validate_jupytext_configuration_file

    parsed = parse_jupytext_configuration_file(str(settings))
    config = validate_jupytext_configuration_file(str(settings), parsed)
    saved: str = jupytext.writes(jupytext.reads(text, fmt="py:percent"), fmt="py:percent", config=config)
    return saved
