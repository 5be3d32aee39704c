"""grade/selftest/stub_computers.py: simulated computers whose programs are
stubs, for the tests of set-up."""

import shutil
import subprocess

from grade.machine.host.build import ROOT

TOOLS = ROOT / "grade/tools/setup"
UTILITIES = ("cat chmod cp cut dirname env grep head ls mkdir mktemp rm sed "
             "sh sleep sort tail timeout tr").split()

# The stubs, in sh. $here is the folder of the computer.
DOES_NOTHING = "exit 0"
HANGS = "exec sleep 1000"
# Creates the file that -o names.
ANYTHING = """while [ $# -gt 0 ]; do
    [ "$1" != -o ] || echo made >"$2"
    shift
done"""
QEMU = """case "$*" in
*--version*) echo "QEMU emulator version 9.2" ;;
*) echo "virt board" ;;
esac"""
OLD_GCC = """case "$*" in
*-dumpversion*) echo 9.9 ;;
*-march=*) exit 1 ;;
esac"""
# A Python with some modules. The system's Python also has those of packages.
PYTHON = """case "$2" in *'"/usr/lib"'*) [ -n "SYSTEM" ]; exit ;; esac
shift 2
for module; do
    case " MODULES " in *" $module "*) continue ;; esac
    [ -n "SYSTEM" ] || exit 1
    grep -qx "python3-$module\\|python3-pytest-$module" "$here/installed" ||
        exit 1
done
echo usable"""
APT_GET = """[ "$1" = install ] || exit "$(cat "$here/update")"
shift 3
for package; do
    grep -qx "$package" "$here/unknown" || continue
    echo "E: Unable to locate package $package" >&2
    exit 100
done
for package; do
    echo "$package" >>"$here/installed"
    [ ! -d "$here/brings/$package" ] ||
        cp "$here/brings/$package/"* "$here/bin"
done"""
APT_CACHE = """grep -qx "$2" "$here/unknown" || echo "Package: $2" """
DPKG_QUERY = """eval package=\\$$#
! grep -qx "$package" "$here/installed" || echo install ok installed"""
SUDO = """echo "$*" >>"$here/sudo"
id() { echo 0; }
"$@" """

BROUGHT = {
    "make": {"make": ANYTHING},
    "mawk": {"awk": ANYTHING},
    "gcc": {"cc": f'[ -e "$here/bin/libc" ] || exit 1\n{ANYTHING}'},
    "libc6-dev": {"libc": ANYTHING},
    "gcc-riscv64-linux-gnu": {
        f"riscv64-linux-gnu-{tool}": ANYTHING
        for tool in ("gcc", "ld", "ar", "nm", "objcopy", "strip")},
    "clang": {"clang": ANYTHING},
    "lld": {"ld.lld": ANYTHING},
    "llvm": {f"llvm-{tool}": ANYTHING
             for tool in ("ar", "nm", "objcopy", "strip")},
    "clang-format": {"clang-format": ANYTHING},
    "qemu-system-riscv": {"qemu-system-riscv64": QEMU},
    "qemu-system-misc": {"qemu-system-riscv64": QEMU},
    "gdb-multiarch": {"gdb-multiarch": "echo usable"},
    "python3": {"system-python3": PYTHON.replace("SYSTEM", "yes")},
    "bubblewrap": {"bwrap": ANYTHING},
    "git": {"git": ANYTHING},
    "debootstrap": {"debootstrap": ANYTHING},
    "parallel": {"parallel": "echo GNU parallel"},
    "ccache": {"ccache": ANYTHING},
    "rsync": {"rsync": ANYTHING},
    "chromium": {"chromium": ANYTHING},
    "chromium-driver": {"chromedriver": ANYTHING},
}


class Computer:
    """Its PATH has only the usual utilities and apt-get. apt-get has every
    package that is not in the file `unknown`."""

    def __init__(self, folder):
        self.folder = folder
        self.bin = folder / "bin"
        self.project = folder / "project"
        self.settings = {
            "PATH": str(self.bin), "TMPDIR": str(folder),
            "SYSTEM_PYTHON": str(self.bin / "system-python3")}
        shutil.copytree(TOOLS, self.project / "grade/tools/setup")
        self.bin.mkdir()
        for name in UTILITIES:
            (self.bin / name).symlink_to(shutil.which(name))
        self.write("installed", "")
        self.write("unknown", "")
        self.write("update", "0")
        self.add("id", "echo 0")
        self.add("apt-get", APT_GET)
        self.add("apt-cache", APT_CACHE)
        self.add("dpkg-query", DPKG_QUERY)
        for package, programs in BROUGHT.items():
            for name, text in programs.items():
                self.add(f"../brings/{package}/{name}", text)

    def write(self, name, content):
        (self.folder / name).write_text(content, encoding="utf-8")

    def add(self, name, text=ANYTHING):
        path = self.bin / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\nhere='{self.folder}'\n{text}\n",
                        encoding="utf-8")
        path.chmod(0o755)

    def add_python(self, name, modules):
        self.add(name, PYTHON.replace("MODULES", modules).replace(
            "SYSTEM", ""))

    def install(self, *packages):
        subprocess.run([self.bin / "apt-get", "install", "-y", "-q",
                        *packages], env=self.settings, check=True)

    def installed(self):
        return set((self.folder / "installed").read_text("utf-8").split())

    def run(self, script, *goals, **settings):
        done = subprocess.run(
            ["sh", f"grade/tools/setup/{script}", *goals], cwd=self.project,
            env={**self.settings, **settings}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            encoding="utf-8")
        return done.returncode, done.stdout

    def setup(self, *goals, **settings):
        return self.run("setup.sh", *goals, **settings)

    def probe(self, *goals, **settings):
        status, text = self.run("probe.sh", *goals, **settings)
        assert status == 0 and text.count("\n") == 1, text
        return text.rstrip("\n")
