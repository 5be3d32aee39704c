"""grade/trials/damage/unreadable.py: boot the kernel on a disk with an
unreadable block.

QEMU's blkdebug fails every read of one block. Everything else works.
"""

from grade.machine import run_to_end
from grade.machine.host.limits import limit
from grade.machine.image import make_image
from grade.machine.qemu import ON_STDOUT, Machine
from grade.trials.power.volume import BLOCK, NDIRECT, Layout, Volume

SECTORS = BLOCK // 512
SECONDS = 30


def make_disk(config, folder, commands):
    """An image on which init runs the commands. The file /big has a table of
    blocks."""
    script, big = folder / "run.sh", folder / "big"
    script.write_text(commands, encoding="utf-8")
    big.write_bytes(bytes(range(256)) * (BLOCK // 256) * (NDIRECT + 10))
    return make_image(config, folder / "disk.img",
                      {"/run.sh": f"/run.sh={script}", "/big": f"/big={big}"})


def run_disk(config, image, unreadable=None):
    """Boot the kernel, with that block unreadable if one is given. Returns the
    output."""
    drive = ["if=none,id=x0,driver=raw"]
    if unreadable is None:
        drive.append(f"file.filename={image}")
    else:
        rules = image.with_suffix(".conf")
        rules.write_text(
            '[inject-error]\nevent = "read_aio"\nerrno = "5"\n'
            f'sector = "{unreadable * SECTORS}"\n', encoding="utf-8")
        drive += ["file.driver=blkdebug", f"file.config={rules}",
                  f"file.image.filename={image}"]
    machine = Machine(args="quiet panic=exit run /run.sh")
    text = bytearray()
    ending = run_to_end.run(
        machine.command(config.path("kernel"), image, ON_STDOUT,
                        drive=["-drive", ",".join(drive)]),
        text.extend, limit(SECONDS))
    assert not (ending.timed_out or ending.panicked or ending.died), text
    return text.decode("utf-8", errors="replace")


def volume_on(image):
    data = image.read_bytes()

    def block(number):
        return data[number * BLOCK:][:BLOCK]

    return Volume(Layout(block(0)), block)


def table_of(volume, path):
    """The file's only table of blocks."""
    found, = (volume.all_blocks(volume.find(path))
              - set(volume.blocks(path)))
    return found
