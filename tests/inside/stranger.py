"""A user with a project of their own, who has installed the package."""

import os
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

from tests.quick_python.starting import REAL

ROOT = Path(__file__).parents[2]
GENERAL = ("fixtures", "spec", "tests")
"""Names of ours that a user's packages may have as well."""
NO_OTHERS = [word for plugin in ("randomly", "schemathesis", "cacheprovider") for word in ("-p", f"no:{plugin}")]
TIME_LIMIT = 120


@dataclass(frozen=True)
class Stranger:
    """The folder of a project that has packages with such names."""

    folder: Path

    @property
    def variables(self) -> dict[str, str]:
        path = os.pathsep.join([str(self.folder), str(self.folder / "site")])
        return {"PATH": os.environ["PATH"], "PYTHONPATH": path, "LLAMA_CLOUD_API_KEY": "of the user", "COLUMNS": "200"}

    def start(self, program: str, **variables: str) -> "subprocess.Popen[str]":
        """Start a program in the folder."""
        return subprocess.Popen(
            [REAL, "-c", program],
            cwd=self.folder,
            env=self.variables | variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def pytest(self, *words: str, files: dict[str, str]) -> "subprocess.CompletedProcess[str]":
        """Run pytest on these files, without a word about the plugin."""
        for name, text in files.items():
            (self.folder / name).write_text(text, encoding="utf-8")
        return subprocess.run(
            [REAL, "-m", "pytest", *NO_OTHERS, *words],
            cwd=self.folder,
            env=self.variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=TIME_LIMIT,
            check=False,
        )


def stranger_in(folder: Path) -> Stranger:
    """Make the project, and in `site` what an installer makes of the package."""
    for name in GENERAL:
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text("OF_THE_USER = True\n", encoding="utf-8")
    installed = folder / "site" / "batches_conformance-0.0.0.dist-info"
    installed.mkdir(parents=True)
    (folder / "site" / "batches_conformance").symlink_to(ROOT / "batches_conformance")
    (installed / "METADATA").write_text("Name: batches-conformance\nVersion: 0.0.0\n", encoding="utf-8")
    (installed / "RECORD").write_text("batches_conformance/__init__.py,,\n", encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = (f"{name} = {place}" for name, place in project["entry-points"]["pytest11"].items())
    (installed / "entry_points.txt").write_text("\n".join(["[pytest11]", *lines]), encoding="utf-8")
    return Stranger(folder)
