// One event: what became of it, why, and the exact request.

import { el } from "./dom.js";
import { prettyJson } from "./json.js";
import { customerLink } from "./links.js";
import { answered, explain, figure, mood, remarksTitle, time, title, verdict, way } from "./words.js";

let asSent = false;

export function eventView(event) {
  const remarks = event.reasons.map((reason) =>
    el("li", {}, el("p", {}, reason.message), reason.field ? el("code", {}, reason.field) : null));
  const explanation = explain(event);
  return el("article", {},
    el("p.when", {}, [`Event ${figure(event.number)}`, way(event), time(event.at), answered(event)].filter(Boolean).join(" · ")),
    el("h2", {}, title(event)),
    el("p.verdict", { "data-mood": mood(event) }, verdict(event)),
    event.distinct_id
      ? el("p", {}, el("a.follow", { href: customerLink(event.distinct_id) }, "Follow ", el("strong", {}, event.distinct_id)),
        event.email ? el("span.email", {}, ` · customer.email ${event.email}`) : null)
      : null,
    el("div.beside", {},
      el("section.why", {},
        el("h3", {}, remarksTitle(event)),
        explanation ? el("p", {}, explanation) : null,
        remarks.length ? el("ul", {}, ...remarks) : null,
        event.duplicate ? el("p.twice", {}, "The same event had been accepted before: it arrived twice.") : null),
      sent(event)));
}

/** The request, easy to read or exactly as it arrived; the choice holds for the next event too. */
function sent(event) {
  const box = el("div");
  const ways = [["Easy to read", false], ["As sent", true]].map(([words, exact]) =>
    el("button", { type: "button", "data-exact": String(exact), onclick: () => show(exact) }, words));
  const show = (exact) => {
    asSent = exact;
    for (const way of ways) way.setAttribute("aria-pressed", String(way.dataset.exact === String(exact)));
    box.replaceChildren(exact ? exactly(event) : prettyJson(event.body, event.reasons.map((reason) => reason.field)));
  };
  show(asSent);
  return el("section", {},
    el("div.head", {}, el("h3", {}, "What was sent"), el("div.switch", { role: "group", "aria-label": "How to show it" }, ...ways)),
    box,
    event.bluecore_id ? el("p.fine", {}, "x-bluecore-id ", el("code", {}, event.bluecore_id)) : null,
    el("p.fine", {}, "*** stands for the account's name and keys, which are not shown."));
}

function exactly(event) {
  const headers = event.headers.flatMap(([name, value]) => [el("span.key", {}, `${name}: `), `${value}\n`]);
  return el("pre.exact", { tabindex: "0", "aria-label": "The request exactly as it arrived" },
    el("strong", {}, event.method), ` ${event.path}\n`, ...headers, "\n",
    event.raw ?? `(not text; written in base64)\n${event.raw_base64}`);
}
