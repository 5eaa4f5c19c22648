import type { Attributes } from "@opentelemetry/api";
import { VERSION } from "../core/version.ts";

/** What produced the telemetry: a service and the SDK in it.  (Specification: Resource SDK) */
export interface Resource {
  readonly attributes: Readonly<Attributes>;
}

/** The resource of this process's service.  (Semantic conventions: service, telemetry.sdk) */
export function serviceResource(serviceName: string | undefined): Resource {
  return {
    attributes: {
      "service.name": serviceName ?? "unknown_service:node",
      "telemetry.sdk.name": "throughline",
      "telemetry.sdk.language": "nodejs",
      "telemetry.sdk.version": VERSION,
    },
  };
}
