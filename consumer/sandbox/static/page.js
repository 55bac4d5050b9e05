// The page: follows the live feed, and reacts to filters, links and keys.

import { $ } from "./dom.js";
import * as counts from "./counts.js";
import { freshen, show } from "./detail.js";
import * as list from "./list.js";
import * as refusals from "./refusals.js";

const NAMELESS = "(no name)";
const RETRY_MS = 2000;

// Taken now, as an open event takes its place on the page.
const addresses = { path: $("address"), rest: $("rest"), token: $("token") };
// `event` is null for every type; "" is the type of what has no name.
const filter = { event: null, outcome: "", customer: "" };
let source;
let again;
let typing;
let run;
let resets;
let opened = "";

function follow() {
  source?.close();
  clearTimeout(again);
  list.clear();
  const wanted = Object.entries({ ...filter, event: filter.event ?? "" }).filter(([, value]) => value);
  if (filter.event === "") wanted.push(["event", NAMELESS]);
  $("everything").hidden = !wanted.length;
  source = new EventSource(`_stream?${new URLSearchParams(wanted)}`);
  source.onopen = () => {
    state("live", "Live");
    about();
  };
  source.onerror = () => {
    state("lost", "Not connected: trying again…");
    // A browser gives up for good where something else than the sandbox has answered.
    if (source.readyState === EventSource.CLOSED) again = setTimeout(follow, RETRY_MS);
  };
  source.onmessage = (message) => take(JSON.parse(message.data));
}

function state(name, words) {
  $("live").dataset.state = name;
  $("live").textContent = words;
}

function take(news) {
  if (run !== undefined && run !== news.run) begin("The sandbox was started again: what had arrived before is gone.");
  else if (run !== undefined && resets !== news.resets) begin("The sandbox was emptied: what had arrived before is gone.");
  ({ run, resets } = news);
  counts.tiles(news.counts);
  refusals.follow(news.counts.refused);
  counts.types(news.counts.by_event, filter.event, (name) => choose({ event: filter.event === name ? null : name }));
  $("empty").textContent = news.counts.total ? "No event fits this filter." : "Waiting for the first event.";
  $("faults").hidden = !news.faults.length;
  $("faults").textContent = `Failing on purpose: ${news.faults.join("; ")}.`;
  list.add(news.events, news.skipped);
  freshen();
}

/** All that is shown is of the past: clear it, and say why. */
function begin(words) {
  list.clear();
  counts.restart();
  if (location.hash.startsWith("#event/")) location.hash = "";
  $("told").textContent = words;
  $("notice").hidden = false;
}

function choose(change) {
  Object.assign(filter, change);
  for (const tile of document.querySelectorAll(".tile")) {
    tile.setAttribute("aria-pressed", String(tile.dataset.outcome === filter.outcome));
  }
  if ("customer" in change && $("customer").value.trim() !== filter.customer) $("customer").value = filter.customer;
  follow();
}

async function about() {
  const told = await fetch("_about").then((answer) => answer.json()).catch(() => null);
  if (!told) return; // the feed has lost the sandbox too, says so, and asks again when it is back
  for (const [name, place] of Object.entries(addresses)) place.textContent = location.origin + told[name];
  $("strict").hidden = !told.strict;
}

for (const tile of document.querySelectorAll(".tile")) {
  tile.addEventListener("click", () => choose({ outcome: filter.outcome === tile.dataset.outcome ? "" : tile.dataset.outcome }));
}
$("customer").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => choose({ customer: $("customer").value.trim() }), 250);
});
$("filters").addEventListener("submit", (submit) => submit.preventDefault());
$("everything").addEventListener("click", () => {
  choose({ event: null, outcome: "", customer: "" });
  document.querySelector(".tile").focus();
});
$("hold").addEventListener("click", () => {
  const on = $("hold").getAttribute("aria-pressed") !== "true";
  $("hold").setAttribute("aria-pressed", String(on));
  $("hold").textContent = on ? "Paused" : "Pause";
  list.pause(on);
});
$("fresh").addEventListener("click", list.release);
$("understood").addEventListener("click", () => {
  $("notice").hidden = true;
  $("list").focus();
});
document.addEventListener("keydown", (press) => {
  if (press.key === "Escape" && document.body.dataset.open) location.hash = "";
});
window.addEventListener("hashchange", () => {
  const wasOpen = document.body.dataset.open;
  list.markOpen();
  show(true);
  if (wasOpen && !document.body.dataset.open) list.focusRow(opened);
});
// A browser that keeps a page which was left would keep its connection too, and has six for one address.
window.addEventListener("pagehide", () => source.close());
window.addEventListener("pageshow", (back) => back.persisted && follow());
$("list").addEventListener("click", (click) => {
  opened = click.target.closest("a")?.getAttribute("href") ?? opened;
});
setInterval(counts.rate, 500);
follow();
show(false);
