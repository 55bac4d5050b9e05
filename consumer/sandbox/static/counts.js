// The figures: the tiles, how many a second, and the types, each a filter.

import { $, el } from "./dom.js";
import { eventName, figure } from "./words.js";

const RATE_MS = 3000;
const OUTCOMES = ["accepted", "refused", "fault"];
const WORDS = { accepted: "accepted", refused: "refused", fault: "failed on purpose" };
const OTHER_NAMES = "(other names)";

let totals = [];

/** Forget the pace, as another run has begun. */
export function restart() {
  totals = [];
}

export function tiles(counts) {
  for (const name of ["total", ...OUTCOMES]) $(name).textContent = figure(counts[name]);
  const notes = [];
  if (counts.warned) notes.push(`${figure(counts.warned)} only in part`);
  if (counts.duplicates) notes.push(`${figure(counts.duplicates)} sent twice`);
  $("warned").textContent = notes.join(" · ") || (counts.accepted ? "Bluecore would take them" : "none so far");
  totals.push([performance.now(), counts.total]);
  if (!$("rate").textContent) rate();
}

export function rate() {
  const now = performance.now();
  const last = totals.at(-1);
  if (last) totals.push([now, last[1]]);
  totals = totals.filter(([at]) => now - at < RATE_MS + 500);
  if (!last || !last[1]) {
    $("rate").textContent = "nothing yet";
    return;
  }
  const [at, total] = totals[0];
  const perSecond = now > at ? Math.max(0, (1000 * (last[1] - total)) / (now - at)) : 0;
  $("rate").textContent = perSecond < 0.05 ? "quiet now" : `${figure(Math.round(perSecond) || "under 1")} a second`;
}

/** The types, the most frequent first; `choose` is called with the name of one that is clicked. */
export function types(byEvent, chosen, choose) {
  const sums = Object.fromEntries(Object.entries(byEvent).map(([name, outcomes]) => [name, sum(outcomes)]));
  const shown = new Map([...$("types").children].map((item) => [item.dataset.event, item]));
  order(Object.keys(byEvent).sort((one, other) => sums[other] - sums[one] || (one < other ? -1 : 1)), shown, choose);
  for (const item of $("types").children) {
    const name = item.dataset.event;
    const [button] = item.children;
    button.setAttribute("aria-pressed", String(chosen === name));
    button.querySelector(".count").textContent = figure(sums[name]);
    for (const bar of button.querySelectorAll(".bar i")) bar.style.flexGrow = byEvent[name][bar.dataset.outcome];
    button.setAttribute("aria-label", `${eventName(name)}: ${OUTCOMES
      .map((outcome) => `${figure(byEvent[name][outcome])} ${WORDS[outcome]}`).join(", ")}`);
  }
}

/** Nothing moves under a person's finger: while one is about to choose, new names come last. */
function order(names, shown, choose) {
  const now = [...shown.keys()];
  if ($("types").matches(":hover, :focus-within")) {
    names = [...now.filter((name) => names.includes(name)), ...names.filter((name) => !shown.has(name))];
  }
  if (names.length === now.length && names.every((name, index) => name === now[index])) return;
  const kept = document.activeElement;
  $("types").replaceChildren(...names.map((name) => shown.get(name) ?? type(name, choose)));
  if ($("types").contains(kept)) kept.focus({ preventScroll: true });
}

const sum = (outcomes) => OUTCOMES.reduce((total, outcome) => total + outcomes[outcome], 0);

function type(name, choose) {
  const bars = OUTCOMES.map((outcome) => el("i", { "data-outcome": outcome }));
  const disabled = name === OTHER_NAMES ? "" : null;
  return el("li", { "data-event": name },
    el("button", { type: "button", disabled, onclick: () => choose(name) },
      el("span", {}, eventName(name)), el("span.count", {}), el("span.bar", {}, ...bars)));
}
