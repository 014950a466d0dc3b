"""What every chart promises, whatever its form."""

from __future__ import annotations

import base64
import io
import subprocess
import sys
import threading
from html.parser import HTMLParser
from pathlib import Path

import matplotlib
import pandas as pd
import pytest
from PIL import Image

from course import charts
from course.charts.gallery_examples import EXAMPLES, Example, file_name


def simple() -> charts.Chart:
    return charts.bars(
        {"Standard": 0.023, '<Deep> & "cold"': 0.00099}, headline="One is cheap & one is not", unit="USD per GB"
    )


@pytest.mark.parametrize("example", EXAMPLES, ids=file_name)
def test_the_same_chart_twice_gives_the_same_bytes(example: Example) -> None:
    chart = example.draw()
    assert chart.png() == chart.png() == example.draw().png()


def test_another_process_gives_the_same_bytes() -> None:
    draw = "charts.bars({'a': 3, 'b': 2}, headline='Two').png()"
    code = f"import sys; from course import charts; sys.stdout.buffer.write({draw})"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    assert other == charts.bars({"a": 3, "b": 2}, headline="Two").png()


def test_the_settings_of_the_notebook_do_not_change_a_chart() -> None:
    before = simple().png()
    with matplotlib.rc_context(
        {"font.size": 30, "font.family": "monospace", "axes.facecolor": "black", "savefig.bbox": "tight"}
    ):
        assert simple().png() == before
        assert matplotlib.rcParams["font.size"] == 30


def test_threads_do_not_disturb_each_other() -> None:
    expected, found = simple().png(), []
    threads = [threading.Thread(target=lambda: found.append(simple().png())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


def test_importing_charts_loads_neither_pyplot_nor_pandas() -> None:
    heavy = ("matplotlib.pyplot", "pandas")
    code = f"import sys; import course.charts; print([m for m in {heavy} if m in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


def test_drawing_leaves_nothing_open_in_pyplot() -> None:
    code = (
        "from course import charts; c = charts.bars({'a': 1}, headline='x'); c.png(); "
        "import matplotlib.pyplot as plt; print(plt.get_fignums())"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


class _Images(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.found.append({name: value or "" for name, value in attrs})


def test_a_notebook_gets_one_image_with_the_alt_text() -> None:
    chart = simple()
    data, metadata = chart._repr_mimebundle_()
    parser = _Images()
    parser.feed(data["text/html"])
    (image,) = parser.found
    assert image["alt"] == chart.alt
    assert image["src"] == "data:image/png;base64," + data["image/png"]
    picture = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert picture.width >= 1000 and int(image["width"]) == 720
    assert metadata["image/png"]["alt"] == chart.alt


def test_ipython_shows_html_png_and_text() -> None:
    from IPython.core.interactiveshell import InteractiveShell

    data, _ = InteractiveShell.instance().display_formatter.format(simple())
    assert set(data) == {"text/html", "image/png", "text/plain"}
    assert data["text/plain"].startswith("One is cheap & one is not\nBar chart: One is cheap")


def test_nbconvert_keeps_the_alt_text() -> None:
    import nbformat
    from nbconvert import HTMLExporter

    data, metadata = simple()._repr_mimebundle_()
    output = nbformat.v4.new_output("execute_result", data, metadata=metadata, execution_count=1)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("chart", outputs=[output])])
    page, _ = HTMLExporter().from_notebook_node(notebook)
    parser = _Images()
    parser.feed(page)
    assert [image["alt"] for image in parser.found] == [simple().alt]


def test_the_author_may_write_the_alt_text() -> None:
    assert charts.bars({"a": 1}, headline="x", alt="In my words").alt == "In my words"


def test_the_made_alt_text_holds_the_numbers() -> None:
    assert "Standard $0.023" in simple().alt


def test_a_long_list_is_cut_in_the_alt_text() -> None:
    chart = charts.bars({f"thing {n}": n + 1 for n in range(40)}, headline="Forty things")
    assert "and 29 more" in chart.alt


@pytest.mark.parametrize("headline", ["", "   "])
def test_a_chart_without_a_finding_is_refused(headline: str) -> None:
    with pytest.raises(charts.ChartError, match=r"headline is empty; say in one sentence"):
        charts.bars({"a": 1}, headline=headline)


def test_the_headline_cannot_be_left_out() -> None:
    with pytest.raises(TypeError, match="headline"):
        charts.bars({"a": 1})  # type: ignore[call-arg]


def test_a_dollar_sign_is_a_dollar_sign() -> None:
    chart = charts.bars({"from $1 to $2": 1.5}, headline="$5 or $6?", unit="USD")
    chart.settle()
    assert not any(text.get_parse_math() for text in chart.figure.findobj(matplotlib.text.Text))


def test_additions_are_drawn_and_may_be_saved(tmp_path: Path) -> None:
    chart = simple()
    before = chart.png()
    chart.axes.axvline(0.01, color="black")
    assert chart.png() != before
    for ending in ("png", "svg", "pdf"):
        assert chart.save(tmp_path / f"chart.{ending}").stat().st_size > 1000


def test_an_unknown_ending_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"use \.png, \.svg or \.pdf"):
        simple().save(tmp_path / "chart.bmp")


def test_cut_text_is_a_problem() -> None:
    chart = simple()
    chart.figure.text(0.97, 0.5, "over the edge")
    assert any("cut off" in problem for problem in chart.problems())


def test_text_on_text_is_a_problem() -> None:
    chart = simple()
    chart.axes.text(0.01, 0.3, "one thing")
    chart.axes.text(0.0105, 0.3, "another")
    assert any("overlap" in problem for problem in chart.problems())


def test_a_series_a_dict_and_pairs_draw_the_same_chart() -> None:
    values = {"a": 3.0, "b": 1.0}
    forms = [
        values,
        pd.Series(values),
        list(values.items()),
        pd.DataFrame({"name": values.keys(), "value": values.values()}),
    ]
    assert len({charts.bars(data, headline="x").png() for data in forms}) == 1


def test_a_frame_and_a_dict_of_lines_draw_the_same_chart() -> None:
    frame = pd.DataFrame({"one": [1, 2, 4], "two": [3, 3, 3]}, index=[0, 1, 2])
    lines = {"one": ([0, 1, 2], [1, 2, 4]), "two": ([0, 1, 2], [3, 3, 3])}
    assert charts.curves(frame, headline="x").png() == charts.curves(lines, headline="x").png()
