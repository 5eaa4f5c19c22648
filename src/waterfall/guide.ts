import type { TreeLine } from "./tree.ts";

/** Levels of a tree that are indented where there is room. */
export const DEEPEST = 12;

/** One level: `├─ `. */
const INDENT = 3;
/** Columns of a name that stay visible however deep it lies. */
const NAME_AT_LEAST = 12;
const FLAWED = "┄ ";

/** Levels that can be indented in a column of names that could not get all it wanted. */
export function deepestFor(columns: number): number {
  return Math.min(DEEPEST, Math.max(1, Math.floor((columns - NAME_AT_LEAST) / INDENT)));
}

/** How many columns the guide of a line takes. */
export function guideColumns(line: TreeLine, deepest: number): number {
  if (line.depth === 0) return line.flaw === undefined ? 0 : FLAWED.length;
  return line.depth <= deepest ? line.depth * INDENT : deepest * INDENT + String(line.depth).length + 1;
}

/**
 * Draws what stands before each name (`│  ├─ `), line by line in the order of the tree. Deeper levels than
 * `deepest` are not indented any further: they carry their depth as a number instead (`⋯13 `).
 */
export class Guide {
  readonly #deepest: number;
  /** For each level above the line: does a sibling follow further down? */
  readonly #continues: boolean[] = [];

  constructor(deepest: number) {
    this.#deepest = deepest;
  }

  next(line: TreeLine): string {
    if (line.depth === 0) return line.flaw === undefined ? "" : FLAWED;
    if (line.depth > this.#deepest) {
      const lines = this.#linesAbove(this.#deepest);
      return `${lines}${this.#continues[this.#deepest] === true ? "│" : " "} ⋯${line.depth} `;
    }
    this.#continues[line.depth] = !line.isLastChild;
    return this.#linesAbove(line.depth) + (line.isLastChild ? "└─ " : "├─ ");
  }

  #linesAbove(depth: number): string {
    let lines = "";
    for (let level = 1; level < depth; level += 1) lines += this.#continues[level] === true ? "│  " : "   ";
    return lines;
  }
}
