"""nbgrader's feedback pages, made to open anywhere: no network, no script, and no markup of a learner that misleads.

For ``nbgrader generate_feedback`` and the formgrader, in ``nbgrader_config.py``::

    from course.grading.feedback_pages import feedback_steps
    feedback_steps(c)
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import bleach  # type: ignore[import-untyped]
from bleach.css_sanitizer import CSSSanitizer  # type: ignore[import-untyped]
from jinja2 import pass_context
from nbconvert.exporters import HTMLExporter
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import GetGrades
from traitlets import default
from traitlets.config import Config

from course.grading.feedback_hiding import HideHiddenTests

TEMPLATES = Path(__file__).parent / "templates"
TEMPLATE = "course-feedback"

_TAGS = (
    "a abbr b bdi blockquote br caption code col colgroup dd del details div dl dt em figcaption figure h1 h2 h3 h4 "
    "h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strong sub summary sup table tbody td tfoot th "
    "thead tr u ul var"
)
_ATTRIBUTES = {
    "*": {"class", "style", "title", "role", "lang", "dir"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start"},
    "details": {"open"},
}
_STYLES = (
    "background background-color border border-bottom border-collapse border-color border-left border-radius "
    "border-right border-style border-top border-width color font-family font-size font-style font-weight height "
    "line-height list-style margin margin-bottom margin-left margin-right margin-top max-width overflow overflow-x "
    "padding padding-bottom padding-left padding-right padding-top text-align text-decoration vertical-align "
    "white-space width"
)
_UNSHOWN = re.compile(r"<(script|style|template|iframe|object|svg|math)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_UNDESCRIBED = re.compile(r"<img (?![^>]*\balt=)")
_cleaner = bleach.Cleaner(
    tags=frozenset(_TAGS.split()),
    attributes=lambda tag, name, value: _allowed(tag, name, value),
    protocols={"http", "https", "mailto", "data"},
    css_sanitizer=CSSSanitizer(allowed_css_properties=_STYLES.split()),
    strip=True,
)


def feedback_steps(config: Config, show: str = "") -> None:
    """Set nbgrader's feedback: offline pages, and of hidden tests what ``show`` says (hidden, message or full).

    Without it `c.HideHiddenTests.show` counts, which is "message" unless the configuration says otherwise.

    >>> feedback_steps(c, show="hidden")
    """
    config.GenerateFeedback.preprocessors = [GetGrades, HideHiddenTests, CSSHTMLHeaderPreprocessor]
    config.GenerateFeedback.exporter_class = OfflineFeedback
    if show:
        config.HideHiddenTests.show = show


_Exporter: Any = HTMLExporter  # nbconvert brings few types
_Template: Any = TemplateExporter
_WidgetsFilter: Any = WidgetsDataTypeFilter
_Highlight: Any = Highlight2HTML


class OfflineFeedback(_Exporter):
    """nbconvert's HTML with our template; what learners wrote is shown as text, tables and pictures only."""

    def __init__(self, **named: Any) -> None:
        config = named.get("config") or getattr(named.get("parent"), "config", None) or Config()
        mine = Config()
        # nbgrader sets its own template for every HTML exporter; the closest class wins.
        mine.OfflineFeedback.template_name = TEMPLATE
        mine.OfflineFeedback.extra_template_basedirs = [str(TEMPLATES)]
        mine.OfflineFeedback.sanitize_html = True
        mine.merge(config)
        named["config"] = mine
        super().__init__(**named)

    @default("exclude_anchor_links")
    def _no_anchor_links(self) -> bool:
        return True

    def default_filters(self) -> Iterator[tuple[str, Any]]:
        """Yield nbconvert's filters, with ours for what learners write."""
        yield from super().default_filters()
        yield "markdown2html", self.markdown2html
        yield "clean_html", clean

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **named: Any
    ) -> tuple[str, dict[str, Any]]:
        """Make the page. nbconvert's own way parses all of it once more to describe pictures, for half the time."""
        resources = self._init_resources(resources)
        self.register_filter("highlight_code", lambda source, metadata=None: _highlighted(source))
        self.register_filter(
            "filter_data_type",
            _WidgetsFilter(notebook_metadata=self._nb_metadata, parent=self, resources=resources),
        )
        page, resources = _Template.from_notebook_node(self, nb, resources, **named)
        return _UNDESCRIBED.sub('<img alt="A picture without a description" ', page), resources

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        """Turn Markdown into HTML that is safe to show."""
        if context.get("cell", {}).get("attachments"):
            return clean(super().markdown2html(context, source))
        key = hashlib.sha256(source.encode("utf-8", "replace")).digest()
        if key not in _made:
            _made[key] = clean(super().markdown2html(context, source))
        return _made[key]


_made: dict[bytes, str] = {}
"""A class shares nearly all text of its notebooks: it is made into HTML once."""


@lru_cache(maxsize=1024)
def _highlighted(source: str) -> str:
    return str(_Highlight(pygments_lexer="ipython3")(source))


@lru_cache(maxsize=1024)
def clean(html: object) -> str:
    """Return the HTML without scripts, frames, forms, foreign styles and anything fetched from elsewhere.

    >>> clean('<b onclick="alert(1)">ten</b><script>alert(1)</script>')
    '<b>ten</b>'
    """
    text = html.decode("utf-8", "replace") if isinstance(html, bytes) else str(html)
    return str(_cleaner.clean(_UNSHOWN.sub("", text)))


def _allowed(tag: str, name: str, value: str) -> bool:
    if name not in _ATTRIBUTES["*"] and name not in _ATTRIBUTES.get(tag, ()):
        return False
    if tag == "img" and name == "src":
        return value.startswith("data:image/")
    return not (name == "href" and value.lstrip().lower().startswith("data:"))
