import type { Attributes } from "@opentelemetry/api";
import { inspect, isDeepStrictEqual } from "node:util";
import { requireName } from "../core/errors.ts";
import type { SpanTree } from "./span-tree.ts";
import type { TestTelemetry } from "./test-telemetry.ts";

declare global {
  // oxlint-disable-next-line typescript/no-namespace -- it is that of @types/chai, where that is installed
  namespace Chai {
    interface Assertion {
      /**
       * A trace whose root and descendants have these names, each the child of the one before: "checkout > charge". The
       * failure draws what there was.
       */
      trace(path: string): Assertion;
      /** An ended span of this name, with at least these attributes. The failure draws what there was. */
      span(name: string, attributes?: Attributes): Assertion;
      /**
       * Measurements of this metric with at least these attributes, and this value, as `t.metric(name).value(attributes)`
       * gives it. The failure draws what there was.
       */
      measurement(name: string, value?: number, attributes?: Attributes): Assertion;
    }
  }
}

/** What of chai a plugin needs. */
interface Chai {
  readonly Assertion: {
    addMethod(name: string, method: (this: Subject, ...args: unknown[]) => void): void;
  };
}

interface ChaiUtils {
  readonly flag: (subject: Subject, name: string) => unknown;
}

/** An assertion in the making. */
interface Subject {
  assert(isTrue: boolean, message: () => string, negated: () => string): void;
}

/**
 * A plugin of chai, for `use(telemetryAssertions)`: `expect(t).to.have.trace("checkout > charge")`, `.span(name,
 * attributes)` and `.measurement(name, value, attributes)`.
 *
 * @example
 * await testTelemetry((t) => {
 *   withSpan("checkout", () => withSpan("charge", () => {}));
 *   console.log(t.trees()[0]?.children[0]?.name, typeof telemetryAssertions);
 * })();
 */
export function telemetryAssertions({ Assertion }: Chai, { flag }: ChaiUtils): void {
  const assertion = (name: string, expectation: (...args: never[]) => Expectation): void =>
    Assertion.addMethod(name, function check(...args) {
      const { what, isMetBy, nearest } = expectation(...(args as never[]));
      const telemetry = flag(this, "object");
      if (!isTelemetry(telemetry))
        throw new TypeError(`expected ${what}, but expect() was not given the telemetry of a test`);
      // In chai's messages "#{…}" is a placeholder, also where it comes from the name of a span.
      const drawing = (): string =>
        `but there was:\n\n${nearest?.(telemetry) ?? ""}${String(telemetry)}`.replaceAll("#{", "# {");
      this.assert(
        isMetBy(telemetry),
        () => `expected ${what}, ${drawing()}`,
        () => `expected no ${what}, ${drawing()}`,
      );
    });
  assertion("trace", aTrace);
  assertion("span", aSpan);
  assertion("measurement", aMeasurement);
}

interface Expectation {
  readonly what: string;
  /** What comes nearest to it, in words. */
  readonly nearest?: (t: TestTelemetry) => string;
  readonly isMetBy: (t: TestTelemetry) => boolean;
}

function aTrace(path: string): Expectation {
  requireName(path, "expect(t).to.have.trace(path)");
  const names = path.split(" > ");
  return { what: `trace ${path}`, isMetBy: (t) => t.trees().some((tree) => startsWith(tree, names)) };
}

function aSpan(name: string, attributes?: Attributes): Expectation {
  requireName(name, "expect(t).to.have.span(name)");
  return {
    what: `span ${name}${textOf(attributes)}`,
    isMetBy: (t) => t.spans.some((span) => span.name === name && includes(span.attributes, attributes)),
    nearest: (t) => (attributes === undefined ? "" : attributesOf(t, name)),
  };
}

/** The drawing of a trace has no attributes: those of the spans of this name, a line each. */
function attributesOf({ spans }: TestTelemetry, name: string): string {
  const lines = spans
    .filter((span) => span.name === name)
    .map((span) => `${name}${textOf(span.attributes)}\n`);
  return lines.length === 0 ? "" : `${lines.join("")}\n`;
}

function aMeasurement(name: string, value?: number, attributes?: Attributes): Expectation {
  requireName(name, "expect(t).to.have.measurement(name)");
  if (value !== undefined && typeof value !== "number")
    throw new TypeError(`measurement(name, value, attributes) needs a number second, or undefined for any`);
  const amount = value === undefined ? "" : ` of ${value}`;
  return {
    what: `measurement ${name}${amount}${textOf(attributes)}`,
    isMetBy: (t) => {
      const measured = t.metric(name).value(attributes);
      return value === undefined ? measured !== undefined : measured === value;
    },
  };
}

function isTelemetry(value: unknown): value is TestTelemetry {
  return typeof (value as Partial<TestTelemetry> | undefined | null)?.trees === "function";
}

function startsWith(tree: SpanTree, [name, ...rest]: readonly string[]): boolean {
  if (tree.name !== name) return false;
  return rest.length === 0 || tree.children.some((child) => startsWith(child, rest));
}

function includes(attributes: Attributes, wanted: Attributes | undefined): boolean {
  return Object.entries(wanted ?? {}).every(([key, value]) => isDeepStrictEqual(attributes[key], value));
}

function textOf(attributes: Attributes | undefined): string {
  return attributes === undefined ? "" : ` with ${inspect(attributes, { breakLength: Infinity })}`;
}
