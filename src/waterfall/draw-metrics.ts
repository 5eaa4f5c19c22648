import { columnsOf, fit, padLeft, padRight } from "./columns.ts";
import { lineWidth } from "./line-width.ts";
import type { MetricRow } from "./metric-row.ts";
import { quantityText } from "./quantity.ts";

export interface DrawMetricsOptions {
  /** Columns that a line may take; 100 unless given, and from 48 to 1,000. */
  readonly width?: number | undefined;
}

interface Column {
  readonly title: string;
  readonly side: "left" | "right";
  /** Kept when the table is too wide; undefined for a column that is never made narrower. */
  readonly atLeast?: number;
  readonly cell: (row: MetricRow) => string;
}

const SERVICE: Column = { title: "service", side: "left", atLeast: 8, cell: (row) => row.service };
const METRIC: Column = { title: "metric", side: "left", atLeast: 16, cell: (row) => row.name };
const ATTRIBUTES: Column = { title: "attributes", side: "left", atLeast: 20, cell: attributesText };
const UNIT: Column = { title: "unit", side: "left", cell: (row) => row.unit };

/** Where a table is too wide, columns with an `atLeast` give way, the last of them first. */
const OF_VALUES: readonly Column[] = [
  SERVICE,
  METRIC,
  ATTRIBUTES,
  { title: "value", side: "right", cell: (row) => increase(row, row.value) },
  UNIT,
];
const OF_HISTOGRAMS: readonly Column[] = [
  SERVICE,
  METRIC,
  ATTRIBUTES,
  { title: "count", side: "right", cell: (row) => increase(row, row.count) },
  { title: "mean", side: "right", cell: (row) => optionalQuantity(row.mean) },
  { title: "min", side: "right", cell: (row) => optionalQuantity(row.min) },
  { title: "~p50", side: "right", cell: (row) => optionalQuantity(row.median) },
  { title: "max", side: "right", cell: (row) => optionalQuantity(row.max) },
  UNIT,
];

const BETWEEN = "  ";
/** No cell is longer, whatever the width of the table. */
const CELL_AT_MOST = 60;

/**
 * Metric streams as lines of text: a table of counters and gauges, then one of histograms. Columns that no row
 * fills are left out; a `+` before a number says that it covers the last interval only. Empty without rows.
 */
export function drawMetrics(rows: readonly MetricRow[], options: DrawMetricsOptions = {}): string {
  const width = lineWidth(options.width);
  const histograms = rows.filter((row) => row.count !== undefined);
  const values = rows.filter((row) => row.count === undefined);
  return [drawTable(OF_VALUES, values, width), drawTable(OF_HISTOGRAMS, histograms, width)]
    .filter((table) => table !== "")
    .join("\n");
}

function drawTable(columns: readonly Column[], rows: readonly MetricRow[], width: number): string {
  if (rows.length === 0) return "";
  const filled = columns
    .map((column) => ({ column, cells: rows.map((row) => fit(column.cell(row), CELL_AT_MOST)) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ""));
  const widths = narrowed(
    filled.map(({ column }) => column),
    filled.map(({ column, cells }) =>
      cells.reduce((most, cell) => Math.max(most, columnsOf(cell)), column.title.length),
    ),
    width,
  );
  const line = (cells: readonly string[]): string =>
    fit(
      cells.map((cell, at) => aligned(filled[at]?.column, cell, widths[at] ?? 0)).join(BETWEEN),
      width,
    ).trimEnd();
  const titles = line(filled.map(({ column }) => column.title));
  const body = rows.map((_, row) => line(filled.map(({ cells }) => cells[row] ?? "")));
  return `${[titles, ...body].join("\n")}\n`;
}

function narrowed(columns: readonly Column[], wanted: readonly number[], width: number): number[] {
  const widths = [...wanted];
  let excess = widths.reduce((sum, each) => sum + each, BETWEEN.length * (widths.length - 1)) - width;
  for (let at = columns.length - 1; at >= 0 && excess > 0; at -= 1) {
    const { atLeast } = columns[at] ?? {};
    const given = widths[at] ?? 0;
    if (atLeast === undefined || given <= atLeast) continue;
    const left = Math.max(atLeast, given - excess);
    widths[at] = left;
    excess -= given - left;
  }
  return widths;
}

function aligned(column: Column | undefined, cell: string, width: number): string {
  const shown = columnsOf(cell) > width ? fit(cell, width) : cell;
  return column?.side === "right" ? padLeft(shown, width) : padRight(shown, width);
}

function attributesText(row: MetricRow): string {
  return row.attributes.map(([key, value]) => `${key}=${value}`).join(" ");
}

function increase(row: MetricRow, quantity: number | bigint | undefined): string {
  return (row.isDelta && quantity !== undefined ? "+" : "") + optionalQuantity(quantity);
}

function optionalQuantity(quantity: number | bigint | undefined): string {
  return quantity === undefined ? "" : quantityText(quantity);
}
