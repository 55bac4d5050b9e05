// Equal refusals, each group once: how many, why, and the newest of them.

import { $, el } from "./dom.js";
import { eventLink } from "./links.js";
import { eventName, figure } from "./words.js";

const WAIT_MS = 400;

let known = 0;
let asking = false;

/** Take in how many were refused so far; what is new is asked for once a moment. */
export function follow(refused) {
  if (refused === known) return;
  known = refused;
  if (asking) return;
  asking = true;
  setTimeout(ask, WAIT_MS);
}

async function ask() {
  const asked = known;
  const groups = await fetch("_refusals").then((answer) => answer.json()).catch(() => []);
  asking = false;
  $("refusals").hidden = !groups.length;
  $("kinds").textContent = groups.length === 1 ? "Refused for one reason" : `Refused for ${figure(groups.length)} reasons`;
  $("reasons").replaceChildren(...groups.map(group));
  if (asked !== known) {
    asking = true;
    setTimeout(ask, WAIT_MS);
  }
}

function group({ event, count, newest, reasons }) {
  const [first, ...others] = reasons;
  const more = others.length ? ` And ${others.length} more.` : "";
  return el("li", {}, el("a.reason", { href: eventLink(newest) },
    el("strong", {}, `${figure(count)} ×`), ` ${eventName(event)}: ${first?.message ?? ""}${more} `,
    first?.field ? el("code", {}, first.field.replace("properties.", "")) : null));
}
