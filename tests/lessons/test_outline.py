"""The table behind the map of the course."""

from course import outline


def test_every_lesson_has_its_place():
    table = outline()
    assert list(table.columns) == ["section", "lesson", "title", "minutes", "begins", "ends"]
    assert table.iloc[0]["title"] == "Welcome"
    assert (table["ends"] > table["begins"]).all()


def test_lessons_of_a_section_follow_one_another():
    iam = outline().query("section == '01-iam'")
    assert iam.iloc[0]["begins"] == 0
    assert list(iam["begins"][1:]) == list(iam["ends"][:-1])
