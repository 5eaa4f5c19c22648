import { columnsOf, fit, padLeft, padRight } from "./columns.ts";
import { durationText } from "./duration.ts";
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
  /** Kept when the table is too wide, and much too wide; undefined for a column that is never made narrower. */
  readonly atLeast?: readonly [number, number];
  readonly cell: (row: MetricRow) => string;
  /** Shown in its place where the table would be too wide. */
  readonly short?: (row: MetricRow) => string;
  /** How a cell is made narrower; its end is cut off without one. */
  readonly cut?: (cell: string, width: number) => string;
}

const SERVICE: Column = { title: "service", side: "left", atLeast: [8, 8], cell: (row) => row.service };
const METRIC: Column = {
  title: "metric",
  side: "left",
  atLeast: [20, 16],
  cell: (row) => row.name,
  cut: withLastPart,
};
const ATTRIBUTES: Column = {
  title: "attributes",
  side: "left",
  atLeast: [28, 20],
  cell: (row) => attributesText(row, (key) => key),
  short: (row) => attributesText(row, shortKey),
};
const UNIT: Column = { title: "unit", side: "left", cell: ({ unit }) => (unit === SECONDS ? "" : unit) };

/** Where a table is too wide, columns with an `atLeast` give way, the last of them first. */
const OF_VALUES: readonly Column[] = [
  SERVICE,
  METRIC,
  ATTRIBUTES,
  { title: "value", side: "right", cell: (row) => increase(row, quantity(row, row.value)) },
  UNIT,
];
const OF_HISTOGRAMS: readonly Column[] = [
  SERVICE,
  METRIC,
  ATTRIBUTES,
  { title: "count", side: "right", cell: (row) => increase(row, optionalQuantity(row.count)) },
  { title: "mean", side: "right", cell: (row) => quantity(row, row.mean) },
  { title: "min", side: "right", cell: (row) => quantity(row, row.min), short: () => "" },
  { title: "~p50", side: "right", cell: (row) => quantity(row, row.median) },
  { title: "max", side: "right", cell: (row) => quantity(row, row.max) },
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

/** A column with what its cells show, and how wide they are. */
interface Filled {
  readonly column: Column;
  readonly cells: readonly string[];
  readonly width: number;
}

function drawTable(columns: readonly Column[], rows: readonly MetricRow[], width: number): string {
  if (rows.length === 0) return "";
  const full = filledBy(columns, rows, (column) => column.cell);
  const isTooWide = excessOf(full, width) > 0 || full.some(({ cells }) => cells.some(isCut));
  const filled = isTooWide ? filledBy(columns, distinguished(rows), (each) => each.short ?? each.cell) : full;
  const widths = narrowed(filled, width);
  const line = (cells: readonly string[]): string =>
    fit(
      cells.map((cell, at) => aligned(filled[at]?.column, cell, widths[at] ?? 0)).join(BETWEEN),
      width,
    ).trimEnd();
  const titles = line(filled.map(({ column }) => column.title));
  const body = rows.map((_, row) => line(filled.map(({ cells }) => cells[row] ?? "")));
  return `${[titles, ...body].join("\n")}\n`;
}

function filledBy(
  columns: readonly Column[],
  rows: readonly MetricRow[],
  cellOf: (column: Column) => Column["cell"],
): Filled[] {
  return columns
    .map((column) => {
      const cells = rows.map((row) => fit(cellOf(column)(row), CELL_AT_MOST));
      const width = cells.reduce((most, cell) => Math.max(most, columnsOf(cell)), column.title.length);
      return { column, cells, width };
    })
    .filter(({ cells }) => cells.some((cell) => cell !== ""));
}

function isCut(cell: string): boolean {
  return cell.endsWith("…");
}

function excessOf(columns: readonly Filled[], width: number): number {
  return columns.reduce((sum, column) => sum + column.width, BETWEEN.length * (columns.length - 1)) - width;
}

function narrowed(columns: readonly Filled[], width: number): number[] {
  const widths = columns.map((column) => column.width);
  let excess = excessOf(columns, width);
  for (const stage of [0, 1] as const) {
    for (let at = columns.length - 1; at >= 0 && excess > 0; at -= 1) {
      const given = widths[at] ?? 0;
      const least = columns[at]?.column.atLeast?.[stage] ?? given;
      const left = Math.min(given, Math.max(least, given - excess));
      widths[at] = left;
      excess -= given - left;
    }
  }
  return widths;
}

function aligned(column: Column | undefined, cell: string, width: number): string {
  const cut = column?.cut ?? fit;
  const shown = columnsOf(cell) > width ? cut(cell, width) : cell;
  return column?.side === "right" ? padLeft(shown, width) : padRight(shown, width);
}

function attributesText(row: MetricRow, keyText: (key: string) => string): string {
  return row.attributes.map(([key, value]) => `${keyText(key)}=${value}`).join(" ");
}

/** Each row with only those attributes that tell it from the others of its metric, where there are others. */
function distinguished(rows: readonly MetricRow[]): MetricRow[] {
  const counts = new Map<string, number>();
  for (const row of rows)
    for (const text of [metricOf(row), ...row.attributes.map((attribute) => sharedOf(row, attribute))])
      counts.set(text, (counts.get(text) ?? 0) + 1);
  return rows.map((row) => {
    const all = counts.get(metricOf(row));
    if (all === 1) return row;
    const attributes = row.attributes.filter((attribute) => counts.get(sharedOf(row, attribute)) !== all);
    return { ...row, attributes };
  });
}

function metricOf({ service, name }: MetricRow): string {
  return JSON.stringify([service, name]);
}

function sharedOf(row: MetricRow, attribute: readonly string[]): string {
  return metricOf(row) + JSON.stringify(attribute);
}

/** What of a key says too little without what it is of: `tenant.id`, `error.type`. */
const NEEDS_ITS_OWNER = /[^.]+\.(?:id|name|type|version)$/;

/** `http.request.method` as `method`. */
function shortKey(key: string): string {
  return NEEDS_ITS_OWNER.exec(key)?.[0] ?? key.slice(key.lastIndexOf(".") + 1);
}

/** `http.client.request.duration` as `http.client…duration`: metrics of one kind differ at their ends. */
function withLastPart(name: string, width: number): string {
  const last = name.slice(name.lastIndexOf(".") + 1);
  const room = width - columnsOf(last);
  return room > width / 3 ? fit(name.slice(0, -last.length), room) + last : fit(name, width);
}

function increase(row: MetricRow, quantityOfRow: string): string {
  return row.isDelta && quantityOfRow !== "" ? `+${quantityOfRow}` : quantityOfRow;
}

const SECONDS = "s";

/** Seconds as a reader thinks of them, all else as numbers in the row's unit. */
function quantity({ unit }: MetricRow, value: number | bigint | undefined): string {
  if (unit !== SECONDS || value === undefined) return optionalQuantity(value);
  const nanoseconds = Number(value) * 1e9;
  return nanoseconds >= 0 && nanoseconds < 1e21
    ? durationText(BigInt(Math.round(nanoseconds)))
    : `${quantityText(value)} ${SECONDS}`;
}

function optionalQuantity(value: number | bigint | undefined): string {
  return value === undefined ? "" : quantityText(value);
}
