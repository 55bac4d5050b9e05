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
  customers: "Customer updated",
  signup: "Signed up for text messages",
};
const APIS = { customers: "Customers API", eligibility: "Eligibility API" };
/** The answers that are about the event itself. */
const REFUSALS = ["400", "409", "413", "422"];
const STEPS = { reset: "cut the connection", hang: "give no answer" };

const number = new Intl.NumberFormat();
const amount = new Intl.NumberFormat(undefined, { minimumFractionDigits: 2 });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });

export const figure = (value) => number.format(value);
export const money = (value) => (typeof value === "number" ? amount.format(value) : String(value));
export const time = (at) => clock.format(new Date(at));
export const moment = (at) => day.format(new Date(at));
/** The REST API by which an event came, "" for the Events API. */
export const way = (event) => APIS[event.api] ?? "";
export const eventName = (name) => EVENTS[name] ?? (name || "Unreadable");

/** `bluecore-consumer doctor` asks by an event of nobody's whether namespace and key are taken. */
const asked = (event) => event.idempotency_key === "doctor" && !event.distinct_id;

/** What stands over an event. */
export const title = (event) => (asked(event) ? "Doctor's question" : eventName(event.event));

/** The event was taken or refused as usual, and its sender never heard of it. */
const lost = (event) => event.fault.endsWith(": lost");
/** The sender was answered 200, and should find something amiss in the answer. */
const differs = (event) => event.fault.endsWith(": differs");
const misshapen = (event) => event.fault.endsWith(": misshapen");

/** One word for the mark of an event: how it went, warnings apart. */
export function mood(event) {
  return event.outcome === "accepted" && event.reasons.length ? "warned" : event.outcome;
}

/** What came back to the sender. */
export const answered = (event) => (event.status ? `answered ${event.status}` : "not answered");

/** A sentence: what became of the event. */
export function verdict(event) {
  if (lost(event)) return `${event.accepted ? "Accepted" : "Refused"}, but the answer was lost on purpose`;
  if (differs(event)) return "Answered on purpose with another state than was asked for";
  if (misshapen(event)) return "Accepted, but answered on purpose in another form";
  if (event.outcome === "fault") return `Failed on purpose: ${answered(event).replace("not answered", "no answer")}`;
  if (event.outcome === "refused") return "Refused: Bluecore would not take this event";
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

/** The heading over the reasons. */
export function remarksTitle(event) {
  if (event.outcome === "accepted") return event.reasons.length ? "What Bluecore ignores" : "Nothing is wrong with it";
  return "Why";
}

/** What the reasons do not say. */
export function explain(event) {
  if (lost(event)) {
    return "The sandbox was asked to cut the connection before it answered. The sender cannot know what became of the event, and should send it again.";
  }
  if (differs(event)) {
    return "The sandbox was asked to keep another state than the event says, and to answer so. The sender should see it, and tell somebody.";
  }
  if (misshapen(event)) {
    return "The sandbox was asked to answer in a form that the API does not have. The event was taken; the sender cannot know that.";
  }
  if (event.outcome === "fault") {
    const step = event.fault.split(": ").at(-1);
    const then = REFUSALS.includes(step) ? "set it aside, as if Bluecore had refused it" : "send it again";
    return `The sandbox was asked to ${STEPS[step] ?? `answer ${step}`}. The event itself was not judged, and the sender should ${then}.`;
  }
  if (asked(event)) {
    return "bluecore-consumer doctor sent it to learn whether namespace and key are taken. It names no customer on purpose: that it is refused is as it should be.";
  }
  return event.outcome === "accepted" && !event.reasons.length ? "The event keeps all of Bluecore's rules." : "";
}

/** What one state of a consent is called. */
export function state(status) {
  return {
    SUBSCRIBED: { mood: "accepted", words: "Subscribed" },
    UNSUBSCRIBED: { mood: "refused", words: "Unsubscribed" },
    PENDING_CONFIRMATION: { mood: "warned", words: "Waiting to be confirmed" },
  }[status];
}

/** Whether a customer may be written to. */
export function consent(profile) {
  if (!profile.linked) {
    return { mood: "warned", words: "No event has linked this id to an e-mail: its events reach no customer's profile" };
  }
  if (!profile.id.includes("@")) return { mood: "neutral", words: "Known by a telephone number alone" };
  return {
    opted_in: { mood: "accepted", words: "May be e-mailed" },
    unsubscribed: { mood: "refused", words: "Unsubscribed: must not be e-mailed" },
  }[profile.consent] ?? { mood: "neutral", words: "Has neither opted in nor unsubscribed" };
}
