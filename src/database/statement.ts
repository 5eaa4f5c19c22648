import { type Attributes, type Span, SpanKind, type SpanOptions } from "@opentelemetry/api";
import { errorNames } from "../trace/exception.ts";
import { guarded } from "../trace/guarded.ts";
import { withSpan } from "../trace/span-helpers.ts";

/** A code of the SQL standard. The digit tells it from codes such as EPIPE. */
const SQLSTATE = /^(?=.*\d)[\dA-Z]{5}$/;

/**
 * Has the database do something, in a span by which operation that is.  (Semantic conventions: Database client spans)
 *
 * @param operation "COMMIT"
 * @param text the statement, where it says more than the operation
 */
export function statement(
  operation: string,
  attributes: Attributes,
  act: () => unknown,
  text?: string,
): Promise<unknown> {
  const options = {
    kind: SpanKind.CLIENT,
    attributes: {
      ...attributes,
      "db.operation.name": operation,
      ...(text !== undefined && { "db.query.text": text }),
    },
  };
  return tracedWithFailure(nameOf(operation, attributes), options, async () => await act());
}

/** In a span that tells by which code it has failed. */
export function tracedWithFailure<Result>(
  name: string,
  options: SpanOptions,
  act: (span: Span) => Promise<Result>,
): Promise<Result> {
  return withSpan(name, options, async (span) => {
    try {
      return await act(span);
    } catch (thrown) {
      guarded(() => span.setAttributes(failureAttributes(thrown)));
      throw thrown;
    }
  });
}

function nameOf(operation: string, { "db.namespace": namespace }: Attributes): string {
  return typeof namespace === "string" ? `${operation} ${namespace}` : operation;
}

function failureAttributes(thrown: unknown): Attributes {
  const { code, name } = errorNames(thrown);
  return {
    "error.type": code ?? name ?? "_OTHER",
    ...(code !== undefined && SQLSTATE.test(code) && { "db.response.status_code": code }),
  };
}
