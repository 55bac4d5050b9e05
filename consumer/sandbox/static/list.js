// The list of events: latest first, bounded, still while somebody reads it, and honest about what it leaves out.

import { $, el } from "./dom.js";
import { eventLink } from "./links.js";
import { figure, mood, remark, time, title, way } from "./words.js";

const MOST_ROWS = 200;
const MARKS = { accepted: "✓", warned: "!", refused: "✕", fault: "⚡" };

let waiting = [];
let skipped = 0;
let paused = false;
let begins = true;

export function clear() {
  [waiting, skipped, begins] = [[], 0, true];
  $("list").replaceChildren();
  $("list").scrollTop = 0;
  refresh();
}

export function pause(on) {
  paused = on;
  if (!on) release();
}

/**
 * Take in events, oldest first, before which `left` others came. They wait while the list is being read, but for the
 * first: a person who has just chosen a filter wants to see what fits.
 */
export function add(events, left) {
  const rest = [...waiting, ...(left ? [{ left }] : []), ...events];
  waiting = rest.slice(-MOST_ROWS);
  skipped += amount(rest.slice(0, -MOST_ROWS));
  if (begins || !isRead()) drain();
  begins = false;
  refresh();
}

/** Show what waits, from the top. */
export function release() {
  if ($("list").contains(document.activeElement) || document.activeElement === $("fresh")) $("list").focus();
  $("list").scrollTop = 0;
  drain();
  refresh();
}

export function markOpen() {
  for (const row of rows()) {
    if (row.getAttribute("href") === location.hash) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

/** Bring the focus back to the row of this address, or to the list when the row has gone. */
export function focusRow(address) {
  (rows().find((row) => row.getAttribute("href") === address) ?? $("list")).focus();
}

const rows = () => [...$("list").querySelectorAll("a")];

const amount = (items) => items.reduce((sum, item) => sum + (item.left ?? 1), 0);

const isRead = () => paused || $("list").scrollTop > 4 || rows().includes(document.activeElement);

function drain() {
  const items = skipped ? [{ left: skipped }, ...waiting] : waiting;
  $("list").prepend(...items.map((item) => (item.left ? gap(item.left) : row(item))).reverse());
  [waiting, skipped] = [[], 0];
  let older = 0;
  while ($("list").childElementCount > MOST_ROWS || (older && $("list").lastElementChild.dataset.left)) {
    older += Number($("list").lastElementChild.dataset.left ?? 1);
    $("list").lastElementChild.remove();
  }
  if (older) $("list").append(gap(older));
  markOpen();
}

function refresh() {
  const count = amount(waiting) + skipped;
  $("fresh").hidden = !count;
  $("fresh").textContent = count === 1 ? "1 new event: show it" : `${figure(count)} new events: show them`;
  $("empty").hidden = $("list").childElementCount > 0 || count > 0;
}

function row(event) {
  const said = remark(event);
  return el("li", {}, el("a.row", { href: eventLink(event.number), "data-mood": mood(event) },
    el("span.mark", { "aria-hidden": "true" }, MARKS[mood(event)]),
    el("span.event", {}, title(event), el("span.unseen", {}, `, ${mood(event)}`),
      way(event) ? el("span.way", {}, way(event)) : null),
    el("time", { datetime: event.at }, time(event.at)),
    el("span.who", {}, [event.distinct_id, event.email].filter(Boolean).join(" · ") || "no customer named"),
    said ? el("span.remark", {}, said) : null));
}

/** Stands where events came that are not in the list: more than a person can read, or too long ago. */
const gap = (left) => el("li.gap", { "data-left": String(left) },
  left === 1 ? "1 more not shown, but counted" : `${figure(left)} more not shown, but counted`);

$("list").addEventListener("keydown", (press) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[press.key];
  const all = rows();
  const to = press.key === "Home" ? 0 : press.key === "End" ? all.length - 1 : all.indexOf(document.activeElement) + step;
  if ((step || press.key === "Home" || press.key === "End") && all[to]) {
    press.preventDefault();
    all[to].focus();
  }
});
