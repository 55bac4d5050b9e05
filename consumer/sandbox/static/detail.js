// The right-hand side: shows what the address asks for, keeps it fresh, and tries again when it cannot be had.

import { $, el } from "./dom.js";
import { customerView } from "./customer.js";
import { eventView } from "./event.js";
import { target } from "./links.js";

const FRESH_MS = 1000;
const RETRY_MS = 2000;

const [hint] = $("detail").children;
let asked = 0;
let askedAt = 0;
let due;

/** Show what the address asks for; `fresh` moves the focus there, as a person has just asked. */
export async function show(fresh) {
  const { kind, address } = target(location.hash);
  const turn = ++asked;
  askedAt = performance.now();
  clearTimeout(due);
  due = undefined;
  document.body.dataset.open = kind;
  if (!kind) {
    $("detail").replaceChildren(hint);
    return;
  }
  let answer, found;
  try {
    answer = await fetch(address);
    found = await answer.json();
  } catch {
    if (turn !== asked) return;
    trouble(fresh);
    due ??= setTimeout(() => show(false), RETRY_MS);
    return;
  }
  if (turn !== asked) return;
  put(fresh, !answer.ok ? el("p.hint", {}, found.error) : kind === "event" ? eventView(found) : customerView(found, () => show(false)));
}

/** A customer's events have come, perhaps: look again, now or within a second, so that the last one is never missed. */
export function freshen() {
  if (target(location.hash).kind !== "customer") return;
  due ??= setTimeout(() => show(false), Math.max(0, askedAt + FRESH_MS - performance.now()));
}

function trouble(fresh) {
  const words = el("p.trouble", { role: "status" }, "The sandbox does not answer. Trying again…");
  if (fresh) put(fresh, words);
  else if (!$("detail").querySelector(".trouble")) $("detail").prepend(words);
}

/** Put this in place of what is shown; a person who is reading it keeps the focus and the place. */
function put(fresh, content) {
  const box = $("detail");
  const [held, focused] = [box.scrollTop, box.contains(document.activeElement) ? document.activeElement : box];
  box.replaceChildren(el("a.back", { href: "#" }, "Back to the events"), content);
  box.scrollTop = fresh ? 0 : held;
  if (fresh) box.focus({ preventScroll: true });
  else if (focused !== box) (twin(box, focused) ?? box).focus({ preventScroll: true });
}

const twin = (box, link) => [...box.querySelectorAll("a")].find((other) => other.getAttribute("href") === link.getAttribute("href"));
