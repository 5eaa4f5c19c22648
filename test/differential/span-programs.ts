import {
  type Attributes,
  type Context,
  type HrTime,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import * as fc from "fast-check";

/** What a program does with one span, in order. */
export type Act =
  | { readonly do: "setAttribute"; readonly key: string; readonly value: unknown }
  | { readonly do: "setAttributes"; readonly attributes: Attributes }
  | {
      readonly do: "addEvent";
      readonly name: string;
      readonly attributes: Attributes;
      readonly time: HrTime | Date;
    }
  | { readonly do: "addEventNow"; readonly name: string }
  | { readonly do: "addLink"; readonly target: number; readonly attributes: Attributes }
  | { readonly do: "setStatus"; readonly code: SpanStatusCode; readonly message: string | undefined }
  | { readonly do: "updateName"; readonly name: string }
  | { readonly do: "recordException"; readonly error: Error; readonly time: HrTime | Date }
  | { readonly do: "end"; readonly time: HrTime | Date | undefined }
  | { readonly do: "child"; readonly program: Program };

/** One span: how it begins, what happens, and whether it ends then (it may have before, or never does). */
export interface Program {
  readonly name: string;
  readonly kind: SpanKind | undefined;
  readonly root: boolean;
  readonly attributes: Attributes;
  readonly startTime: HrTime | Date | undefined;
  readonly acts: readonly Act[];
  readonly ends: boolean;
}

/** Runs a program; gives the ids of its spans in the order of their creation, by which links count, too. */
export function run(program: Program, tracer: Tracer, parent: Context = ROOT_CONTEXT): string[] {
  const spans: Span[] = [];
  const open = (own: Program, context: Context): void => {
    const { name, kind, root, attributes, startTime } = own;
    const options = {
      root,
      attributes,
      ...(kind === undefined ? {} : { kind }),
      ...(startTime && { startTime }),
    };
    const span = tracer.startSpan(name, options, context);
    spans.push(span);
    for (const act of own.acts) {
      if (act.do === "child") open(act.program, trace.setSpan(context, span));
      else perform(act, span, spans);
    }
    if (own.ends) span.end();
  };
  open(program, parent);
  return spans.map((span) => span.spanContext().spanId);
}

function perform(act: Exclude<Act, { do: "child" }>, span: Span, spans: readonly Span[]): void {
  switch (act.do) {
    case "setAttribute":
      return void span.setAttribute(act.key, act.value as string);
    case "setAttributes":
      return void span.setAttributes(act.attributes);
    case "addEvent":
      return void span.addEvent(act.name, act.attributes, act.time);
    case "addEventNow":
      return void span.addEvent(act.name);
    case "addLink": {
      const context = spans[act.target % spans.length]?.spanContext() ?? span.spanContext();
      return void span.addLink({ context, attributes: act.attributes });
    }
    case "setStatus":
      return void span.setStatus(
        act.message === undefined ? { code: act.code } : { code: act.code, message: act.message },
      );
    case "updateName":
      return void span.updateName(act.name);
    case "recordException":
      return span.recordException(act.error, act.time);
    case "end":
      return span.end(act.time);
  }
}

const time: fc.Arbitrary<HrTime | Date> = fc.oneof(
  fc.date({ min: new Date(0), max: new Date("2100-01-01"), noInvalidDate: true }),
  fc.tuple(fc.nat({ max: 4_000_000_000 }), fc.nat({ max: 999_999_999 })),
);
const text = fc.string({ maxLength: 6 });
const key = fc.constantFrom("a", "b", "c.d", "A", "");
const list = (element: fc.Arbitrary<unknown>) => fc.array(fc.option(element, { freq: 5 }), { maxLength: 3 });
const value = fc.oneof(
  text,
  fc.double(),
  fc.integer(),
  fc.boolean(),
  list(text),
  list(fc.double()),
  list(fc.boolean()),
  fc.constantFrom(undefined, 1n, Symbol("value"), () => {}, new Date(0)),
);
const attributes = fc.dictionary(key, value, {
  maxKeys: 4,
  noNullPrototype: true,
}) as fc.Arbitrary<Attributes>;

export const anyProgram: fc.Arbitrary<Program> = fc.letrec<{ program: Program; act: Act }>((tie) => ({
  program: fc.record({
    name: text,
    kind: fc.option(fc.constantFrom(0, 1, 2, 3, 4), { nil: undefined }),
    root: fc.boolean(),
    attributes,
    startTime: fc.option(time, { nil: undefined }),
    acts: fc.array(tie("act"), { maxLength: 6, size: "max" }),
    ends: fc.integer({ max: 9, min: 0 }).map((chance) => chance > 0),
  }),
  act: fc.oneof(
    { maxDepth: 4 },
    fc.record({ do: fc.constant("end" as const), time: fc.option(time, { nil: undefined }) }),
    fc.record({ do: fc.constant("setAttribute" as const), key, value }),
    fc.record({ do: fc.constant("setAttributes" as const), attributes }),
    fc.record({ do: fc.constant("addEvent" as const), name: text, attributes, time }),
    fc.record({ do: fc.constant("addEventNow" as const), name: text }),
    fc.record({ do: fc.constant("addLink" as const), target: fc.nat({ max: 20 }), attributes }),
    fc.record({
      do: fc.constant("setStatus" as const),
      code: fc.constantFrom(SpanStatusCode.UNSET, SpanStatusCode.OK, SpanStatusCode.ERROR),
      message: fc.option(text, { nil: undefined }),
    }),
    fc.record({ do: fc.constant("updateName" as const), name: text }),
    fc.record({
      do: fc.constant("recordException" as const),
      error: fc.string({ minLength: 1, maxLength: 6 }).map((message) => new RangeError(message)),
      time,
    }),
    { weight: 4, arbitrary: fc.record({ do: fc.constant("child" as const), program: tie("program") }) },
  ),
})).program;
