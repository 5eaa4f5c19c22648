import type { Mutation } from "./mutants.ts";

/** Of src/metrics, for test/metrics. */
export const METRICS_MUTATIONS: readonly Mutation[] = [
  {
    name: "a counter takes negative values",
    file: "metrics/synchronous.ts",
    find: "const COUNTER: Kind<Api.Counter> = {\n  least: 0,",
    replace: "const COUNTER: Kind<Api.Counter> = {\n  least: -Infinity,",
  },
  {
    name: "an up-down counter only counts up",
    file: "metrics/synchronous.ts",
    find: "const UP_DOWN_COUNTER: Kind<Api.UpDownCounter> = {\n  least: -Infinity,",
    replace: "const UP_DOWN_COUNTER: Kind<Api.UpDownCounter> = {\n  least: 0,",
  },
  {
    name: "a histogram takes negative values",
    file: "metrics/synchronous.ts",
    find: "export const HISTOGRAM: Kind<Api.Histogram> = {\n  least: 0,",
    replace: "export const HISTOGRAM: Kind<Api.Histogram> = {\n  least: -Infinity,",
  },
  {
    name: "a bound counter forgets its attributes",
    file: "metrics/synchronous.ts",
    find: "return { add: (value) => measureWith(bound, value) };",
    replace: "return { add: (value) => measureWith({}, value) };",
  },
  {
    name: "a bound histogram forgets its attributes",
    file: "metrics/synchronous.ts",
    find: "return { record: (value) => measureWith(bound, value), time: (fn) => time(bound, fn) };",
    replace: "return { record: (value) => measureWith({}, value), time: (fn) => time(bound, fn) };",
  },
  {
    name: "bound attributes are those of the caller",
    file: "metrics/measurements.ts",
    find: "own: (attributes) => Object.freeze(rule.given(attributes)),",
    replace: "own: (attributes) => (rule.given(attributes), attributes as Attributes),",
  },
  {
    name: "infinity is a measurement",
    file: "metrics/measurements.ts",
    find: "value >= least && Number.isFinite(value)",
    replace: "value >= least",
  },
  {
    name: "a measurement ignores the context that it is given",
    file: "metrics/measurements.ts",
    find: "const context = given === undefined ? currentContext() : capture(given);",
    replace: "const context = currentContext();\n        void capture;",
  },
  {
    name: "an instrument keeps the first provider that it met",
    file: "metrics/current-instrument.ts",
    find: "if (used === undefined || current !== provider) {",
    replace: "if (used === undefined) {",
  },
  {
    name: "an instrument is made again at each change of provider",
    file: "metrics/current-instrument.ts",
    find: "let found = known.get(current);",
    replace: "let found = known.get(SILENT);",
  },
  {
    name: "a key that is not listed is taken where all others are plain",
    file: "metrics/attribute-rule.ts",
    find: "(keys !== undefined && !keys.has(key)) || ++count",
    replace: "++count",
  },
  {
    name: "a key that is not listed is taken beside one that is not plain",
    file: "metrics/attribute-rule.ts",
    find: "if (this.#keys?.has(key) === false) {",
    replace: "if (this.#name === undefined) {",
  },
  {
    name: "attributes are not copied",
    file: "metrics/attribute-rule.ts",
    find: "        return own;\n      }\n    } catch {",
    replace: "        return attributes as Attributes;\n      }\n    } catch {",
  },
  {
    name: "a text of any length names a series",
    file: "metrics/attribute-rule.ts",
    find: "? (value as string).length <= LONGEST_TEXT",
    replace: "? true",
  },
  {
    name: "any number of attributes names a series",
    file: "metrics/attribute-rule.ts",
    find: "|| ++count > LIMITS.count)",
    replace: "|| ++count < 0)",
  },
  {
    name: "an empty key is an attribute",
    file: "metrics/attribute-rule.ts",
    find: 'if (!isPlain || key === "" ||',
    replace: "if (!isPlain ||",
  },
  {
    name: "the unit of a time is not looked at",
    file: "metrics/timing.ts",
    find: "record((performance.now() - began) * perMillisecond, more);",
    replace: "record(performance.now() - began, more);",
  },
  {
    name: "what throws is not timed",
    file: "metrics/timing.ts",
    find: "      fail(thrown);\n      throw thrown;",
    replace: "      throw thrown;",
  },
  {
    name: "every time tells its error",
    file: "metrics/timing.ts",
    find: "this.#tellsErrors = declaration?.keys?.has(ERROR_TYPE) === true;",
    replace: "this.#tellsErrors = declaration !== undefined;",
  },
  {
    name: "an observable of a tenant belongs to the process",
    file: "metrics/callback-registry.ts",
    find: "if (providers !== undefined) return attachOnce(callback, providers.meterProvider, providers);",
    replace: "",
  },
  {
    name: "an observable that has ended is asked by the next telemetry",
    file: "metrics/callback-registry.ts",
    find: "export function unregister(callback: RegisteredCallback): void {\n  state.ofProcess.delete(callback);",
    replace: "export function unregister(callback: RegisteredCallback): void {",
  },
  {
    name: "an observable that has ended stays in its provider",
    file: "metrics/callback-registry.ts",
    find: "  try {\n    end();\n",
    replace: "  try {\n",
  },
  {
    name: "a callback that ends while it is asked is taken out of the list at once",
    file: "metrics/callback-registry.ts",
    find: "if (state.asking > 0) queueMicrotask(",
    replace: "if (state.asking < 0) queueMicrotask(",
  },
  {
    name: "a callback that is added in two telemetries belongs to the first",
    file: "metrics/per-owner.ts",
    find: "if (providers === undefined) return this.#ofProcess;",
    replace: "if (providers !== null) return this.#ofProcess;",
  },
  {
    name: "a callback measures in whatever telemetry is current",
    file: "metrics/observable.ts",
    find: "providers === undefined ? current : current.withProviders(providers)",
    replace: "providers === null ? current.withProviders(providers) : current",
  },
  {
    name: "an observation that is no measurement is given on",
    file: "metrics/observable.ts",
    find: "if (isMeasurement(value, this.#kind.least)) giveOn(",
    replace: 'if (isMeasurement(value, this.#kind.least) || typeof value === "number") giveOn(',
  },
  {
    name: "a callback is asked twice where it is added twice",
    file: "metrics/observable.ts",
    find: "if (own.has(callback)) return;",
    replace: "",
  },
  {
    name: "seconds have the boundaries of milliseconds",
    file: "metrics/default-boundaries.ts",
    find: "return bounds === undefined ?",
    replace: 'return bounds === undefined || unit === "s" ?',
  },
  {
    name: "a guilty attribute is told at the limit",
    file: "metrics/cardinality-watch.ts",
    find: "if (dataPoints.length * 2 < limit ||",
    replace: "if (dataPoints.length < limit ||",
  },
  {
    name: "the attribute with fewest values is guilty",
    file: "metrics/cardinality-watch.ts",
    find: "each[1].size > most[1].size",
    replace: 'each[1].size < most[1].size || most[0] === ""',
  },
  {
    name: "any name names a metric",
    file: "metrics/declaration.ts",
    find: 'if (typeof name !== "string" || !NAME.test(name)) {',
    replace: 'if (typeof name !== "string") {\n    void NAME;',
  },
];

/** Of src/metrics too, for test/context, where variables are that stamp. */
export const STAMP_MUTATIONS: readonly Mutation[] = [
  {
    name: "the context wins over what a measurement was given",
    file: "metrics/attribute-rule.ts",
    find: "return { ...attributes, ...given } as Attributes;",
    replace: "return { ...given, ...attributes } as Attributes;",
  },
  {
    name: "variables that are declared later are not stamped",
    file: "metrics/attribute-rule.ts",
    find: "if (this.#variables !== variables) {",
    replace: "if (this.#variables.length === 0) {",
  },
];
