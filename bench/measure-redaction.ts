// What the end of a span with eight attributes takes, which is encoded then, in a process of its own:
// node bench/measure-redaction.ts <plain|redacting> <the query of its URL>
import { Redactor } from "../src/core/redaction.ts";
import { writeSpan } from "../src/otlp/encode-span.ts";
import { RecordBatchEncoder } from "../src/otlp/record-batch-encoder.ts";
import { TracerProvider } from "../src/trace/tracer-provider.ts";

const AGENTS = [
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5",
];
const SPANS = 300;
const ROUNDS = 600;
const WARM_UP = 200;

/** Texts as they come over the network: in one piece, and each an object of its own. */
const received = (text: string): string => Buffer.from(text).toString("latin1");

const attributes = (index: number, query: string) => ({
  "http.request.method": "GET",
  "url.full": received(`https://shop.example.com/api/orders/${index}/items${query}`),
  "server.address": "shop.example.com",
  "server.port": 8080,
  "http.response.status_code": 200,
  "user_agent.original": received(AGENTS[index % 2] ?? ""),
  "user.id": `user-${index}`,
  "http.route": "/api/orders/:id/items",
});

/** The nanoseconds that the end of a span takes, of each round. */
class Side {
  readonly times: number[] = [];
  readonly #encoder = new RecordBatchEncoder({ attributes: {} }, writeSpan);
  readonly #tracer;

  constructor(redactor?: Redactor) {
    const sink = { accept: this.#encoder.append.bind(this.#encoder) };
    this.#tracer = new TracerProvider({ sink, redactor }).getTracer("bench");
  }

  round(first: number, query: string): void {
    const spans = Array.from({ length: SPANS }, (_, place) =>
      this.#tracer.startSpan("GET /api/orders/:id/items", { attributes: attributes(first + place, query) }),
    );
    const began = performance.now();
    for (const span of spans) span.end();
    this.times.push(((performance.now() - began) * 1e6) / SPANS);
    this.#encoder.take();
  }

  get median(): number {
    const sorted = this.times.slice(WARM_UP).toSorted((a, b) => a - b);
    return sorted[sorted.length >> 1] ?? Number.NaN;
  }
}

const [mode, query = ""] = process.argv.slice(2);
const side = new Side(mode === "redacting" ? new Redactor() : undefined);
for (let round = 0; round < ROUNDS; round++) side.round(round * SPANS, query);
process.send?.({ nanoseconds: side.median });
