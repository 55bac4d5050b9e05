// The exact body of a request, with the faulty fields marked where they stand, or where they should stand.

import { el } from "./dom.js";

/** `faults` are paths such as `properties.products[0].id`. */
export function prettyJson(value, faults) {
  const box = el("pre.json", { tabindex: "0", "aria-label": "The request's body" });
  if (typeof value === "string") box.append(value);
  else write(box, value, { path: "", label: "", indent: 0, comma: "", faults: new Set(faults) });
  return box;
}

function write(box, value, at) {
  const marked = at.path !== "" && at.faults.has(at.path);
  const isList = Array.isArray(value);
  if (value === null || typeof value !== "object") {
    line(box, at, [el(`span.${value === null ? "null" : typeof value}`, {}, JSON.stringify(value)), at.comma], marked);
    return;
  }
  const entries = isList ? value.map((item, index) => [index, item]) : Object.entries(value);
  const missing = isList ? [] : absent(value, at);
  const [open, close] = isList ? "[]" : "{}";
  if (!entries.length && !missing.length) {
    line(box, at, [open + close + at.comma], marked);
    return;
  }
  line(box, at, [open], marked);
  entries.forEach(([key, item], index) => {
    write(box, item, {
      path: isList ? `${at.path}[${key}]` : at.path ? `${at.path}.${key}` : key,
      label: isList ? "" : JSON.stringify(key),
      indent: at.indent + 1,
      comma: index < entries.length - 1 ? "," : "",
      faults: at.faults,
    });
  });
  for (const key of missing) {
    line(box, { label: JSON.stringify(key), indent: at.indent + 1 }, [el("em", {}, "is missing")], true);
  }
  line(box, { label: "", indent: at.indent }, [close + at.comma], false);
}

/** The faulty fields of this object that it does not have. */
function absent(object, at) {
  const prefix = at.path ? `${at.path}.` : "";
  return [...at.faults]
    .filter((path) => path.startsWith(prefix))
    .map((path) => path.slice(prefix.length))
    .filter((key) => /^[a-z_]+$/.test(key) && !(key in object));
}

function line(box, at, parts, marked) {
  const label = at.label ? [el("span.key", {}, at.label), ": "] : [];
  box.append(el(marked ? "span.line.marked" : "span.line", {}, "  ".repeat(at.indent), ...label, ...parts, "\n"));
}
