"""grade/tools/view/__init__.py: `make view`: a program's memory, in pictures.

The machine has one hart. QEMU's debugger stops it where traps go in, which a
register tells, and where they come out, and the page tables are read in guest
RAM. So the pictures show what is there, whatever the kernel says, and no
symbol of it is needed:

    recorder.py      stops; which process it is; what it had, and has now
    seen_process.py  what is known of a process, and of a moment
    seen_space.py    its page tables, and how to find those of a new child
    moments.py       what happened, in words
    ranges.py        pages that behave alike; the frames behind them
    drawing.py       one moment as SVG
    view_page.py     all of them as one HTML file, with page.css and page.js
"""
