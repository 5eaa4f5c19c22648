import type { AttributeMap } from "../otlp/decoded.ts";

/** The service that a resource names.  (Semantic conventions: service.name is required, and may still be missing) */
export function serviceOf(resource: AttributeMap): string {
  const name = resource["service.name"];
  return typeof name === "string" && name !== "" ? name : "unknown_service";
}
