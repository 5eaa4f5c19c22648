/** Wraps text for a terminal; `plain` is the painter for everywhere else. */
export interface Painter {
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly failure: (text: string) => string;
  /** One color for each service, by its number. */
  readonly service: (text: string, number: number) => string;
}

// Cyan, green, yellow, blue, magenta: red is kept for failure.
const SERVICE_COLORS = [36, 32, 33, 34, 35] as const;

function wrap(text: string, on: number, off: number): string {
  return text === "" ? "" : `\u001b[${on}m${text}\u001b[${off}m`;
}

export const colored: Painter = {
  strong: (text) => wrap(text, 1, 22),
  faint: (text) => wrap(text, 2, 22),
  failure: (text) => wrap(text, 31, 39),
  service: (text, number) => wrap(text, SERVICE_COLORS[number % SERVICE_COLORS.length] ?? 36, 39),
};

export const plain: Painter = {
  strong: (text) => text,
  faint: (text) => text,
  failure: (text) => text,
  service: (text) => text,
};
