/* grade/tools/view/page.js: moves between steps. The pictures are in the page
 * itself, and the pages of a range in the data at its end. */
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const steps = data.steps;
const byId = (id) => document.getElementById(id);
const marks = [...document.querySelectorAll("#timeline button")];
const rows = [...document.querySelectorAll("#all tbody tr")];
const opened = new Set();
const PLAY_MS = 3500;
const PAGE = 4096;
let current = 0;
let timer = 0;

const hex = (number) => "0x" + number.toString(16);

/* Pages by process and address, and how often each frame is mapped, after that
 * many steps. */
function stateAfter(nsteps) {
  const pages = new Map();
  const counts = new Map();
  for (const step of steps.slice(0, nsteps)) {
    for (const [process, address, frame, rights, n, distance] of step.pages) {
      for (let i = 0; i < n; i++) {
        const key = process + ":" + (address + i * PAGE);
        if (frame === null) pages.delete(key);
        else pages.set(key, { frame: frame + i * distance, rights });
      }
    }
    for (const [frame, count, n] of step.counts) {
      for (let i = 0; i < n; i++) counts.set(frame + i * PAGE, count);
    }
  }
  return { pages, counts };
}

function element(name, text) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  return made;
}

function fillTable(details, titles, lines) {
  const table = element("table");
  const head = table.createTHead().insertRow();
  for (const title of titles) {
    head.append(element("th", title));
    head.lastChild.scope = "col";
  }
  const body = table.createTBody();
  for (const line of lines) {
    const row = body.insertRow();
    for (const text of line) {
      row.append(element("td", text));
      row.lastChild.className = "mono";
    }
  }
  details.querySelector("table")?.remove();
  details.append(table);
}

function fillRange(details, state, [process, start, npages]) {
  const lines = [];
  for (let i = 0; i < npages; i++) {
    const address = start + i * PAGE;
    const page = state.pages.get(process + ":" + address);
    lines.push([hex(address), page.rights, hex(page.frame),
                String(state.counts.get(page.frame))]);
  }
  fillTable(details, ["page", "rights", "frame", "mapped by"], lines);
}

/* List each fault of a step that has many. */
function fillFaults() {
  const step = steps[current];
  const before = stateAfter(current).pages;
  const after = stateAfter(current + 1).pages;
  const lines = [];
  for (let i = 0; i < step.faults; i++) {
    const address = step.first + i * PAGE;
    const key = step.process + ":" + address;
    lines.push([hex(address), hex(before.get(key).frame),
                hex(after.get(key).frame)]);
  }
  fillTable(byId("faults"), ["page", "frame before", "frame after"], lines);
}

function showFaults() {
  const step = steps[current];
  const details = byId("faults");
  details.hidden = step.first === undefined;
  byId("faults-title").textContent = `Each of the ${step.faults} faults`;
  if (details.hidden) details.open = false;
  if (details.open) fillFaults();
}

function showRanges() {
  const state = stateAfter(current + 1);
  const names = new Map(data.processes.map((p) => [p.number, p.name]));
  const all = byId("ranges");
  let last = null;
  let box = null;
  all.replaceChildren();
  for (const range of steps[current].ranges) {
    const [process, start, npages, part, rights] = range;
    if (process !== last) {
      box = element("div");
      box.append(element("h3", names.get(process)));
      all.append(box);
    }
    last = process;
    const details = element("details");
    const key = process + ":" + start;
    const pages = npages === 1 ? "1 page" : npages + " pages";
    details.append(element("summary",
      `${part}, ${pages} from ${hex(start)}, ${rights}`));
    details.addEventListener("toggle", () => {
      if (details.open) {
        opened.add(key);
        fillRange(details, state, range);
      } else {
        opened.delete(key);
      }
    });
    if (opened.has(key)) {
      details.open = true;
      fillRange(details, state, range);
    }
    box.append(details);
  }
}

function showPrinted() {
  const before = steps.slice(0, current).map((step) => step.printed).join("");
  const box = byId("printed");
  box.replaceChildren(before, element("b", steps[current].printed));
  if (!box.textContent) box.textContent = "(nothing yet)";
  box.scrollTop = box.scrollHeight;
}

function show(index) {
  current = Math.max(0, Math.min(steps.length - 1, index));
  const step = steps[current];
  document.querySelectorAll("#figures figure").forEach((figure, i) => {
    figure.hidden = i !== current;
  });
  byId("title").textContent =
    `Step ${step.number} of ${steps.length}: ${step.title}`;
  byId("text").textContent = step.text;
  byId("warning").textContent = step.warning;
  byId("warning").hidden = !step.warning;
  marks.forEach((mark, i) => {
    mark.tabIndex = i === current ? 0 : -1;
    if (i === current) mark.setAttribute("aria-current", "step");
    else mark.removeAttribute("aria-current");
  });
  const list = byId("timeline");
  const mark = marks[current];
  list.scrollTo(mark.offsetLeft - list.offsetLeft - list.clientWidth / 2,
                mark.offsetTop - list.offsetTop - list.clientHeight / 2);
  rows.forEach((row, i) => row.classList.toggle("current", i === current));
  byId("previous").disabled = current === 0;
  byId("next").disabled = current === steps.length - 1;
  byId("fault").disabled = nextFault() < 0;
  showFaults();
  showRanges();
  showPrinted();
  history.replaceState(null, "", "#" + step.number);
}

const nextFault = () =>
  steps.findIndex((step, i) => i > current && step.fault);

function go(index) {
  stop();
  show(index);
}

function goToFault() {
  const found = nextFault();
  if (found >= 0) go(found);
}

function stop() {
  clearInterval(timer);
  timer = 0;
  byId("play").textContent = "Play";
  byId("play").setAttribute("aria-pressed", "false");
}

function play() {
  if (timer) {
    stop();
    return;
  }
  if (current === steps.length - 1) show(0);
  byId("play").textContent = "Pause";
  byId("play").setAttribute("aria-pressed", "true");
  timer = setInterval(() => {
    if (current === steps.length - 1) stop();
    else show(current + 1);
  }, PLAY_MS);
}

const KEYS = {
  ArrowLeft: () => go(current - 1), ArrowRight: () => go(current + 1),
  Home: () => go(0), End: () => go(steps.length - 1),
  " ": play, f: goToFault, F: goToFault,
};

document.addEventListener("keydown", (event) => {
  const onControl = event.target.closest("summary, a, pre, .scroll") ||
    (event.key === " " && event.target.closest("button"));
  if (event.ctrlKey || event.altKey || event.metaKey || onControl) return;
  const action = KEYS[event.key];
  if (!action) return;
  event.preventDefault();
  const onMark = event.target.closest("#timeline");
  action();
  if (onMark) marks[current].focus();
});

function showAddressed() {
  const number = Number(location.hash.slice(1));
  show(number >= 1 ? number - 1 : 0);
}

byId("previous").addEventListener("click", () => go(current - 1));
byId("next").addEventListener("click", () => go(current + 1));
byId("play").addEventListener("click", play);
byId("fault").addEventListener("click", goToFault);
byId("faults").addEventListener("toggle", showFaults);
marks.forEach((mark, i) => mark.addEventListener("click", () => go(i)));
addEventListener("hashchange", () => { stop(); showAddressed(); });
showAddressed();
