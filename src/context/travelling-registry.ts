import { type Baggage, createContextKey, propagation } from "@opentelemetry/api";
import { describe, quote, report } from "../core/diagnostics.ts";
import { processWide } from "../core/process-wide.ts";
import type { Context } from "./context.ts";

/**
 * How far the value of a variable goes by itself: to this program's workers and child processes, or, as baggage, also to
 * other services.
 */
export type Travels = "process" | "baggage";

/** How a value becomes a text, and a text the value again, where it arrives. */
export interface Codec<Value> {
  encode(value: Value): string;
  decode(text: string): Value;
}

interface TravellingVariable {
  readonly travels: Travels;
  /** What it was told as last: most tasks have the value of the one before. */
  last?: { readonly text: string; readonly member: string };
  /** Its value as a text; null where it is set to what has none, undefined where it is not set here. */
  readonly textIn: (context: Context) => string | null | undefined;
}

/** Of all copies of this package, by name: the last that was declared counts. */
const declared = processWide("travelling-variables", () => new Map<string, TravellingVariable>());

export function declareTravelling(name: string, variable: TravellingVariable): void {
  if (declared.has(name))
    report(
      "invalid_configuration",
      `two context variables that travel are called ${quote(name)}: the one that was declared last does`,
    );
  declared.set(name, variable);
}

/** What has come with a context, by the names of variables. */
export type Texts = ReadonlyMap<string, string>;

/** In a context: the texts of variables that came from another thread or process, decoded when they are asked for. */
const ARRIVED = createContextKey("throughline.1.arrived");

export function withArrived(context: Context, texts: Texts): Context {
  return context.setValue(ARRIVED, texts);
}

/** What came for a variable of this name, and the object that it came with. */
export function arrivedIn(
  context: Context,
  travels: Travels,
  name: string,
): { readonly by: object; readonly text: string } | undefined {
  if (context.scope?.isCleared === true) return undefined;
  const by = travels === "process" ? textsIn(context) : propagation.getBaggage(context);
  if (by === undefined) return undefined;
  const text = "get" in by ? by.get(name) : by.getEntry(name)?.value;
  return text === undefined ? undefined : { by, text };
}

function textsIn(context: Context): Texts | undefined {
  return context.getValue(ARRIVED) as Texts | undefined;
}

/** Of all of them as JSON, in UTF-16 units: the environment of a process has little room. */
const LONGEST_JSON = 32 * 1024;

/** HOT. The variables that go to workers and child processes, as JSON, texts by names; undefined where there are none. */
export function processVariables(context: Context): string | undefined {
  const arrived = context.scope?.isCleared === true ? undefined : textsIn(context);
  if (declared.size === 0 && arrived === undefined) return undefined;
  let members = "";
  const add = (name: string, member: string): void => {
    if (members.length + member.length < LONGEST_JSON) members += members === "" ? member : `,${member}`;
    else reportLeft(name, `with it there are more than ${LONGEST_JSON} characters`);
  };
  for (const [name, variable] of declared) {
    if (variable.travels !== "process") continue;
    const own = variable.textIn(context);
    const text = own === undefined ? arrived?.get(name) : own;
    if (typeof text !== "string") continue;
    if (variable.last?.text !== text) variable.last = { text, member: memberOf(name, text) };
    add(name, variable.last.member);
  }
  // Whoever declares them may be further on.
  if (arrived !== undefined)
    for (const [name, text] of arrived) if (!isDeclared(name)) add(name, memberOf(name, text));
  return members === "" ? undefined : `{${members}}`;
}

function memberOf(name: string, text: string): string {
  return `${JSON.stringify(name)}:${JSON.stringify(text)}`;
}

function isDeclared(name: string): boolean {
  return declared.get(name)?.travels === "process";
}

/** HOT: mostly there are none. The context with the variables that go to other services in its baggage. */
export function withTravellingBaggage(context: Context): Context {
  if (declared.size === 0) return context;
  const before = propagation.getBaggage(context);
  let baggage = before;
  for (const [name, { travels, textIn }] of declared) {
    const value = travels === "baggage" ? textIn(context) : undefined;
    if (value === null) baggage = baggage?.removeEntry(name);
    else if (value !== undefined)
      baggage = (baggage ?? propagation.createBaggage()).setEntry(name, { value });
  }
  return baggage === before || baggage === undefined ? context : withBaggage(context, baggage);
}

function withBaggage(context: Context, baggage: Baggage): Context {
  return propagation.setBaggage(context, baggage) as Context;
}

export function reportLeft(name: string, why: unknown): void {
  report(
    "no_injection",
    `context variable ${quote(name)} stayed behind: ${typeof why === "string" ? why : describe(why)}`,
  );
}
