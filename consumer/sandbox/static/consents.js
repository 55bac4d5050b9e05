// What a customer has consented to, by channel, whichever way it came; a double opt-in is confirmed here.

import { el } from "./dom.js";
import { moment, state } from "./words.js";

const CHANNELS = { email: "e-mails", sms: "text messages" };
const TYPES = { MARKETING: "Marketing", TRANSACTIONAL: "Transactional" };
const SOURCES = { integration: "by the Events API", "public-api": "by the Eligibility API", upload: "by a file" };

export function consents(profile, again) {
  if (!profile.subscriptions.length) return null;
  return el("section.consents", {},
    el("h3", {}, "Consent"),
    el("ul", {}, ...profile.subscriptions.map((each) => consent(each, each.id !== profile.id, again))));
}

function consent(each, named, again) {
  const { mood, words } = state(each.status);
  return el("li", {},
    el("div.head", {}, el("strong", {}, `${TYPES[each.message_type]} ${CHANNELS[each.channel]}`),
      el("span.state", { "data-mood": mood }, words)),
    named ? el("p.to", {}, `to ${each.id}`) : null,
    el("p.since", {}, `since ${moment(each.consented_at)}, ${SOURCES[each.source]}`,
      each.channel_identifier ? `, sent from ${each.channel_identifier}` : ""),
    each.status === "PENDING_CONFIRMATION" ? confirmation(each, again) : null);
}

/** In place of the answer that the customer would send from the telephone. */
function confirmation(each, again) {
  const button = el("button.confirm", { type: "button", onclick: confirm }, "Confirm for the customer");
  async function confirm() {
    button.disabled = true;
    await fetch("_confirmations", { method: "POST", body: JSON.stringify({ phone_number: each.id }) }).catch(() => null);
    again();
  }
  return button;
}
