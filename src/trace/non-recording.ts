import { INVALID_SPAN_CONTEXT, type Span, trace } from "@opentelemetry/api";

/** The span that stands where there is none: it records nothing and belongs to no trace. */
export const NON_RECORDING: Span = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
