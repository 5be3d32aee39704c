"""grade/course/whole_class/merge.py: merge the results of some tests into
those of all."""

import json

from grade.score.results import put_together, write_whole

FOLDER = "latest"       # in OUT/jobs: by files, whichever grader ran


def merged(earlier, product):
    """The product, with those tests of the earlier one that were not run
    again."""
    new, old = product["results"], earlier["results"]
    tests = {test["id"]: test for test in old["tests"]}
    tests.update((test["id"], test) for test in new["tests"]
                 if test["id"] not in tests or test["points"])
    results = put_together([*tests.values()], new["seconds"], new["error"])
    kept = {name: new[name] for name in ("refused", "cause", "changes")}
    return {**product, "results": {**results, **kept},
            "output": f"{product['output']}\n\n---- earlier ----\n\n"
            f"{earlier['output']}"}


def latest(work, files, product, partly):
    """All results for these files, given this product of some or all tests."""
    path = work / FOLDER / f"{files}.json"
    known = json.loads(path.read_text("utf-8")) if path.exists() else None
    if partly and known is None:
        return product
    if partly and known["whole"]:
        known["product"] = merged(known["whole"], product)
    else:
        known = {"whole": product, "product": product}
    write_whole(path, json.dumps(known))
    return known["product"]
