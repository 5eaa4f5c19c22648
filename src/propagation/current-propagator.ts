import { propagation, type TextMapPropagator } from "@opentelemetry/api";
import type { Context } from "../context/context.ts";
import { providersIn } from "../context/current.ts";
import { W3C_PROPAGATOR } from "./w3c-propagator.ts";

/** That of whatever telemetry a context has, else the API's global one, which another SDK may have registered. */
export function propagatorIn(context: Context): Pick<TextMapPropagator, "inject" | "extract" | "fields"> {
  const providers = providersIn(context);
  return providers === undefined ? propagation : (providers.propagator ?? W3C_PROPAGATOR);
}
