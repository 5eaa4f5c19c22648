import type { ReadableSpan } from "../trace/record.ts";

/** A span with those that it is the parent of, in the order of their start. */
export interface SpanTree {
  readonly name: string;
  readonly span: ReadableSpan;
  readonly children: readonly SpanTree[];
}

/** The trees of spans in the order of their start; one whose parent is not among them is a root. */
export function spanTrees(spans: readonly ReadableSpan[]): SpanTree[] {
  const nodes = spans.map((span) => ({ name: span.name, span, children: [] as SpanTree[] }));
  const byId = new Map(nodes.map((node) => [idOf(node.span.spanContext()), node]));
  return nodes.filter((node) => {
    const { parentSpanContext: above } = node.span;
    const parent = above === undefined ? undefined : byId.get(idOf(above));
    parent?.children.push(node);
    return parent === undefined;
  });
}

function idOf({ traceId, spanId }: { readonly traceId: string; readonly spanId: string }): string {
  return `${traceId}-${spanId}`;
}
