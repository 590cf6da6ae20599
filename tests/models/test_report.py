"""The quality report: one section made anew takes its place among the others."""

from orator.models.training.evaluation.evaluate import put_into

REPORT = "# Quality\n\nText.\n\n## Phones\n\n| a |\n\n## Runtimes\n\nold\n\n## Last\n\nend\n"


def test_a_section_made_anew_takes_its_place() -> None:
    made = put_into(REPORT, "## Runtimes\n\nnew\n")
    assert made == REPORT.replace("old", "new")
    assert put_into(REPORT, "## Last\n\nother\n") == REPORT.replace("end\n", "other\n")
    assert put_into(REPORT, "## More\n\nx\n") == REPORT + "\n## More\n\nx\n"
