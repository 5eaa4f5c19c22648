/** The value of a header that must not be repeated: two values say nothing. */
export function onlyLine(value: string | string[] | undefined): string | undefined {
  if (Array.isArray(value)) return value.length === 1 ? value[0] : undefined;
  return typeof value === "string" ? value : undefined;
}

/** The value of a header whose lines are one list. */
export function joinedLines(value: string | string[] | undefined): string | undefined {
  if (Array.isArray(value)) return value.join(",");
  return typeof value === "string" ? value : undefined;
}
