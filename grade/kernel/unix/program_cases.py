"""grade/kernel/unix/program_cases.py: the programs, case by case."""

from grade.kernel.unix.cases import case

PROGRAMS = [
    case("cat: several files, and standard input",
         "echo a >f; echo b >g; echo c | cat f - g", "a\nc\nb\n"),
    case("cat: an error names the file and the reason", "cat nosuch",
         "cat: nosuch: no such file or directory\n", status=1),
    case("cp", "echo x >f; cp f g; echo y >f; cat g", "x\n"),
    case("echo -n", "echo -n a; echo b", "ab\n"),
    case("false and true", "true; echo $?; false; echo $?", "0\n1\n"),
    case("free names total and free memory", "free | grep -c '[0-9]'",
         r"[1-9]\d*\n", pattern=True),
    case("grep prints the lines that match", """
        echo apple >f
        echo banana >>f
        echo cherry >>f
        grep an f
        grep zzz f
        echo $?
        """, "banana\n1\n"),
    case("head -n", "echo a >f; echo b >>f; echo c >>f; head -n 2 f",
         "a\nb\n"),
    case("tail -n", "echo a >f; echo b >>f; echo c >>f; tail -n 2 f",
         "b\nc\n"),
    case("kill: no such process", "kill 99999",
         "kill: 99999: no such process\n", status=1),
    case("ln: two names of one file", """
        echo x >f
        ln f g
        echo y >>g
        cat f
        rm f
        cat g
        """, "x\ny\nx\ny\n"),
    case("ls sorts its names", "touch b c a; ls", "a\nb\nc\n"),
    case("ls: an error names the file", "ls nosuch",
         "ls: nosuch: no such file or directory\n", status=1),
    case("mkdir, and a directory twice", "mkdir d; mkdir d; echo $?",
         "mkdir: d: file exists\n1\n"),
    case("mv", "echo x >f; mv f g; cat g; ls", "x\ng\n"),
    case("mv and cp: a slash after what goes into a directory", """
        mkdir a b c; echo x >a/f
        mv a/ b; cat b/a/f
        mv b/ c; cat c/b/a/f
        ls
        """, "x\nx\nc\n"),
    case("cat: its input is its output", """
        echo x >f
        cat f >>f
        cat f
        """, "cat: f: is the output, too\nx\n"),
    case("nobody reads what is written", """
        cat /bin/sh | head -n 1 | wc -l
        tail -n 1000 /bin/sh | true
        grep -v x /bin/sh | true
        """, "1\n"),
    case("rm, and what is not there", "touch f; rm f; rm f",
         "rm: f: no such file or directory\n", status=1),
    case("rm: a directory with something in it stays", """
        mkdir d
        touch d/f
        rm d
        ls
        """, r"rm: d: .*\nd\n", pattern=True),
    case("rm -r: deeper than a path can be",
         "mkdir d; cd d; echo x >0\n"
         + "mkdir abcdefghijklmn; cd abcdefghijklmn; echo x >f\n" * 40
         + "cd ..\n" * 41 + "rm -r d; echo $?; ls\n", "0\n"),
    case("sleep", "sleep 0.1; echo $?", "0\n"),
    case("sync", "echo x >f; sync; cat f", "x\n"),
    case("time", "time true 2>&1", r"0\.\d{6} s\n", pattern=True),
    case("touch", "touch f; wc -c f", "0 f\n"),
    case("wc counts lines, words and bytes", "echo a bc >f; wc f",
         r"\s*1\s+2\s+5\s+f\n", pattern=True),
    case("zombie's child becomes init's", "zombie; echo $?",
         r"zombie: .*\n0\n", pattern=True),
    case("/dev/null swallows and is empty",
         "echo x >/dev/null; cat /dev/null | wc -c", "0\n"),
    case("/dev/vmstat is text",
         "grep -c '^[a-z_]* [0-9]*$' /dev/vmstat", r"[1-9]\d*\n",
         pattern=True),
    case("ls /proc has this process and itself", """
        ls /proc | grep meminfo
        ls /proc/self
        """, "meminfo\npagemap\nsmaps\nstatus\n"),
    case("/proc: nothing can be changed", """
        echo x >/proc/meminfo
        rm /proc/1/status
        mkdir /proc/d
        ln /proc/meminfo f
        mv /proc/1 d
        cat /proc/01/status
        cat /proc/1/status/x
        """, """
        sh: /proc/meminfo: permission denied
        rm: /proc/1/status: operation not permitted
        mkdir: /proc/d: operation not permitted
        ln: /proc/meminfo: operation not permitted
        mv: /proc/1 to d: operation not permitted
        cat: /proc/01/status: no such file or directory
        cat: /proc/1/status/x: not a directory
        """, status=1),
    case("pmap, and of no such process", """
        pmap 1 | grep -c K
        pmap 99999
        echo $?
        pmap x
        """, """
        4
        pmap: 99999: no such process
        1
        usage: pmap [-x] PID...
        """, status=2),
    case("ps, smem and top name init",
         "ps | grep -c init; smem | grep -c init; top -n 1 | grep -c init",
         "1\n1\n1\n"),
    case("top shows as many screens as it was told to",
         "top -d 1 -n 2 </dev/null | grep -c PID", "2\n"),
    case("top and vmstat end when nobody reads", """
        vmstat 1 | head -n 1 | wc -l
        top -d 1 | head -n 1 | wc -l
        """, "1\n1\n"),
    case("top ends with q", "echo q | top | grep -c PID; true", r"[01]\n",
         pattern=True),
    case("vmstat, and a bad number", "vmstat | wc -l; vmstat 0",
         "2\nvmstat: 0: not a number from 1 to 86400\n", status=2),
    case("names are told apart up to 14 letters",
         "echo 1 >abcdefghijklmn; echo 2 >abcdefghijklmo; "
         "cat abcdefghijklmn abcdefghijklmo", "1\n2\n"),
    case("no program reads a folder from standard input", """
        cat </
        wc </bin; grep a <.; head </proc; tail <../
        """, """
        cat: standard input: is a directory
        wc: standard input: is a directory
        grep: standard input: is a directory
        head: standard input: is a directory
        tail: standard input: is a directory
        """, status=1),
    case("only a folder gets a name with a slash at its end", """
        mkdir a
        mv a b/
        echo >f
        mv f g/
        mv f b/
        ls b
        """, """
        mv: g/: not a directory
        f
        """),
]
