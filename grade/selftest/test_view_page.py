"""grade/selftest/test_view_page.py: the page of `make view` in a browser.

This is for those who change the page, and not part of `make test`: `make setup
view_page` installs Chromium and Selenium, and runs these tests."""

import re
import shutil

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from grade.machine.host.limits import limit
from grade.machine.ram import PAGE
from grade.selftest.test_view import read_data, sharing, states, view
from grade.tools.setup.needs import needs

BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
OPTIONS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
           "--no-first-run", "--disable-background-networking",
           "--disable-component-update", "--disable-sync"]

pytestmark = [
    pytest.mark.xdist_group("view"),
    needs("chromium", "chromedriver", "python.selenium")]


@pytest.fixture(scope="module")
def path(calf, tmp_path_factory):
    path = tmp_path_factory.mktemp("view") / "page.html"
    done = view(calf, "cowdemo 8", OUT=str(path))
    assert done.returncode == 0, done.stdout
    return path


@pytest.fixture(scope="module")
def data(path):
    return read_data(path.read_text("utf-8"))


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for word in OPTIONS:
        options.add_argument(word)
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('user')}")
    driver = webdriver.Chrome(service=Service(DRIVER), options=options)
    yield driver
    driver.quit()


@pytest.fixture
def browser(driver, path):
    driver.get("about:blank")
    driver.get(f"file://{path}")
    yield driver
    assert not driver.get_log("browser")


def shown(browser):
    """The number of the step, if all parts of the page agree on it."""
    title = browser.find_element(By.ID, "title").text
    number = int(re.match(r"Step (\d+) of", title).group(1))
    figures = [f for f in browser.find_elements(By.TAG_NAME, "figure")
               if f.is_displayed()]
    mark, = browser.find_elements(By.CSS_SELECTOR, "[aria-current]")
    row, = browser.find_elements(By.CSS_SELECTOR, "tr.current")
    assert [f.get_attribute("id") for f in figures] == [f"step-{number}"]
    assert int(mark.get_attribute("data-step")) == number
    assert row.find_element(By.TAG_NAME, "td").text == str(number)
    return number


def press(browser, name):
    browser.find_element(By.ID, name).click()


def key(browser, *keys):
    for word in keys:
        browser.switch_to.active_element.send_keys(word)


def test_buttons(browser, data):
    """view: the buttons move between steps"""
    assert shown(browser) == 1
    assert not browser.find_element(By.ID, "previous").is_enabled()
    press(browser, "next")
    press(browser, "next")
    assert shown(browser) == 3
    press(browser, "previous")
    assert shown(browser) == 2
    faults = [step["number"] for step in data["steps"]
              if step["fault"] and step["number"] > 2]
    for number in faults[:2]:
        press(browser, "fault")
        assert shown(browser) == number
    browser.find_element(By.CSS_SELECTOR, "#timeline [data-step='4']").click()
    assert shown(browser) == 4
    browser.find_element(By.CSS_SELECTOR, "#all a[href='#5']").click()
    # The page learns of the new address some time after the click.
    WebDriverWait(browser, limit(20)).until(
        lambda _: browser.find_element(By.ID, "title").text.startswith(
            "Step 5 of"))
    assert shown(browser) == 5


def test_keys(browser, data):
    """view: the keys do the same as the buttons"""
    key(browser, "\ue014", "\ue014")           # right
    assert shown(browser) == 3
    key(browser, "\ue012")                     # left
    assert shown(browser) == 2
    key(browser, "\ue010")                     # end
    assert shown(browser) == len(data["steps"])
    key(browser, "\ue011")                     # home
    assert shown(browser) == 1


def test_play(browser, data):
    """view: the recording plays by itself, and stops at the end"""
    key(browser, "\ue010", "\ue012")
    press(browser, "play")
    button = browser.find_element(By.ID, "play")
    assert button.text == "Pause"
    assert button.get_attribute("aria-pressed") == "true"
    WebDriverWait(browser, limit(20)).until(lambda _: button.text == "Play")
    assert shown(browser) == len(data["steps"])


def table_rows(browser, part="#ranges"):
    return browser.execute_script(
        f"return [...document.querySelectorAll('{part} tbody tr')]"
        ".map(row => [...row.cells].map(cell => cell.textContent))")


def test_ranges(browser, data):
    """view: an opened range has the pages, frames and counts of the data"""
    for step, pages, counts in states(data):
        for details in browser.find_elements(
                By.CSS_SELECTOR, "#ranges details:not([open]) summary"):
            details.send_keys("\ue007")       # enter
        WebDriverWait(browser, limit(10)).until(
            lambda _: len(table_rows(browser)) == len(pages))
        assert sorted(table_rows(browser)) == sorted(
            [f"{va:#x}", rights, f"{frame:#x}", str(counts[frame])]
            for (_, va), (frame, rights) in pages.items())
        if step is not data["steps"][-1]:
            press(browser, "next")


def test_faults(driver, calf, tmp_path):
    """view: a step of many faults can be opened to show each of them"""
    if not sharing():
        pytest.skip("nothing is shared, nothing copied later")
    path = tmp_path / "page.html"
    done = view(calf, "told", OUT=str(path),
                PROGS="grade/kernel/programs/told.c")
    assert done.returncode == 0, done.stdout
    data = read_data(path.read_text("utf-8"))
    before = {}
    for step, pages, _ in states(data):
        if "first" in step:
            break
        before = pages
    driver.get(f"file://{path}#{step['number']}")
    driver.find_element(By.ID, "faults-title").click()
    WebDriverWait(driver, limit(10)).until(
        lambda _: len(table_rows(driver, "#faults")) == step["faults"])
    keys = [(step["process"], step["first"] + i * PAGE)
            for i in range(step["faults"])]
    assert table_rows(driver, "#faults") == [
        [f"{key[1]:#x}", f"{before[key][0]:#x}", f"{pages[key][0]:#x}"]
        for key in keys]


def test_print(browser, data):
    """view: all pictures of a short recording are printed with their texts"""
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        captions = [figure.text for figure in
                    browser.find_elements(By.CSS_SELECTOR, "figcaption")
                    if figure.is_displayed()]
        assert captions == [
            f"Step {step['number']}: {step['title']}\n{step['text']}"
            for step in data["steps"]]
        assert not browser.find_element(By.TAG_NAME, "nav").is_displayed()
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


@pytest.mark.parametrize("width", [1280, 400])
def test_width(browser, data, width):
    """view: nothing is cut off at {width} pixels"""
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": 900, "deviceScaleFactor": 1,
        "mobile": False})
    for _ in data["steps"][1:]:
        assert browser.execute_script(
            "return document.documentElement.scrollWidth") <= width
        visible = [svg.get_attribute("class") for svg in
                   browser.find_elements(By.CSS_SELECTOR, "figure svg")
                   if svg.is_displayed()]
        assert visible == ["memory " + ("wide" if width > 640 else "narrow")]
        press(browser, "next")
