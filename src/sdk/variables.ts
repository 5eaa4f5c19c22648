import { LONGEST_WAIT } from "../core/deadline.ts";
import { report } from "../core/diagnostics.ts";

export type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Reads variables by name, the first that says something: an empty one is unset, and one that is not understood is told
 * and counts as unset.  (Specification: Environment Variables, type-specific guidance)
 */
export class VariableReader {
  readonly #variables: Variables;
  /** Those that were told: several settings may read the same. */
  readonly #told = new Set<string>();

  constructor(variables: Variables) {
    this.#variables = variables;
  }

  text(...names: readonly string[]): string | undefined {
    return this.read(names, (text) => text, "a text");
  }

  /** True only for "true", in any case. */
  boolean(name: string): boolean {
    const known = new Map([
      ["true", true],
      ["false", false],
    ]);
    return this.read([name], (text) => known.get(text.toLowerCase()), "true or false") ?? false;
  }

  /** A whole number, in decimal digits. */
  whole(least: number, ...names: readonly string[]): number | undefined {
    const parse = (text: string): number | undefined => {
      const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      return value >= least ? value : undefined;
    };
    return this.read(names, parse, `a whole number from ${least} on`);
  }

  /** Milliseconds.  (Specification: Configuration, Duration) */
  duration(least: number, ...names: readonly string[]): number | undefined {
    const milliseconds = this.whole(least, ...names);
    return milliseconds === undefined ? undefined : Math.min(milliseconds, LONGEST_WAIT);
  }

  /** Milliseconds of which 0 means no limit.  (Specification: Configuration, Timeout) */
  timeout(...names: readonly string[]): number | undefined {
    const milliseconds = this.whole(0, ...names);
    return milliseconds === undefined ? undefined : Math.min(milliseconds || LONGEST_WAIT, LONGEST_WAIT);
  }

  /** The parts between commas, each once. */
  words(name: string): readonly string[] | undefined {
    const parts = this.text(name)
      ?.split(",")
      .map((part) => part.trim());
    return parts === undefined ? undefined : [...new Set(parts.filter((part) => part !== ""))];
  }

  /** The parts between commas, in lowercase, each once. */
  list(name: string): readonly string[] | undefined {
    const words = this.words(name)?.map((word) => word.toLowerCase());
    return words === undefined ? undefined : [...new Set(words)];
  }

  /** One of the words that are known, in any case. */
  oneOf<Word extends string>(words: readonly Word[], ...names: readonly string[]): Word | undefined {
    const parse = (text: string): Word | undefined => words.find((word) => word === text.toLowerCase());
    return this.read(names, parse, `one of ${words.join(", ")}`);
  }

  read<Value>(
    names: readonly string[],
    parse: (text: string) => Value | undefined,
    expected: string,
  ): Value | undefined {
    for (const name of names) {
      const text = this.#variables[name]?.trim() ?? "";
      if (text === "") continue;
      const value = parse(text);
      if (value !== undefined) return value;
      if (this.#told.has(name)) continue;
      this.#told.add(name);
      report("invalid_configuration", `${name} is ${text}; it is to be ${expected}`);
    }
    return undefined;
  }
}
