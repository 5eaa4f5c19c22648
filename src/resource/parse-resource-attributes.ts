import type { Attributes } from "@opentelemetry/api";
import { percentDecode } from "../core/percent-decode.ts";

/**
 * `key=value,key=value`, percent-encoded, as attributes; undefined where any of it is malformed, for then all of it is to
 * be discarded.  (Specification: Resource SDK, Specifying resource information via an environment variable)
 */
export function parseResourceAttributes(text: string): Attributes | undefined {
  const attributes: [string, string][] = [];
  for (const member of text.split(",")) {
    const [key = "", value, ...more] = member.split("=").map((part) => percentDecode(part.trim()));
    if (key === undefined || key === "" || value === undefined || more.length > 0) return undefined;
    attributes.push([key, value]);
  }
  return Object.fromEntries(attributes);
}
