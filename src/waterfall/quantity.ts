/** A number for a table: whole numbers with their thousands apart, others to four digits. */
export function quantityText(quantity: number | bigint): string {
  if (typeof quantity === "bigint") return apart(quantity.toString());
  if (Number.isSafeInteger(quantity)) return apart(String(quantity));
  if (Math.abs(quantity) >= 10_000 && Math.abs(quantity) < 1e15) return apart(quantity.toFixed(0));
  return String(Number(quantity.toPrecision(4)));
}

function apart(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ",");
}
