"""grade/course/page.py: the results of a class as one page of HTML, which
needs nothing else."""

from html import escape

from grade.course.table import groups
from grade.results import write_whole

STYLE = """
body { font: 15px/1.5 sans-serif; margin: 2em auto; max-width: 75em;
  padding: 0 1em; color: #222; background: #fff; }
table { border-collapse: collapse; }
th, td { padding: .25em .6em; text-align: right; vertical-align: top;
  border-bottom: 1px solid #ddd; }
th { cursor: pointer; position: sticky; top: 0; background: #f4f4f4; }
th:first-child, td:first-child, td.text { text-align: left; }
td.less { color: #a00; }
details { margin: .6em 0; border: 1px solid #ddd; padding: .4em .8em; }
summary { cursor: pointer; font-weight: bold; }
pre { overflow-x: auto; font-size: 13px; line-height: 1.35;
  background: #f7f7f7; padding: .6em; }
"""

# A click on a heading sorts by it, another one the other way round.
SCRIPT = """
document.querySelectorAll("th").forEach((th, column) => {
  let down = false;
  th.onclick = () => {
    const body = th.closest("table").tBodies[0];
    const of = row => row.cells[column].textContent;
    const order = (a, b) => of(a).localeCompare(of(b), "en",
      { numeric: true });
    const rows = [...body.rows].sort(order);
    body.append(...(down ? rows.reverse() : rows));
    down = !down;
  };
});
addEventListener("hashchange", () => {
  const found = document.getElementById(location.hash.slice(1));
  if (found) found.open = true;
});
"""


def write(rows, graded, path):
    write_whole(path, "".join([
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n",
        "<title>Calf: results</title>\n", f"<style>{STYLE}</style>\n",
        "<h1>Results</h1>\n", overview(rows), table(rows),
        "<h2>Logs</h2>\n", *logs(rows, graded),
        f"<script>{SCRIPT}</script>\n"]))


def overview(rows):
    scores = [row["score"] for row in rows if row["score"] != ""]
    return f"<p>{len(rows)} hand-ins, {len(scores)} graded.</p>\n"


def table(rows):
    names = ["student", "score", *groups(), "s", "note"]
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    best = {name: max((row[name] for row in rows if row[name] != ""),
                      default=0) for name in ["score", *groups()]}
    body = "".join(line(row, best) for row in rows)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}" \
        "</tbody>\n</table>\n"


def line(row, best):
    name = escape(row["student"])
    if row["score"] != "":
        name = f"<a href=\"#{row['key']}\">{name}</a>"
    cells = [f"<td>{name}</td>"]
    for column, most in best.items():
        value = row[column]
        less = " class=\"less\"" if value != "" and value < most else ""
        cells.append(f"<td{less}>{number(value)}</td>")
    cells += [f"<td>{number(row['seconds'])}</td>",
              f"<td class=\"text\">{escape(row['note'])}</td>"]
    return f"<tr>{''.join(cells)}</tr>\n"


def number(value):
    return "" if value == "" else f"{value:g}"


def logs(rows, graded):
    """One for all who have handed in the same."""
    for key, product in graded.items():
        names = [row["student"] for row in rows if row["key"] == key[:16]]
        found = product["results"]
        lost = [test for test in found["tests"] if test["got"] <
                test["points"]]
        yield (f"<details id=\"{key[:16]}\"><summary>"
               f"{escape(', '.join(names))}: {found['score']:g}/"
               f"{found['total']:g}</summary>\n")
        yield from map(failure, lost)
        yield f"<pre>{escape(product['output'])}</pre>\n</details>\n"


def failure(test):
    return (f"<h3>{escape(test['title'])}: {test['got']:g}/"
            f"{test['points']:g}</h3>\n"
            f"<pre>{escape(test['message'])}</pre>\n")
