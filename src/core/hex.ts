/** By character code, the value of a lowercase hexadecimal digit; -1 for what is none. */
const DIGITS = new Int8Array(128).fill(-1);
for (let value = 0; value < 16; value++) DIGITS[value.toString(16).charCodeAt(0)] = value;

/**
 * HOT. All digits of a part of a text, combined by or: 0 where all are 0, negative where any is no lowercase hexadecimal
 * digit or lies beyond the end.
 */
export function mergedDigits(text: string, from: number, to: number): number {
  let all = 0;
  for (let index = from; index < to; index++) all |= DIGITS[text.charCodeAt(index)] ?? -1;
  return all;
}

/** HOT. Eight digits, already checked by the caller, as an int32. */
export function wordAt(text: string, from: number): number {
  let word = 0;
  for (let index = from; index < from + 8; index++)
    word = (word << 4) | (DIGITS[text.charCodeAt(index)] ?? 0);
  return word;
}

/** The same of digits in either case. */
const ANY_DIGITS = DIGITS.slice();
for (let value = 10; value < 16; value++) ANY_DIGITS[value.toString(16).toUpperCase().charCodeAt(0)] = value;

/** HOT. The byte that two digits say, in either case; negative where they are none. */
export function octetAt(text: string, from: number): number {
  const high = ANY_DIGITS[text.charCodeAt(from)] ?? -1;
  return (high << 4) | (ANY_DIGITS[text.charCodeAt(from + 1)] ?? -1);
}

const CODES = Uint8Array.from("0123456789abcdef", (digit) => digit.charCodeAt(0));

/** HOT. Two int32 as 16 lowercase digits: from their codes, a third of what it takes to join them byte by byte. */
export function hexOf(high: number, low: number): string {
  return String.fromCharCode(
    code(high, 28),
    code(high, 24),
    code(high, 20),
    code(high, 16),
    code(high, 12),
    code(high, 8),
    code(high, 4),
    code(high, 0),
    code(low, 28),
    code(low, 24),
    code(low, 20),
    code(low, 16),
    code(low, 12),
    code(low, 8),
    code(low, 4),
    code(low, 0),
  );
}

function code(word: number, shift: number): number {
  return CODES[(word >>> shift) & 15] ?? 0;
}
