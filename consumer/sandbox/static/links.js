// The addresses of what the right-hand side shows.

export const eventLink = (number) => `#event/${number}`;
export const customerLink = (id) => `#customer/${encodeURIComponent(id)}`;

/** Which kind of thing an address asks for, "" for none, and where the sandbox tells of it. */
export function target(hash) {
  const [, kind, id] = /^#(event|customer)\/(.+)$/.exec(hash) ?? [];
  return kind ? { kind, address: kind === "event" ? `_events/${id}` : `_customers/${id}` } : { kind: "" };
}
