// The right-hand side: one event with its exact request, or one customer's profile.

import { $, el } from "./dom.js";
import { prettyJson } from "./json.js";
import { CONSENT, eventName, figure, money, mood, time, verdict } from "./words.js";

const [hint] = $("detail").children;

export const eventLink = (number) => `#event/${number}`;
export const customerLink = (id) => `#customer/${encodeURIComponent(id)}`;

/** Show what the address asks for; `fresh` moves the focus there, as a person has just asked. */
export async function show(hash, fresh) {
  const [, kind, id] = /^#(event|customer)\/(.+)$/.exec(hash) ?? [];
  document.body.dataset.open = kind ?? "";
  if (!kind) {
    $("detail").replaceChildren(hint);
    return;
  }
  const answer = await fetch(kind === "event" ? `_events/${id}` : `_customers/${id}`);
  if (location.hash !== hash) return;
  const found = await answer.json();
  const content = !answer.ok ? el("p.hint", {}, found.error) : kind === "event" ? eventView(found) : customerView(found);
  const held = $("detail").scrollTop;
  $("detail").replaceChildren(el("a.back", { href: "#" }, "Back to the events"), content);
  $("detail").scrollTop = fresh ? 0 : held;
  if (fresh) $("detail").focus({ preventScroll: true });
}

function eventView(event) {
  const why = event.reasons.map((reason) =>
    el("li", {}, el("p", {}, reason.message), reason.field ? el("code", {}, reason.field) : null));
  return el("article", {},
    el("p.when", {}, `Event ${figure(event.number)} · ${time(event.at)}`),
    el("h2", {}, eventName(event.event)),
    el("p.verdict", { "data-mood": mood(event) }, verdict(event)),
    event.distinct_id
      ? el("p", {}, el("a.follow", { href: customerLink(event.distinct_id) }, "Follow ", el("strong", {}, event.distinct_id)))
      : null,
    el("div.beside", {},
      el("section.why", {},
        el("h3", {}, why.length ? "Why" : "Nothing to say against it"),
        why.length ? el("ul", {}, ...why) : el("p", {}, explain(event)),
        event.duplicate ? el("p.twice", {}, "The same event had been accepted before: it arrived twice.") : null),
      el("section.sent", {},
        el("h3", {}, "What was sent"),
        prettyJson(event.body, event.reasons.map((reason) => reason.field)),
        el("details", {}, el("summary", {}, "Technical details"),
          el("dl.headers", {}, ...event.headers.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]))))));
}

function explain(event) {
  if (event.outcome === "fault") return `The sandbox was asked to fail it (${event.fault}). The sender should try again.`;
  return "The event keeps all of Bluecore's rules.";
}

function customerView(profile) {
  const attributes = Object.entries(profile.attributes);
  return el("article", {},
    el("p.when", {}, `Customer · ${figure(profile.events)} events`),
    el("h2.id", {}, profile.id),
    el("p.verdict", { "data-mood": consentMood(profile) },
      profile.linked ? (CONSENT[profile.consent] ?? "Has neither opted in nor unsubscribed")
        : "Unknown visitor: no event has linked this id to an e-mail, so Bluecore has no profile for it"),
    el("div.cards", {},
      card("What Bluecore knows", attributes.length
        ? el("dl", {}, ...attributes.flatMap(([name, value]) => [el("dt", {}, name.replaceAll("_", " ")), el("dd", {}, said(value))]))
        : null),
      card("Also known as", list(profile.linked_ids.map((id) => [id]))),
      card("In the cart", list(profile.cart.map(product))),
      card("On the wishlist", list(profile.wishlist.map(product))),
      card("Orders", list(profile.orders.map((order) =>
        [`Order ${order.order_id}`, `${money(order.total)} · ${order.products} product${order.products === 1 ? "" : "s"}`]))),
      card("Last events", profile.last_events.length
        ? el("ul", {}, ...profile.last_events.map((event) => el("li", {},
          el("a", { href: eventLink(event.number) }, eventName(event.event)), el("span", {}, time(event.at_ms)))))
        : null)));
}

const card = (title, content) => el("section.card", {}, el("h3", {}, title), content ?? el("p.none", {}, "Nothing yet"));

const list = (lines) => (lines.length
  ? el("ul", {}, ...lines.map(([first, second]) => el("li", {}, el("span", {}, first), second ? el("span", {}, second) : null)))
  : null);

function product(line) {
  const quantity = line.quantity > 1 ? `${line.quantity} × ` : "";
  return [String(line.name ?? line.id), line.price === undefined ? quantity : quantity + money(line.price)];
}

const said = (value) => (value === true ? "yes" : value === false ? "no" : value === null ? "empty" : String(value));

const consentMood = (profile) => (!profile.linked ? "warned"
  : { opted_in: "accepted", unsubscribed: "refused" }[profile.consent] ?? "neutral");
