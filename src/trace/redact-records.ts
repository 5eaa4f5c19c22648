import type { Redactor } from "../core/redaction.ts";
import type { EventRecord, LinkRecord } from "./record.ts";

/** In the list itself, for it is the span's own, and whoever was given it is to see no more. */
export function redactEvents(events: EventRecord[], redactor: Redactor): void {
  for (const [index, event] of events.entries()) {
    const name = redactor.text(event.name);
    const attributes = redactor.attributes(event.attributes);
    if (name !== event.name || attributes !== event.attributes)
      events[index] = { ...event, name, attributes };
  }
}

/** The same of links. */
export function redactLinks(links: LinkRecord[], redactor: Redactor): void {
  for (const [index, link] of links.entries()) {
    const attributes = redactor.attributes(link.attributes);
    if (attributes !== link.attributes) links[index] = { ...link, attributes };
  }
}
