import { REDACTED } from "./redacted.ts";

/** 13 to 19 digits together, or in the groups that are printed on a card; not within a longer word or number. */
const DIGITS =
  /(?<![\w.-])(?:\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{4}|3[47]\d\d([ -])\d{6}\2\d{5})(?![\w-]|\.\d)/g;

/** How the numbers of each issuer begin, and how long they are: Visa, Mastercard, Discover, JCB, Amex, Diners, UnionPay. */
const ISSUED =
  /^(?:4(?:\d{12}|\d{15})|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}|(?:6011|65\d\d|64[4-9]\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|62\d{14,17})$/;

/** A text without card numbers. Ids and times of as many digits stay, unless they look like one in all. */
export function withoutCardNumbers(text: string): string {
  return text.replaceAll(DIGITS, (digits) => (isCardNumber(digits) ? REDACTED : digits));
}

function isCardNumber(text: string): boolean {
  const digits = text.replaceAll(/[ -]/g, "");
  return ISSUED.test(digits) && passesLuhn(digits);
}

/** (ISO/IEC 7812-1, Annex B) */
function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let place = 1; place <= digits.length; place++) {
    const digit = digits.charCodeAt(digits.length - place) - 0x30;
    const weighed = place % 2 === 0 ? 2 * digit : digit;
    sum += weighed > 9 ? weighed - 9 : weighed;
  }
  return sum % 10 === 0;
}
