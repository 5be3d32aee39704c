"""grade/course/handout/repository.py: the folder of a hand-out, with its one
commit."""

import ast
import re
import shutil

from grade.course.handout.lab import FILES, LABS
from grade.course.links import broken_links
from grade.machine.host.build import UserError
from grade.series.git import git, git_lines
from grade.series.patches import PAGES, PARTS

GIVEN_STEPS = "docs/given.md"
PATH = re.compile(r"(?<![\w./-])[\w.-]+/(?:[\w./-]*\w)?")


def check_clean(root):
    """Raise UserError unless everything is committed."""
    if not (root / ".git").exists():
        raise UserError("this folder is not a git repository")
    changed = git_lines(root, "status", "--porcelain")
    if changed:
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        raise UserError(f"commit or remove first: {changed[0][3:]}{more}")


def check_out(root, folder):
    """Put the committed files of `root` into `folder`."""
    git(root, "checkout-index", "--all", f"--prefix={folder}/")


def fill(lab, source, step, folder):
    """Make the files of the hand-out: files of the project in `source` and
    pages in `step`, as far as the lab takes them, the kernel in `step`, and
    the files for all labs and for this one."""
    chosen = {path: name for path, name in below(source).items()
              if name.parts[0] not in PARTS and lab.takes(str(name))}
    pages = below(step / PAGES, step)
    chosen.update((path, name) for path, name in pages.items()
                  if lab.takes(str(name)))
    chosen.update(below(step / "kernel", step))
    for files in source / LABS / FILES, source / LABS / lab.name / FILES:
        chosen.update(below(files))
    for path, name in chosen.items():
        copy = folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)


def below(folder, root=None):
    """The files, and their names in `root`."""
    return {path: path.relative_to(root or folder)
            for path in folder.rglob("*") if path.is_file()}


def names_below(folder):
    return [str(name) for name in below(folder).values()]


def check_pages(folder, source):
    """No page may link to a file of the project in `source` that is left out,
    or name its path."""
    paths = sorted(path.relative_to(folder) for path in folder.rglob("*.md"))
    for path in paths:
        for name in PATH.findall((folder / path).read_text("utf-8")):
            if (source / name).exists() and not (folder / name).exists():
                raise UserError(f"{path}: names {name}, which is left out")
    for finding in broken_links(folder, paths):
        raise UserError(f"in the hand-out, {finding}")


def check_imports(folder):
    """Raise UserError if a module imports, at its top level, one that is left
    out."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            for module, name in imports(node):
                if not is_there(folder.joinpath(*module.split(".")), name):
                    raise UserError(
                        f"{path.relative_to(folder)}:{node.lineno}: needs "
                        f"{module}.{name}, which is left out")


def imports(node):
    """The (module, name) that a statement takes from our packages."""
    if isinstance(node, ast.ImportFrom) and node.module.startswith("grade"):
        for alias in node.names:
            yield node.module, alias.name


def is_there(path, name):
    """True if the module has the name. A package has it as a module of its
    own, or defines it in its __init__.py."""
    return any(file.exists() for file in (
        path.with_suffix(".py"), path / f"{name}.py", path / name)) or (
        name in names_of(path / "__init__.py"))


def names_of(path):
    """The names that a Python file defines, if the file exists."""
    body = ast.parse(path.read_text("utf-8")).body if path.exists() else []
    names = {node.name for node in body
             if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
    return names | {target.id for node in body if isinstance(node, ast.Assign)
                    for target in node.targets
                    if isinstance(target, ast.Name)}


def tell_given(lab, folder, patches):
    """Describe what the kernel of a later step already has, in the words of
    the patches."""
    page = f"{lab.name}.md"
    parts = ["# What this kernel has already\n",
             f"[{page}]({page}) describes the kernel as it was before the "
             "lab. In this kernel,\nthese steps have been done; the other "
             "pages describe it as it is.\n"]
    parts += [f"## {patch.number}. {patch.subject}\n\n{patch.message}\n"
              for patch in patches]
    (folder / GIVEN_STEPS).write_text("\n".join(parts), "utf-8")
    with open(folder / "README.md", "a", encoding="utf-8") as readme:
        readme.write("\n## What has been done\n\nThis kernel is not the "
                     f"lab's beginning: [{GIVEN_STEPS}]({GIVEN_STEPS}) says "
                     "what has been done.\n")


def commit(lab, step, folder):
    """Commit everything in the folder, with nothing else in git. `step` is
    None for the beginning of the lab."""
    title = f"Calf, lab {lab.name}: {lab.title}"
    git(folder, "init", "--quiet", "--template=", "--initial-branch=main")
    git(folder, "config", "core.logAllRefUpdates", "false")
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "-m",
        title if step is None else f"{title}, from step {step}")
    git(folder, "config", "--unset", "core.logAllRefUpdates")
    return git_lines(folder, "rev-parse", "HEAD")[0]
