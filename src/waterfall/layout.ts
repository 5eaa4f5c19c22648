import { columnsOf, fit } from "./columns.ts";
import { durationText } from "./duration.ts";
import { DEEPEST, deepestFor, guideColumns } from "./guide.ts";
import { spanDuration } from "./span.ts";
import type { TreeLine } from "./tree.ts";

/** Columns given to each part of a waterfall's line. */
export interface Layout {
  readonly service: number;
  readonly name: number;
  readonly bar: number;
  readonly duration: number;
  /** 0 if no line has a note. */
  readonly note: number;
  /** Levels of the tree that are indented. */
  readonly deepest: number;
}

/** Between two parts. */
export const GAP = 2;

/** Shares of the whole line: services get at most, bars at least. */
const SERVICE_SHARE = 0.16;
const BAR_SHARE = 0.24;
/** What notes are sure to get of the room for text, even where names want all of it. */
const NOTE_SHARE = 0.4;

interface Wanted {
  readonly service: number;
  readonly name: number;
  readonly nameWithKind: number;
  readonly duration: number;
  readonly note: number;
}

/** Shares a line of `width` columns out by what the texts want. */
export function layOut(lines: readonly TreeLine[], width: number): Layout {
  const wanted = wantedBy(lines, width);
  const { duration } = wanted;
  const service = Math.min(wanted.service, Math.floor(width * SERVICE_SHARE));
  const room = width - service - duration - GAP * (wanted.note > 0 ? 4 : 3);
  const forText = room - Math.floor(width * BAR_SHARE);
  // Where room is short, a message is worth more than the kinds of spans.
  const wantedName = wanted.nameWithKind + wanted.note > forText ? wanted.name : wanted.nameWithKind;
  const note = Math.min(wanted.note, Math.max(Math.floor(forText * NOTE_SHARE), forText - wantedName));
  const name = Math.min(wantedName, forText - note);
  const deepest = name === wantedName ? DEEPEST : deepestFor(name);
  return { service, name, bar: room - name - note, duration, note, deepest };
}

function wantedBy(lines: readonly TreeLine[], width: number): Wanted {
  const wanted = { service: 0, name: 0, nameWithKind: 0, duration: 0, note: 0 };
  for (const line of lines) {
    const guide = guideColumns(line, DEEPEST);
    const name = guide + columnsOf(fit(line.span.name, width));
    wanted.service = Math.max(wanted.service, columnsOf(fit(line.span.service, width)));
    wanted.name = Math.max(wanted.name, name);
    wanted.nameWithKind = Math.max(wanted.nameWithKind, name + columnsOf(fit(kindSuffix(line), width)));
    wanted.duration = Math.max(wanted.duration, columnsOf(durationText(spanDuration(line.span))));
    wanted.note = Math.max(wanted.note, columnsOf(fit(noteOf(line), width)));
  }
  return wanted;
}

/** What follows a name: ` (client)`. */
export function kindSuffix({ span }: TreeLine): string {
  return span.kind === undefined ? "" : ` (${span.kind})`;
}

/** What ends a line: the mark of failure and its message, or why there is no parent. */
export function noteOf({ span, flaw }: TreeLine): string {
  const words = [span.failed ? (span.note ?? "") : "", flaw ?? ""].filter((word) => word !== "");
  return `${span.failed ? "✗ " : ""}${words.join(" · ")}`.trimEnd();
}
