// The page: follows the live feed, keeps the figures, and reacts to filters, links and keys.

import { $, el } from "./dom.js";
import { show } from "./detail.js";
import * as list from "./list.js";
import { eventName, figure } from "./words.js";

const RATE_SECONDS = 3;
const PROFILE_SECONDS = 1;

const filter = { event: "", outcome: "", customer: "" };
let source;
let totals = [];
let typing;
let profileDue = 0;

function follow() {
  source?.close();
  list.clear();
  const wanted = Object.entries(filter).filter(([, value]) => value);
  $("everything").hidden = !wanted.length;
  source = new EventSource(`_stream?${new URLSearchParams(wanted)}`);
  source.onopen = () => state("live", "Live");
  source.onerror = () => state("lost", "Not connected: trying again…");
  source.onmessage = (message) => take(JSON.parse(message.data));
}

function state(name, words) {
  $("live").dataset.state = name;
  $("live").textContent = words;
}

function take(news) {
  if (news.emptied) list.clear();
  figures(news.counts);
  types(news.counts.by_event);
  $("faults").hidden = !news.faults.length;
  $("faults").textContent = `Misbehaving on purpose: ${news.faults.join("; ")}.`;
  list.add(news.events);
  if (location.hash.startsWith("#customer/") && performance.now() > profileDue) {
    profileDue = performance.now() + 1000 * PROFILE_SECONDS;
    show(location.hash, false);
  }
}

function figures(counts) {
  for (const name of ["total", "accepted", "refused", "fault"]) $(name).textContent = figure(counts[name]);
  $("empty").textContent = counts.total ? "No event fits this filter." : "Waiting for the first event.";
  const notes = [];
  if (counts.warned) notes.push(`${figure(counts.warned)} with a part ignored`);
  if (counts.duplicates) notes.push(`${figure(counts.duplicates)} arrived twice`);
  $("warned").textContent = notes.join(" · ") || "every part of them";
  totals.push([performance.now(), counts.total]);
  if (!$("rate").textContent) rate();
}

function rate() {
  const now = performance.now();
  const last = totals.at(-1);
  if (last) totals.push([now, last[1]]);
  totals = totals.filter(([at]) => now - at < 1000 * RATE_SECONDS + 500);
  if (!last || !last[1]) {
    $("rate").textContent = "nothing yet";
    return;
  }
  const [at, total] = totals[0];
  const perSecond = now > at ? Math.max(0, (1000 * (last[1] - total)) / (now - at)) : 0;
  $("rate").textContent = perSecond < 0.05 ? "quiet now" : `${figure(Math.round(perSecond) || "under 1")} a second`;
}

function types(byEvent) {
  const names = Object.keys(byEvent).sort((one, other) => sum(byEvent[other]) - sum(byEvent[one]) || (one < other ? -1 : 1));
  const buttons = new Map([...$("types").querySelectorAll("button")].map((button) => [button.dataset.event, button]));
  $("types").replaceChildren(...names.map((name) => {
    const button = buttons.get(name) ?? typeButton(name);
    button.setAttribute("aria-pressed", String(filter.event === name && name !== ""));
    button.querySelector(".count").textContent = figure(sum(byEvent[name]));
    for (const bar of button.querySelectorAll(".bar i")) bar.style.flexGrow = byEvent[name][bar.dataset.outcome];
    button.setAttribute("aria-label", `${eventName(name)}: ${["accepted", "refused", "fault"]
      .map((outcome) => `${byEvent[name][outcome]} ${outcome}`).join(", ")}`);
    return button.parentElement ?? el("li", {}, button);
  }));
}

const sum = (outcomes) => outcomes.accepted + outcomes.refused + outcomes.fault;

function typeButton(name) {
  const bars = ["accepted", "refused", "fault"].map((outcome) => el("i", { "data-outcome": outcome }));
  return el("button", { type: "button", "data-event": name, onclick: () => choose({ event: filter.event === name ? "" : name }) },
    el("span", {}, eventName(name)), el("span.count", {}), el("span.bar", {}, ...bars));
}

function choose(change) {
  Object.assign(filter, change);
  for (const tile of document.querySelectorAll(".tile")) {
    tile.setAttribute("aria-pressed", String(tile.dataset.outcome === filter.outcome));
  }
  $("customer").value = filter.customer;
  follow();
}

for (const tile of document.querySelectorAll(".tile")) {
  tile.addEventListener("click", () => choose({ outcome: filter.outcome === tile.dataset.outcome ? "" : tile.dataset.outcome }));
}
$("customer").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => choose({ customer: $("customer").value.trim() }), 250);
});
$("filters").addEventListener("submit", (submit) => submit.preventDefault());
$("everything").addEventListener("click", () => choose({ event: "", outcome: "", customer: "" }));
$("hold").addEventListener("click", () => {
  const on = $("hold").getAttribute("aria-pressed") !== "true";
  $("hold").setAttribute("aria-pressed", String(on));
  $("hold").textContent = on ? "Paused" : "Pause";
  list.pause(on);
});
$("fresh").addEventListener("click", list.release);
document.addEventListener("keydown", (press) => {
  if (press.key === "Escape" && document.body.dataset.open) location.hash = "";
});
window.addEventListener("hashchange", () => {
  const closing = !location.hash || location.hash === "#";
  list.markOpen();
  show(location.hash, true);
  if (closing) $("list").querySelector("[data-last]")?.focus();
});
$("list").addEventListener("click", (click) => {
  $("list").querySelector("[data-last]")?.removeAttribute("data-last");
  click.target.closest("a")?.setAttribute("data-last", "");
});

fetch("_about").then((answer) => answer.json()).then((about) => {
  $("address").textContent = location.origin + about.path;
  $("strict").hidden = !about.strict;
});
setInterval(rate, 500);
follow();
show(location.hash, false);
