"""grade/tools/view/__init__.py: `make view`: a program's memory, in pictures.

The machine has one hart. QEMU's debugger stops it where traps enter the kernel
(a register says where that is) and where they leave it, and the page tables
are read from guest RAM. So the pictures show the truth, whatever the kernel
reports, and need no symbols:

    recorder.py      stops the machine, and compares before and after
    seen_process.py  what is known about a process and about a moment
    seen_space.py    page tables, and how to find those of a new child
    moments.py       what happened, in words
    ranges.py        similar pages as one row, and their frames
    drawing.py       one moment as SVG
    view_page.py     all moments as one HTML file, with page.css and page.js
"""
