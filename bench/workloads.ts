import { trace } from "@opentelemetry/api";
import { setImmediate as turn } from "node:timers/promises";
import { extractAndRead, injectNewChild } from "./carriers.ts";
import type { Contender } from "./contender.ts";

export interface Workload {
  /** What is done, and in what unit of work the times are. */
  readonly title: string;
  readonly isExported: boolean;
  readonly destination?: "unsampled";
  /** Makes about `spans` spans. */
  run(contender: Contender, spans: number): Promise<void>;
}

/** Spans between two turns of the event loop, so that export goes on meanwhile, as it does in a service. */
const SPANS_PER_TURN = 300;

async function inTurns(spans: number, perCall: number, call: (index: number) => void): Promise<void> {
  for (let made = 0, index = 0; made < spans; index++) {
    for (let end = made + SPANS_PER_TURN; made < end; made += perCall) call(index);
    await turn();
  }
}

/** Five attributes: a fresh string, two constants, an integer and a boolean. */
const attributes = (index: number) => ({
  "user.id": `user-${index}`,
  "http.method": "GET",
  region: "eu-west-1",
  size: index,
  cached: true,
});

export const WORKLOADS: Readonly<Record<string, Workload>> = {
  startAndEnd: {
    title: "startSpan + end, recorded, not exported",
    isExported: false,
    run: (contender, spans) => inTurns(spans, 1, () => contender.startAndEnd(0)),
  },
  nested: {
    title: "withSpan, three deep, no attributes, not exported",
    isExported: false,
    run: (contender, spans) =>
      inTurns(spans, 3, () =>
        contender.within(0, undefined, () =>
          contender.within(0, undefined, () => contender.within(0, undefined, () => {})),
        ),
      ),
  },
  nestedWithAttributes: {
    title: "withSpan, three deep, five attributes, not exported",
    isExported: false,
    run: (contender, spans) =>
      inTurns(spans, 3, (index) =>
        contender.within(0, attributes(index), () =>
          contender.within(0, attributes(index), () => contender.within(0, attributes(index), () => {})),
        ),
      ),
  },
  unsampled: {
    title: "active span with five attributes, refused by the sampler",
    isExported: false,
    destination: "unsampled",
    run: (contender, spans) => inTurns(spans, 1, (index) => contender.within(0, attributes(index), () => {})),
  },
  read: {
    title: "context variable get, of 100, against a raw getStore() of 100",
    isExported: false,
    run: (contender, spans) =>
      contender.inOperation(() =>
        inTurns(spans, 1, () => {
          let sum = 0;
          for (let read = 0; read < 100; read++) sum += contender.read() ?? 0;
          if (sum !== 700) throw new Error("what was read is not what was set");
        }),
      ),
  },
  extract: {
    title: "extract traceparent, tracestate and baggage from headers, and read everything",
    isExported: false,
    run: (_contender, spans) =>
      inTurns(spans, 1, (index) => {
        if (extractAndRead(index) < 105) throw new Error("something was not read");
      }),
  },
  inject: {
    title: "start a child of a remote parent, inject it with tracestate and baggage, end it",
    isExported: false,
    run: (_contender, spans) => {
      const tracer = trace.getTracer("bench");
      return inTurns(spans, 1, (index) => {
        if (injectNewChild(tracer, index) < 55 + 35 + 50) throw new Error("nothing was injected");
      });
    },
  },
  pipeline: {
    title:
      "whole pipeline: three deep, five attributes, three instrumentation scopes, OTLP to another process",
    isExported: true,
    run: (contender, spans) =>
      inTurns(spans, 3, (index) =>
        contender.within(0, attributes(index), () =>
          contender.within(1, attributes(index), () => contender.within(2, attributes(index), () => {})),
        ),
      ),
  },
};
