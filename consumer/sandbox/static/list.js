// The list of events: latest first, bounded, still while somebody reads it.

import { $, el } from "./dom.js";
import { eventLink } from "./detail.js";
import { eventName, mood, remark, time } from "./words.js";

const MOST_ROWS = 200;
const MARKS = { accepted: "✓", warned: "!", refused: "✕", fault: "⚡" };

let waiting = [];
let paused = false;

export function clear() {
  waiting = [];
  $("list").replaceChildren();
  $("list").scrollTop = 0;
  refresh();
}

export function pause(on) {
  paused = on;
  if (!on) release();
}

/** Take in events, oldest first; they wait while the list is being read. */
export function add(events) {
  waiting = [...waiting, ...events].slice(-MOST_ROWS);
  if (!isRead()) drain();
  refresh();
}

/** Show what waits, from the top. */
export function release() {
  if ($("list").contains(document.activeElement)) document.activeElement.blur();
  $("list").scrollTop = 0;
  drain();
  refresh();
}

export function markOpen() {
  for (const row of $("list").querySelectorAll("a")) {
    if (row.getAttribute("href") === location.hash) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

const isRead = () => paused || $("list").scrollTop > 4 || $("list").contains(document.activeElement);

function drain() {
  $("list").prepend(...waiting.map(row).reverse());
  waiting = [];
  while ($("list").childElementCount > MOST_ROWS) $("list").lastElementChild.remove();
  markOpen();
}

function refresh() {
  $("fresh").hidden = !waiting.length;
  $("fresh").textContent = waiting.length === 1 ? "1 new event: show it"
    : `${waiting.length}${waiting.length >= MOST_ROWS ? " or more" : ""} new events: show them`;
  $("empty").hidden = $("list").childElementCount > 0 || waiting.length > 0;
}

function row(event) {
  const said = remark(event);
  return el("li", {}, el("a.row", { href: eventLink(event.number), "data-mood": mood(event) },
    el("span.mark", { "aria-hidden": "true" }, MARKS[mood(event)]),
    el("span.event", {}, eventName(event.event), el("span.unseen", {}, `, ${mood(event)}`)),
    el("time", { datetime: event.at }, time(event.at)),
    el("span.who", {}, event.distinct_id || "nobody named"),
    said ? el("span.remark", {}, said) : null));
}

$("list").addEventListener("keydown", (press) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[press.key];
  const rows = [...$("list").querySelectorAll("a")];
  const to = press.key === "Home" ? 0 : press.key === "End" ? rows.length - 1 : rows.indexOf(document.activeElement) + step;
  if ((step || press.key === "Home" || press.key === "End") && rows[to]) {
    press.preventDefault();
    rows[to].focus();
  }
});
