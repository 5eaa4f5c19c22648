import type { Attributes } from "@opentelemetry/api";
import { VERSION } from "../core/version.ts";

/** What produced the telemetry: a service and the SDK in it.  (Specification: Resource SDK) */
export interface Resource {
  readonly attributes: Readonly<Attributes>;
}

/** A resource as processors and exporters of the official SDK expect it. */
export class ServiceResource implements Resource {
  readonly attributes: Readonly<Attributes>;

  constructor(attributes: Readonly<Attributes>) {
    this.attributes = attributes;
  }

  /** One with the attributes of both; where both have one, the other's counts. */
  merge(other: Resource | null): ServiceResource {
    return new ServiceResource({ ...this.attributes, ...other?.attributes });
  }

  getRawAttributes(): [string, Attributes[string]][] {
    return Object.entries(this.attributes);
  }
}

/**
 * The resource of this process's service: what it is without a word, then each source in turn, the later over the
 * earlier.  (Semantic conventions: service, telemetry.sdk; Specification: Resource SDK, Merge)
 */
export function serviceResource(...sources: readonly Readonly<Attributes>[]): ServiceResource {
  const attributes: Attributes = {
    "service.name": "unknown_service:node",
    "telemetry.sdk.name": "throughline",
    "telemetry.sdk.language": "nodejs",
    "telemetry.sdk.version": VERSION,
  };
  return new ServiceResource(Object.assign(attributes, ...sources) as Attributes);
}
