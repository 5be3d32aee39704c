"""grade/kernel/unix/shell_cases.py: the shell, case by case."""

from grade.kernel.unix.cases import case

SHELL = [
    case("a pipe of three", "echo one two three | cat | wc -w", "3\n"),
    case("a pipe's status is its last program's",
         "false | true; echo $?; true | false; echo $?", "0\n1\n"),
    case("> and <", "echo hello >f; cat <f", "hello\n"),
    case("> cuts the file", "echo longer text >f; echo x >f; cat f", "x\n"),
    case(">> appends", "echo a >>f; echo b >>f; cat f", "a\nb\n"),
    case("redirections in any order", ">f echo a b; <f cat >g; cat g",
         "a b\n"),
    case("2> takes errors away", "cat nosuch 2>err; wc -l <err", "1\n"),
    case("2>&1 sends errors along", "cat nosuch 2>&1 | wc -l", "1\n"),
    case("; is a sequence", "echo a; echo b;echo c", "a\nb\nc\n"),
    case("&& goes on after success", """
        true && echo yes
        false && echo no
        true && false && echo no
        echo end
        """, "yes\nend\n"),
    case("|| goes on after failure", """
        false || echo yes
        true || echo no
        false && echo no || echo other
        """, "yes\nother\n"),
    case("& and wait", """
        (sleep 0.3; echo late) &
        echo early
        wait
        echo end
        """, "early\nlate\nend\n"),
    case("( ) is a shell of its own", """
        mkdir d
        (cd d; echo x >f)
        cat d/f
        ls
        """, "x\nd\n"),
    case("( ) can be redirected", "(echo a; echo b) >f; wc -l <f", "2\n"),
    case("( ) can be piped", "(echo a; echo b) | (cat; echo c)", "a\nb\nc\n"),
    case("( ) gives its last status", "(true; false) || echo failed",
         "failed\n"),
    case("single quotes", "echo 'a  b' '#x' '$?' 'a\"b' ';|&'",
         "a  b #x $? a\"b ;|&\n"),
    case("double quotes", 'echo "a  b" "it\'s" "a;b" "x\\"y"',
         'a  b it\'s a;b x"y\n'),
    case("quotes inside a word", "echo a'b c'd\"e f\"g", "ab cde fg\n"),
    case("an empty word", "echo x '' \"\" y", "x   y\n"),
    case("backslash", "echo a\\ \\ b \\# \\;", "a  b # ;\n"),
    case("comments", "# first\necho a # rest\necho b#c\n", "a\nb#c\n"),
    case("$? is the last status", """
        true; echo $?
        false; echo $?
        sh -c 'exit 42'; echo $? "$?" '$?'
        """, "0\n1\n42 42 $?\n"),
    case("cd, and back to /", "mkdir d; cd d; echo x >f; cd ..; cat d/f",
         "x\n"),
    case("a script in a file", """
        echo 'echo one' >s
        echo 'echo two; exit 3' >>s
        sh s
        echo $?
        """, "one\ntwo\n3\n"),
    case("commands from standard input", "echo 'echo in; false' | sh; echo $?",
         "in\n1\n"),
    case("a script's status is that of its last command", "true\nfalse\n",
         "", status=1),
    case("exit ends a script", "echo a\nexit 7\necho b\n", "a\n", status=7),
    case("a command over two lines", """
        echo a |
        cat
        true &&
        echo b
        (echo c
        echo d)
        """, "a\nb\nc\nd\n"),
    case("a command that does not exist", "nosuch; echo $?",
         r".*nosuch.*no such file or directory.*\n127\n", pattern=True),
    case("variables, in quotes too, and none", """
        A=hello
        echo $A ${A}s "$A" '$A' \\$A $A.
        echo x $B "$B" x
        """, "hello hellos hello $A $A hello.\nx  x\n"),
    case("a value is one word, and no pattern", """
        touch f
        A='a  * b'
        echo $A
        sh -c 'echo $#' 0 $A
        """, "a  * b\n1\n"),
    case("export, and what a child gets", """
        A=1
        B=2
        export B C=3
        sh -c 'echo $A $B $C'
        B=4
        env
        unset B
        env
        export 1=2
        """, """
        2 3
        B=4
        C=3
        C=3
        sh: export: 1=2: not a name
        """, status=2),
    case("a variable for one command", "A=1 sh -c 'echo $A'; echo $A.",
         "1\n.\n"),
    case("a script's words", """
        echo 'echo $0 $1 $2 $#' >s
        sh s one 'two words'
        sh -c 'echo $0 $1' name word
        """, "s one two words 2\nname word\n"),
    case("$$ and $! are pids", """
        sh -c 'echo $$ | grep -c "^[0-9]*$"'
        true & wait
        echo $! | grep -c "^[0-9]*$"
        """, "1\n1\n"),
    case("* and ? are names of files, sorted", """
        mkdir d e
        touch b a ab .hidden d/x d/y e/x
        echo * ? a* *b
        echo .h* d/* */x ?/?
        echo d/ */ //bin/c?t
        """, """
        a ab b d e a b d e a ab ab b
        .hidden d/x d/y d/x e/x d/x d/y e/x
        d/ d/ e/ //bin/cat
        """),
    case("* and ? that match nothing or are quoted stay", """
        touch a
        echo x* '*' "?" \\* nosuch/*
        """, "x* * ? * nosuch/*\n"),
    case("a star gives way as far as it must", """
        touch aXbXc aXc abc
        echo a*c a*X*c a**b*c *X? *a*
        """, """
        aXbXc aXc abc aXbXc aXc aXbXc abc aXbXc aXc aXbXc aXc abc
        """),
    case("#! names the program of a file, and an argument", """
        echo '#!/bin/sh' >s
        echo 'echo $0 $1' >>s
        ./s word
        s word
        echo '#! /bin/grep   b c  ' >g
        echo 'ab c' >f
        ./g f
        """, "./s word\ns word\n./g:#! /bin/grep   b c  \nf:ab c\n"),
    case("#! that leads to nothing", """
        echo '#!/nosuch' >a; ./a; echo $?
        echo '#!' >b; ./b; echo $?
        echo '#!./c' >c; ./c; echo $?
        """, """
        sh: ./a: the program in its first line: no such file or directory
        127
        sh: ./b: not an executable program
        126
        sh: ./c: too many interpreters of interpreters
        126
        """),
    case("jobs lists the commands in the background", """
        sleep 1000 &
        jobs
        jobs | wc -l
        kill $!
        (exit 3) & wait
        jobs
        jobs
        """, r"\[1\] \d+ running  sleep 1000\n1\n"
         r"\[1\] \d+ killed   sleep 1000\n\[2\] \d+ exit 3   \(exit 3\)\n",
         pattern=True),
    case("fg waits for a job and returns its status", """
        (sleep 0.3; echo first; exit 3) &
        sleep 1000 &
        fg %1
        echo $?
        jobs | wc -l
        fg 7
        echo $?
        kill $!
        fg
        echo $?
        jobs
        fg
        """, """
        (sleep 0.3; echo first; exit 3)
        first
        3
        1
        sh: fg: no such job
        1
        sleep 1000
        255
        sh: fg: no such job
        """, status=1),
    case("a folder is not a script", "sh /; echo $?; sh < /bin; echo $?", """
        sh: /: is a directory
        126
        sh: standard input: is a directory
        126
        """),
    case("a script that does not exist", "sh nosuch; echo $?", """
        sh: nosuch: no such file or directory
        127
        """),
    case("redirections leave the shell's own descriptors alone", """
        echo 'cd . 3>f 4>g; cd . >&3; cd . 1>x >&4; cd . >&31' >s
        echo 'cd . >&10; echo a 3>f; echo b >&3; echo c' >>s
        sh s 2>err
        wc -l <err
        """, "a\nc\n5\n"),
    case("a syntax error says where", """
        echo 'echo a' >s
        echo 'echo b; | c' >>s
        sh s
        sh -c 'echo "abc'
        sh -c '(echo'
        sh -c 'echo >'
        """, """
        a
        sh: line 2, column 9: syntax error near '|'
        sh: line 1, column 6: syntax error: " without an end
        sh: line 1, column 6: syntax error near end of input
        sh: line 1, column 7: syntax error near end of line
        """, status=2),
    case("a syntax error", "echo before\n| |\necho after\n",
         r"before\n.*syntax error.*\n", status=2, pattern=True),
    case("a missing input file", "cat <nosuch; echo $?",
         r".*nosuch.*no such file or directory.*\n1\n", pattern=True),
    case("a long pipe of cats",
         "echo x | cat | cat | cat | cat | cat | cat | cat | cat", "x\n"),
    case("words and lists of files of any length", f"""
        A={1100 * 'a'}
        echo $A$A | wc -c
        echo {3000 * 'b'} | wc -c
        echo {' '.join(300 * ['*'])} | wc -w
        echo $A$A$A c | wc -w
        """, "2201\n3001\n300\n2\n"),
    case("no path is as long as a pattern may be", f"""
        echo {255 * 'x'}/* | wc -c
        echo {256 * '/'}* | wc -c
        """, "258\n258\n"),
    case("a built-in command whose output goes nowhere", """
        echo x >f
        export A=1
        export 1<f
        echo $?
        (true)
        echo $?
        """, "sh: export: standard output: bad file descriptor\n1\n0\n"),
    case("a status is from 0 to 255", """
        sh -c 'exit 255'; echo $?
        sh -c 'exit 256'; echo $?
        sh -c 'exit -1'; echo $?
        sh -c 'exit 4294967294'; echo $?
        """, """
        255
        sh: exit: 256: not a status
        2
        sh: exit: -1: not a status
        2
        sh: exit: 4294967294: not a status
        2
        """),
    case("a file that is not a program", """
        echo text >f
        f
        echo $?
        """, r".*f.*not an executable program.*\n126\n", pattern=True),
]
