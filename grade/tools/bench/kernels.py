"""grade/tools/bench/kernels.py: build the kernels that are compared."""

import json
import shutil

from grade.machine.host import sandbox
from grade.machine.host.build import (
    ROOT, BuildError, Config, build, make_command)
from grade.series.patches import read_series
from grade.series.stack import copy_project, take_off

FOLDER = ROOT / "build" / "bench"
STARTER, FINISHED = "starter", "finished"


def build_kernels():
    """Build both kernels. Returns their Configs by name. Programs and mkfs are
    the same for both."""
    finished = build()
    return {STARTER: starter_of(finished), FINISHED: finished}


def starter_of(config):
    """The Config for the starter, which is this kernel with the series taken
    off."""
    folder = FOLDER / STARTER
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    copy_project(ROOT, folder)
    take_off(folder, read_series(ROOT))
    status, text = sandbox.run_plainly(*make_command("-s", "kernel-config"),
                                       folder)
    if status != 0:
        raise BuildError("the starter does not build:\n" + text)
    made = json.loads((folder / text.splitlines()[-1]).read_text("utf-8"))
    values = json.loads(config.text())
    values["kernel"] = str(folder / made["kernel"])
    path = FOLDER / f"{STARTER}.json"
    path.write_text(json.dumps(values), "utf-8")
    return Config(path)
