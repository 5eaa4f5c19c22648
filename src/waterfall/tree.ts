import type { WaterfallSpan } from "./span.ts";

/** Why a span that names a parent is drawn without one. */
export type Flaw = "parent missing" | "parent cycle";

/** One span at its place in the tree, in the order of drawing. */
export interface TreeLine {
  readonly span: WaterfallSpan;
  readonly depth: number;
  readonly isLastChild: boolean;
  readonly flaw: Flaw | undefined;
}

interface Node {
  readonly span: WaterfallSpan;
  parent: Node | undefined;
  children: Node[];
  flaw: Flaw | undefined;
  isReached: boolean;
}

/**
 * Every span once, parents before children, siblings by start. Ids come from outside: parents may be missing,
 * ids may repeat, parents may form a cycle or a chain of any length, so nothing here recurses.
 */
export function treeLines(spans: readonly WaterfallSpan[]): TreeLine[] {
  const nodes = linkedNodes(spans);
  const roots = nodes.filter((node) => node.parent === undefined);
  for (const root of roots) reach(root);
  for (const node of nodes) {
    if (!node.isReached) roots.push(openCycle(node));
  }
  return linesFrom(roots.toSorted(byStart));
}

function linkedNodes(spans: readonly WaterfallSpan[]): Node[] {
  const nodes = spans.map((span): Node => ({
    span,
    parent: undefined,
    children: [],
    flaw: undefined,
    isReached: false,
  }));
  nodes.sort(byStart);
  const byId = new Map<string, Node>();
  for (const node of nodes) {
    if (!byId.has(node.span.spanId)) byId.set(node.span.spanId, node);
  }
  for (const node of nodes) {
    const parentId = node.span.parentSpanId;
    if (parentId === undefined || parentId === "") continue;
    node.parent = byId.get(parentId);
    if (node.parent === undefined) node.flaw = "parent missing";
    else node.parent.children.push(node);
  }
  return nodes;
}

function byStart(left: Node, right: Node): number {
  if (left.span.start === right.span.start) return 0;
  return left.span.start < right.span.start ? -1 : 1;
}

/** Marks a node and all below it. */
function reach(root: Node): void {
  const waiting = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.isReached) continue;
    node.isReached = true;
    for (const child of node.children) waiting.push(child);
  }
}

/** Follows parents from a node under no root into the cycle they form, and makes its earliest span a root. */
function openCycle(node: Node): Node {
  const passed = new Set<Node>();
  let step = node;
  for (; step.parent !== undefined && !passed.has(step); step = step.parent) passed.add(step);
  const start = step;
  let earliest = start;
  for (let on = start.parent; on !== undefined && on !== start; on = on.parent) {
    if (byStart(on, earliest) < 0) earliest = on;
  }
  const { parent } = earliest;
  if (parent !== undefined) parent.children = parent.children.filter((child) => child !== earliest);
  earliest.parent = undefined;
  earliest.flaw = "parent cycle";
  reach(earliest);
  return earliest;
}

function linesFrom(roots: readonly Node[]): TreeLine[] {
  const lines: TreeLine[] = [];
  const waiting = roots.toReversed().map((node) => ({ node, depth: 0, isLastChild: false }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, depth, isLastChild } = next;
    lines.push({ span: node.span, depth, isLastChild, flaw: node.flaw });
    for (let index = node.children.length - 1; index >= 0; index -= 1) {
      const child = node.children[index];
      if (child === undefined) continue;
      waiting.push({ node: child, depth: depth + 1, isLastChild: index === node.children.length - 1 });
    }
  }
  return lines;
}
