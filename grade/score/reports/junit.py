"""grade/score/reports/junit.py: JUnit's XML, with a suite for each group.

Points are properties, since JUnit does not know points. pytest's own file
would lack the tests that never ran."""

import re
from xml.etree import ElementTree

# What XML 1.0 must not contain, even as a number.
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd"
                       "\U00010000-\U0010ffff]")
ELEMENT = {"failed": "failure", "error": "error"}


def make(results):
    top = ElementTree.Element("testsuites", name="Calf")
    for group in results["groups"]:
        add_suite(top, group["name"], [
            test for test in results["tests"]
            if test["group"] == group["name"]])
    if results["error"]:
        add_suite(top, "grade", [{
            "id": "grade", "title": "can be graded", "status": "error",
            "message": results["error"], "seconds": 0,
            "points": results["total"], "got": 0}])
    return '<?xml version="1.0" encoding="utf-8"?>\n' \
        + ElementTree.tostring(top, encoding="unicode") + "\n"


def add_suite(top, name, tests):
    if not tests:
        return
    suite = ElementTree.SubElement(
        top, "testsuite", name=name, tests=str(len(tests)),
        failures=count(tests, "failed"), errors=count(tests, "error"),
        skipped="0", time=seconds(sum(test["seconds"] for test in tests)))
    for test in tests:
        add_case(suite, name, test)


def count(tests, status):
    return str(sum(test["status"] == status for test in tests))


def seconds(number):
    return f"{number:.3f}"


def add_case(suite, group, test):
    case = ElementTree.SubElement(
        suite, "testcase", name=clean(test["title"]),
        classname=f"calf.{group}", time=seconds(test["seconds"]))
    properties = ElementTree.SubElement(case, "properties")
    for name in ("id", "points", "got"):
        ElementTree.SubElement(properties, "property", name=name,
                               value=clean(str(test[name])))
    if test["status"] in ELEMENT:
        text = clean(test["message"])
        ElementTree.SubElement(
            case, ELEMENT[test["status"]],
            message=text.partition("\n")[0]).text = text


def clean(text):
    return FORBIDDEN.sub("?", text)
