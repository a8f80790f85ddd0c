"""Whether the wheel holds all that the product needs, and answers from nothing but itself and its dependencies."""

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKED = ("extranet", "directory", "workspaces", "templates", "static")
FIRST_PAGE = """
import sys; sys.path[:] = [path for path in sys.path if path not in ("", {root!r})]; sys.path.insert(0, {folder!r})
import wsgi
app = wsgi.create_app({{"DATA_DIR": {data!r}}})
app.test_cli_runner().invoke(args=["doctor"])
answer = app.test_client().get("/", headers={{"Accept-Language": "fi"}})
assert wsgi.__file__.startswith({folder!r}), wsgi.__file__
assert answer.status_code == 200, answer.status
assert 'lang="fi"' in answer.text, "not in Finnish"
"""


def main(wheel: str) -> None:
    with zipfile.ZipFile(wheel) as archive, tempfile.TemporaryDirectory() as scratch:
        missing = sorted(_wanted() - set(archive.namelist()))
        if missing:
            sys.exit("The wheel lacks:\n  " + "\n  ".join(missing))
        folder = str(Path(scratch) / "wheel")
        archive.extractall(folder)
        code = FIRST_PAGE.format(root=str(ROOT), folder=folder, data=str(Path(scratch) / "data"))
        subprocess.run([sys.executable, "-c", code], check=True, cwd=scratch)
    print(f"{Path(wheel).name}: complete, and its first page answers")


def _wanted() -> set[str]:
    tracked = subprocess.run(["git", "ls-files", *PACKED], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    built = [path for path in (ROOT / "static" / "build").rglob("*") if path.is_file()]
    compiled = [path for package in PACKED for path in (ROOT / package).rglob("*.mo")]
    if not built or not compiled:
        sys.exit("Nothing is built; run make setup first.")
    names = tracked.splitlines() + [path.relative_to(ROOT).as_posix() for path in built + compiled]
    return {_place(name) for name in names} | {"wsgi.py"}


def _place(name: str) -> str:
    return f"extranet/{name}" if name.startswith(("templates/", "static/")) else name


if __name__ == "__main__":
    main(sys.argv[1])
