"""grade/course/whole_class/class_page.py: the results of a class as one
self-contained HTML page."""

from html import escape
from urllib.parse import quote

from grade.course.whole_class.table import groups
from grade.score.results import write_whole

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

# A click on a heading sorts by it, a second click in reverse. #NAME opens the
# log of that student's kernel.
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
const show = () => {
  const row = document.getElementById(location.hash.slice(1));
  const log = row && document.getElementById(row.dataset.log);
  if (!log) return;
  log.open = true;
  log.scrollIntoView();
};
addEventListener("hashchange", show);
show();
"""


def write(rows, graded, tests, path):
    """`graded` are the products by key, `tests` the statistics."""
    write_whole(path, "".join([
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n",
        "<title>Calf: results</title>\n", f"<style>{STYLE}</style>\n",
        "<h1>Results</h1>\n", overview(rows), table(rows),
        "<h2>Logs</h2>\n", *logs(rows, graded),
        "<h2>Tests</h2>\n", statistics(tests),
        f"<script>{SCRIPT}</script>\n"]))


def overview(rows):
    scores = [row["score"] for row in rows if row["score"] != ""]
    return f"<p>{len(rows)} hand-ins, {len(scores)} graded.</p>\n"


def table(rows):
    names = ["student", "score", "late", "final", *groups(), "s", "note"]
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    best = {name: max((row[name] for row in rows if row[name] != ""),
                      default=0) for name in ["score", "final", *groups()]}
    body = "".join(line(row, best) for row in rows)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}" \
        "</tbody>\n</table>\n"


def line(row, best):
    name = escape(row["student"])
    anchor = quote(row["student"], safe="")
    if row["score"] != "":
        name = f"<a href=\"#{anchor}\">{name}</a>"
    cells = [f"<td>{name}</td>"]
    for column in ["score", "late", "final", *groups()]:
        value = row[column]
        less = " class=\"less\"" if column in best and value != "" \
            and value < best[column] else ""
        cells.append(f"<td{less}>{number(value)}</td>")
    cells += [f"<td>{number(row['seconds'])}</td>",
              f"<td class=\"text\">{escape(row['note'])}</td>"]
    return f"<tr id=\"{anchor}\" data-log=\"log-{row['key']}\">" \
        f"{''.join(cells)}</tr>\n"


def number(value):
    return "" if value == "" else f"{value:g}"


def logs(rows, graded):
    """One entry for all who submitted the same files."""
    for key, product in graded.items():
        names = [row["student"] for row in rows if row["key"] == key[:16]]
        if not names:
            continue
        found = product["results"]
        lost = [test for test in found["tests"] if test["got"] <
                test["points"]]
        yield (f"<details id=\"log-{key[:16]}\"><summary>"
               f"{escape(', '.join(names))}: {found['score']:g}/"
               f"{found['total']:g}</summary>\n")
        yield from map(failure, lost)
        yield f"<pre>{escape(product['output'])}</pre>\n</details>\n"


def statistics(tests):
    """The tests, most frequent failures first."""
    body = "".join(
        f"<tr><td>{escape(test['title'])}</td><td>{escape(test['group'])}"
        f"</td><td>{test['failed']}</td><td>{test['passed']}</td>"
        f"<td>{test['share']:.0%}</td></tr>\n"
        for test in tests if test["failed"])
    head = "".join(f"<th>{name}</th>" for name in (
        "test", "group", "failed", "passed", "share"))
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}" \
        "</tbody>\n</table>\n"


def failure(test):
    return (f"<h3>{escape(test['title'])}: {test['got']:g}/"
            f"{test['points']:g}</h3>\n"
            f"<pre>{escape(test['message'])}</pre>\n")
