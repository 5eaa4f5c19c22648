// Which of the expected trees a trace is: services, names, kinds and failures, nested as the spans are.
import type { StoredTrace } from "throughline/devtools";

/** By their numbers in OTLP. */
const KINDS: Readonly<Record<number, string>> = {
  2: " (server)",
  3: " (client)",
  4: " (producer)",
  5: " (consumer)",
};

type Span = StoredTrace["spans"][number];

/** The trees of a text file, by the name above each: `# paid`, then one span a line, indented by depth. */
export function parseTrees(text: string): Map<string, string> {
  return new Map(
    text
      .split(/^# /m)
      .slice(1)
      .map((section) => {
        const [name = "", ...lines] = section.trimEnd().split("\n");
        return [name, lines.join("\n")];
      }),
  );
}

/** A trace in the same words. A span whose parent is missing stands at the left, like a root. */
export function treeOf({ spans }: StoredTrace): string {
  const ids = new Set(spans.map((span) => span.spanId));
  const roots = spans.filter((span) => !ids.has(span.parentSpanId));
  return roots.flatMap((root) => linesOf(root, spans, "")).join("\n");
}

function linesOf(span: Span, spans: readonly Span[], indent: string): string[] {
  const children = spans.filter(({ parentSpanId }) => parentSpanId === span.spanId).toSorted(byStart);
  const kind = KINDS[span.kind] ?? "";
  const failure = span.status.code === 2 ? " ✗" : "";
  const line = `${indent}${span.resource["service.name"] as string} ${span.name}${kind}${failure}${linksOf(span)}`;
  return [line, ...children.flatMap((child) => linesOf(child, spans, `${indent}  `))];
}

/** To other traces: within one, the tree says it. */
function linksOf({ links, traceId }: Span): string {
  const others = links.filter((link) => link.traceId !== traceId).length;
  return others === 0 ? "" : `, linked to ${others}`;
}

function byStart(a: Span, b: Span): number {
  return Number(a.startTimeUnixNano - b.startTimeUnixNano);
}
