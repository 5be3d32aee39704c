"""grade/edges: where the kernel meets a machine, a program or a person that it
cannot choose."""
