/** The value of a header that must not be repeated: two values say nothing. */
export function onlyLine(value: string | string[] | undefined): string | undefined {
  if (Array.isArray(value)) return value.length === 1 ? value[0] : undefined;
  return typeof value === "string" ? value : undefined;
}

/** The value of a header whose lines are one list, as far as the first line that is too much: beyond nobody reads. */
export function joinedLines(value: string | string[] | undefined, enough: number): string | undefined {
  if (!Array.isArray(value)) return typeof value === "string" ? value : undefined;
  let joined = "";
  for (let line = 0; line < value.length && joined.length <= enough; line++)
    joined += line === 0 ? value[line] : `,${value[line]}`;
  return joined;
}
