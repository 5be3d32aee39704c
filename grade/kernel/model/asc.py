"""grade/kernel/model/asc.py: a program of steps as one in C."""


def as_c(outcome):
    lines = [f"/* {outcome.failure.what}", " */"]
    for step in outcome.failure.done:
        lines.append(f"// {step.role}: " + "; ".join(
            f"{op[0].name} " + " ".join(hex(a) for a in op[1:])
            for op in step.ops))
    return "\n".join(lines) + "\n"
