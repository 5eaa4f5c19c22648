import { drawBar } from "./bar.ts";
import { columnsOf, fit, padLeft, padRight } from "./columns.ts";
import { durationText } from "./duration.ts";
import { Guide } from "./guide.ts";
import { traceHeader } from "./header.ts";
import { GAP, kindSuffix, type Layout, layOut, noteOf } from "./layout.ts";
import { lineWidth } from "./line-width.ts";
import { colored, type Painter, plain } from "./paint.ts";
import { spanDuration, type WaterfallSpan } from "./span.ts";
import { type TreeLine, treeLines } from "./tree.ts";

export interface DrawTraceOptions {
  /** Columns that a line may take; 100 unless given, and from 48 to 1,000. */
  readonly width?: number | undefined;
  /** With ANSI colors; off unless given. */
  readonly color?: boolean | undefined;
}

const BETWEEN = " ".repeat(GAP);

/**
 * The spans of one trace as lines of text: a header, an empty line, then each span at its place in tree and
 * time. Empty without spans. Any ids, names and times can be drawn: what comes from outside is escaped and cut.
 */
export function drawTrace(spans: readonly WaterfallSpan[], options: DrawTraceOptions = {}): string {
  if (spans.length === 0) return "";
  const width = lineWidth(options.width);
  const paint = options.color === true ? colored : plain;
  const lines = treeLines(spans);
  const services = new Map<string, number>();
  for (const { span } of lines) if (!services.has(span.service)) services.set(span.service, services.size);
  const axis = timeAxis(spans);
  const layout = layOut(lines, width);
  const guide = new Guide(layout.deepest);
  const header = traceHeader(spans, services.size, axis.length, width, paint);
  const drawn = lines.map((line) => drawLine(line, { layout, guide, axis, paint, services }));
  return `${[header, "", ...drawn].join("\n")}\n`;
}

interface TimeAxis {
  readonly start: bigint;
  readonly length: bigint;
}

function timeAxis(spans: readonly WaterfallSpan[]): TimeAxis {
  let start = spans[0]?.start ?? 0n;
  let end = start;
  for (const span of spans) {
    if (span.start < start) start = span.start;
    const spanEnd = span.start + spanDuration(span);
    if (spanEnd > end) end = spanEnd;
  }
  return { start, length: end - start };
}

interface Drawing {
  readonly layout: Layout;
  readonly guide: Guide;
  readonly axis: TimeAxis;
  readonly paint: Painter;
  readonly services: ReadonlyMap<string, number>;
}

function drawLine(line: TreeLine, { layout, guide, axis, paint, services }: Drawing): string {
  const { span } = line;
  const number = services.get(span.service) ?? 0;
  const service = padRight(fit(span.service, layout.service), layout.service);
  const bar = padRight(barOf(span, axis, layout.bar), layout.bar);
  const duration = padLeft(durationText(spanDuration(span)), layout.duration);
  const note = fit(noteOf(line), layout.note);
  return [
    paint.service(service, number),
    nameCell(line, guide.next(line), layout.name, paint),
    span.failed ? paint.failure(bar) : paint.service(bar, number),
    duration,
    span.failed ? paint.failure(note) : paint.faint(note),
  ]
    .join(BETWEEN)
    .trimEnd();
}

function nameCell(line: TreeLine, guide: string, columns: number, paint: Painter): string {
  const room = columns - columnsOf(guide);
  const name = fit(line.span.name, room);
  const kind = fit(kindSuffix(line), columns);
  // A kind that does not fit whole is left out: half a word says nothing.
  const suffix = columnsOf(name + kind) <= room ? kind : "";
  const padding = " ".repeat(Math.max(0, room - columnsOf(name + suffix)));
  return paint.faint(guide) + name + paint.faint(suffix) + padding;
}

function barOf(span: WaterfallSpan, axis: TimeAxis, columns: number): string {
  const from = span.start - axis.start;
  return drawBar(fraction(from, axis.length), fraction(from + spanDuration(span), axis.length), columns);
}

function fraction(part: bigint, whole: bigint): number {
  return whole === 0n ? 0 : Number(part) / Number(whole);
}
