"""Locks the dependencies that setup.cfg names: exact versions with hashes, for every platform, no index's address.

requirements.lock is what an installation needs, requirements-dev.lock adds the tools and holds the same versions.
``--upgrade`` takes the newest versions that setup.cfg allows; without it the locked ones stay.
"""

import configparser
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMPILE = (
    "uv", "pip", "compile", "-", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes",
    "--no-emit-index-url", "--no-emit-find-links", "--no-header", "--no-annotate",
)  # fmt: skip


def main(arguments: list[str]) -> None:
    upgrade = ["--upgrade"] if "--upgrade" in arguments else []
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    extras = setup["options.extras_require"]
    runtime = setup["options"]["install_requires"] + extras["assets"]
    _compile(runtime, ROOT / "requirements.lock", upgrade)
    _compile(runtime + extras["dev"], ROOT / "requirements-dev.lock", [*upgrade, "-c", "requirements.lock"])


def _compile(requirements: str, lock: Path, options: list[str]) -> None:
    command = [*COMPILE, "--output-file", lock.name, *options]
    subprocess.run(command, input=requirements, text=True, check=True, cwd=ROOT)
    print(f"{lock.name}: {lock.read_text(encoding='utf-8').count('==')} packages")


if __name__ == "__main__":
    main(sys.argv[1:])
