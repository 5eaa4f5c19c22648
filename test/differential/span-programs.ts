import {
  type Attributes,
  type Context,
  type Exception,
  type Link,
  type Span,
  type SpanContext,
  type SpanStatusCode,
  type SpanOptions,
  type TimeInput,
  trace,
  type TracerProvider,
} from "@opentelemetry/api";

/** What a link points to: a span of the program, by its number, or one of somewhere else. */
export type Target = number | SpanContext;

/** What a program does with one span, in order. */
export type Act =
  | { readonly do: "setAttribute"; readonly key: string; readonly value: unknown }
  | { readonly do: "setAttributes"; readonly attributes: Attributes }
  | { readonly do: "addEvent"; readonly name: string; readonly rest: [unknown?, TimeInput?] }
  | { readonly do: "addLink"; readonly target: Target; readonly attributes: Attributes | undefined }
  | { readonly do: "addLinks"; readonly targets: readonly Target[] }
  | { readonly do: "setStatus"; readonly code: SpanStatusCode; readonly message: string | undefined }
  | { readonly do: "updateName"; readonly name: string }
  | { readonly do: "recordException"; readonly exception: Exception; readonly time: TimeInput | undefined }
  | { readonly do: "end"; readonly time: TimeInput | undefined }
  | { readonly do: "wait"; readonly milliseconds: number }
  | { readonly do: "child"; readonly program: Program };

/** Name, version and schema of a tracer. */
export type TracerScope = readonly [name: string, version?: string | undefined, schemaUrl?: string];

/** One span: how it begins, what happens, and whether it ends then (it may have before, or never does). */
export interface Program {
  readonly scope: TracerScope;
  readonly name: string;
  readonly options: SpanOptions;
  readonly acts: readonly Act[];
  readonly ends: boolean;
}

/** Runs a program; gives its spans in the order of their creation, by which links count, too. */
export function run(
  program: Program,
  provider: TracerProvider,
  parent: Context,
  wait: (milliseconds: number) => void,
): Span[] {
  const spans: Span[] = [];
  const open = (own: Program, context: Context): void => {
    const [name, version, schemaUrl] = own.scope;
    const tracer = provider.getTracer(name, version, schemaUrl === undefined ? {} : { schemaUrl });
    const span = tracer.startSpan(own.name, own.options, context);
    spans.push(span);
    for (const act of own.acts) {
      if (act.do === "child") open(act.program, trace.setSpan(context, span));
      else if (act.do === "wait") wait(act.milliseconds);
      else perform(act, span, spans);
    }
    if (own.ends) span.end();
  };
  open(program, parent);
  return spans;
}

function perform(act: Exclude<Act, { do: "child" | "wait" }>, span: Span, spans: readonly Span[]): void {
  const linkTo = (target: Target): Link => ({
    context: typeof target === "number" ? spanAt(spans, target).spanContext() : target,
  });
  switch (act.do) {
    case "setAttribute":
      return void span.setAttribute(act.key, act.value as string);
    case "setAttributes":
      return void span.setAttributes(act.attributes);
    case "addEvent":
      return void span.addEvent(act.name, ...(act.rest as [Attributes?, TimeInput?]));
    case "addLink":
      return void span.addLink({
        ...linkTo(act.target),
        ...(act.attributes === undefined ? {} : { attributes: act.attributes }),
      });
    case "addLinks":
      return void span.addLinks(act.targets.map(linkTo));
    case "setStatus":
      return void span.setStatus(
        act.message === undefined ? { code: act.code } : { code: act.code, message: act.message },
      );
    case "updateName":
      return void span.updateName(act.name);
    case "recordException":
      return span.recordException(act.exception, act.time);
    case "end":
      return span.end(act.time);
  }
}

function spanAt(spans: readonly Span[], target: number): Span {
  const span = spans[target % spans.length];
  if (span === undefined) throw new RangeError("a link of a program without spans");
  return span;
}
