// One customer's profile, as Bluecore would have it after the events that it accepted.

import { el } from "./dom.js";
import { consents } from "./consents.js";
import { eventLink } from "./links.js";
import { consent, eventName, figure, money, time } from "./words.js";

/** `again` is called when the page has changed something of this customer. */
export function customerView(profile, again) {
  const { mood, words } = consent(profile);
  return el("article", {},
    el("p.when", {}, `${profile.linked ? "Customer" : "Unknown visitor"} · ${events(profile.events)}`),
    el("h2", {}, profile.id),
    el("p.verdict", { "data-mood": mood }, words),
    consents(profile, again),
    el("div.cards", {}, ...(profile.linked ? known(profile) : []), lastEvents(profile)));
}

function known(profile) {
  const attributes = Object.entries(profile.attributes);
  return [
    card("What Bluecore knows", attributes.length
      ? el("dl", {}, ...attributes.flatMap(([name, value]) => [el("dt", {}, name.replaceAll("_", " ")), el("dd", {}, said(value))]))
      : null),
    card("Also known as", list(profile.linked_ids.map((id) => [id]))),
    card("In the cart", list(profile.cart.map(product))),
    card("On the wishlist", list(profile.wishlist.map(product))),
    card("Orders", list(profile.orders.map((order) =>
      [`Order ${order.order_id}`, `${money(order.total)} · ${order.products} product${order.products === 1 ? "" : "s"}`]))),
  ];
}

const lastEvents = (profile) => card("Last events", profile.last_events.length
  ? el("ul", {}, ...profile.last_events.map((event) => el("li", {},
    el("a", { href: eventLink(event.number) }, eventName(event.event)), el("span", {}, time(event.at_ms)))))
  : null);

const card = (title, content) => el("section.card", {}, el("h3", {}, title), content ?? el("p.none", {}, "Nothing yet"));

const list = (lines) => (lines.length
  ? el("ul", {}, ...lines.map(([first, second]) => el("li", {}, el("span", {}, first), second ? el("span", {}, second) : null)))
  : null);

function product(line) {
  const quantity = line.quantity > 1 ? `${line.quantity} × ` : "";
  return [String(line.name ?? line.id), line.price === undefined ? quantity : quantity + money(line.price)];
}

const events = (count) => (count === 1 ? "1 event" : `${figure(count)} events`);

const said = (value) => (value === true ? "yes" : value === false ? "no" : value === null ? "empty" : String(value));
