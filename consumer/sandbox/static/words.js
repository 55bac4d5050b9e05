// What the page calls things: plain words for event types, outcomes and times.

const EVENTS = {
  customer_patch: "Profile updated",
  identify: "Customer identified",
  optin: "Opted in",
  unsubscribe: "Unsubscribed",
  viewed_product: "Product viewed",
  search: "Searched",
  add_to_cart: "Added to cart",
  remove_from_cart: "Removed from cart",
  wishlist: "Added to wishlist",
  purchase: "Purchase",
};

const number = new Intl.NumberFormat();
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });

export const figure = (value) => number.format(value);
const amount = new Intl.NumberFormat(undefined, { minimumFractionDigits: 2 });
export const money = (value) => (typeof value === "number" ? amount.format(value) : String(value));
export const time = (at) => clock.format(new Date(at));
export const eventName = (name) => EVENTS[name] ?? (name || "Unreadable");

/** One word for the mark of an event: how it went, warnings apart. */
export function mood(event) {
  return event.outcome === "accepted" && event.reasons.length ? "warned" : event.outcome;
}

/** A sentence: what became of the event. */
export function verdict(event) {
  if (event.outcome === "fault") {
    return event.status ? `Failed on purpose: answered ${event.status}` : "Failed on purpose: no answer";
  }
  if (event.outcome === "refused") return `Refused: Bluecore would answer ${event.status}`;
  return event.reasons.length ? "Accepted, but Bluecore ignores a part of it" : "Accepted";
}

/** The short line under an event in the list. */
export function remark(event) {
  if (event.outcome === "fault") return verdict(event);
  if (event.reasons.length) {
    const more = event.reasons.length - 1;
    return event.reasons[0].message + (more ? ` And ${more} more.` : "");
  }
  return event.duplicate ? "Sent before: the same event arrived twice." : "";
}

export const CONSENT = { opted_in: "May be e-mailed", unsubscribed: "Unsubscribed" };
