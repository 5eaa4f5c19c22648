import type { Link } from "@opentelemetry/api";
import type { Context } from "../context/context.ts";
import { activeSpanContext } from "./active-span-context.ts";

/** What a trace of its own says of where it came from: a link to the active span; none where there is none. */
export function linksTo(context: Context): Link[] {
  const spanContext = activeSpanContext(context);
  return spanContext === undefined ? [] : [{ context: spanContext }];
}
