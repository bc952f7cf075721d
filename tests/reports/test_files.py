"""Reports become files."""

import json
import os
import re
import stat
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt

from reports import files, summary
from reports.document import document, render_json
from reports.files import begin, write
from reports.schema import schema
from reports.summary import SENTENCES_SHOWN, SHOWN_FIRST, escape, fence, render_summary
from spec import requirements
from tests.reports import samples
from tests.reports.html import pages

REPORT = samples.failing_report()


def test_the_document_follows_the_schema() -> None:
    loaded = json.loads(render_json(REPORT))
    Draft202012Validator(schema()).validate(loaded)
    assert loaded == json.loads(json.dumps(document(REPORT)))


def test_a_report_without_target_follows_the_schema() -> None:
    bare = samples.report()
    Draft202012Validator(schema()).validate(json.loads(render_json(bare)))


def test_the_document_tells_the_whole_violation() -> None:
    failed = document(REPORT)["requirements"][0]
    assert [each["count"] for each in failed["violations"]] == [3, 1]
    assert failed["violations"][0]["exchanges"][1]["response"]["body"] == '{"results": []}'
    assert failed["violations"][0]["curl"].startswith("curl -i 'http://127.0.0.1:8000/api/v2/bat")


def test_summary_tells_verdict_open_requirements_and_evidence() -> None:
    text = render_summary(REPORT)
    assert text.startswith("## Conformance: nonconformant\n")
    assert "| fail | must | results-null-unless-expanded |" in text
    assert "| not-exercised | must | results-page-walk | exercised once, 2 times needed |" in text
    assert "| pass |" not in text
    assert text.count("<details>") == text.count("</details>") == 3
    assert "```sh\ncurl -i " in text


def test_summary_tells_first_what_broke_and_how_to_repeat_it() -> None:
    lines = render_summary(REPORT).split("\n")
    begin = lines.index(
        "**must failed: results-null-unless-expanded.** A read that does not ask for results answers with none."
    )
    assert begin < 12
    assert lines[begin + 1] == "results has 2 entries"
    assert lines[begin + 4].startswith("curl -i 'http://127.0.0.1:8000/api/v2/batches/bat-1")
    assert any(line.startswith("**should failed: list-page-size-respected.**") for line in lines[: begin + 16])


def test_summary_of_many_failures_tells_the_first_ones_and_counts_the_others() -> None:
    text = render_summary(pages.hostile())
    assert text.count("**must failed: ") == SHOWN_FIRST
    assert f"{len(requirements.load()) - SHOWN_FIRST} more failed, see below." in text


def test_summary_of_the_worst_report_is_taken_by_github() -> None:
    text = render_summary(pages.hostile(30))
    assert len(text.encode()) < 1024 * 1024
    assert "more violations are in `report.json`." in text
    assert "- and 550 more in `report.json`" in text
    assert text.count("\n- ") == SENTENCES_SHOWN + 1


def test_summary_tells_what_was_spent() -> None:
    assert "Spent: 213 requests, 1,090 uploads, 13 batches, 1 billable file." in render_summary(samples.report())


def test_summary_stays_below_the_limit_and_says_what_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(summary, "LIMIT", 2500)
    text = render_summary(REPORT)
    assert len(text.encode()) < 2600
    assert "more violations are in `report.json`." in text


@pytest.mark.parametrize(
    "text",
    [
        "a | b",
        "<script>alert(1)</script>",
        "**bold** _it_ `code` [a](http://127.0.0.1) ![i](x)",
        "back\\slash \\| end\\",
        "&amp; ~~gone~~ #1 @someone $x$ :tada:",
    ],
)
def test_markdown_shows_exactly_the_text(text: str) -> None:
    html = MarkdownIt("gfm-like", {"linkify": False}).render(f"| a |\n| - |\n| {escape(text)} |\n")
    cells = re.findall("<td>(.*?)</td>", html)
    unescaped = (cells[0].replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')).replace("&amp;", "&")
    assert unescaped == text


def test_a_fence_outlasts_the_backticks_in_it() -> None:
    assert fence(["a ```` b"], "text") == ["`````text", "a ```` b", "`````"]


def test_files_are_written_into_a_new_directory(tmp_path: Path) -> None:
    directory = tmp_path / "a" / "b"
    paths = write(REPORT, directory)
    assert [path.name for path in paths] == ["report.json", "junit.xml", "summary.md", "report.html", "badge.svg"]
    assert sorted(directory.iterdir()) == sorted(paths)
    assert json.loads(paths[0].read_text(encoding="utf-8"))["verdict"] == "nonconformant"


def test_files_are_as_readable_as_others(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.touch()
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (other, *write(REPORT, tmp_path))}
    assert len(modes) == 1


def test_a_failed_rendering_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "report.json").write_text("old", encoding="utf-8")

    def fail(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="no space left"):
        write(REPORT, tmp_path)
    assert os.listdir(tmp_path) == ["report.json"]
    assert (tmp_path / "report.json").read_text(encoding="utf-8") == "old"


def test_what_earlier_and_killed_runs_left_behind_is_removed(tmp_path: Path) -> None:
    left, under_way, foreign = (tmp_path / name for name in (".report.json.a", ".junit.xml.b", ".other.c"))
    earlier = [tmp_path / name for name in files.RENDERERS]
    for path in (left, under_way, foreign, *earlier):
        path.touch()
    for path in (left, foreign):
        os.utime(path, (0, 0))
    begin(REPORT, tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([under_way, foreign, tmp_path / "report.json"])
    assert (tmp_path / "report.json").read_text(encoding="utf-8") == render_json(REPORT)


def test_every_artefact_has_a_renderer() -> None:
    assert set(files.RENDERERS) == {"report.json", "junit.xml", "summary.md", "report.html", "badge.svg"}
