import { printable } from "../core/printable.ts";

// Columns of a terminal, not characters: East Asian text and emoji take two, combining marks none.
// oxlint-disable-next-line no-control-regex -- ASCII is the range that needs no second look
const PLAIN = /^[\u0000-\u007f]*$/;
const WIDE =
  /[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;
const NARROWEST = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** How many columns of a terminal a text takes. */
export function columnsOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let columns = 0;
  for (const character of text) columns += columnsOfCharacter(character);
  return columns;
}

function columnsOfCharacter(character: string): number {
  if (NARROWEST.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** Text from outside, printable and cut with `…` to at most so many columns. */
export function fit(text: string, columns: number): string {
  // Cut before escaping: a name of a megabyte must not cost one, nor a thousand marks on one letter show.
  const shown = printable(text.slice(0, 4 * columns + 4));
  if (columnsOf(shown) <= columns && text.length <= 4 * columns + 4) return shown;
  let kept = "";
  let room = columns - 1;
  for (const character of shown) {
    room -= columnsOfCharacter(character);
    if (room < 0) break;
    kept += character;
  }
  return columns > 0 ? `${kept}…` : "";
}

/** Fills up with spaces on the right. */
export function padRight(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - columnsOf(text)));
}

/** Fills up with spaces on the left. */
export function padLeft(text: string, columns: number): string {
  return " ".repeat(Math.max(0, columns - columnsOf(text))) + text;
}
