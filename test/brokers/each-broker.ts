import { type Broker, startBroker } from "../../examples/broker.ts";
import { type TestTelemetry, testTelemetry } from "../../src/testing/test-telemetry.ts";
import type { ReadableSpan } from "../../src/trace/record.ts";
import { openBullWire } from "./bull-wire.ts";
import { openNatsWire } from "./nats-wire.ts";
import { until } from "./until.ts";
import type { OpenWire, Wire } from "./wire.ts";

type Program = "redis-server" | "nats-server";

const CLIENTS: Readonly<Record<Program, OpenWire>> = {
  "redis-server": openBullWire,
  "nats-server": openNatsWire,
};

/** States that something holds: as `it`, with a queue of its own on the broker. */
export type It = (
  title: string,
  act: (wire: Wire, t: TestTelemetry, broker: Broker) => Promise<void>,
) => void;

/** Has laws held on a broker of each kind; those of a broker that is not installed are passed over. */
export function onEachBroker(subject: string, state: (it: It, program: Program) => void): void {
  for (const program of ["redis-server", "nats-server"] as const)
    describe(`${subject}, of ${program}`, function () {
      this.timeout(30_000);
      let broker: Broker | undefined;
      let queues = 0;
      before(async function () {
        broker = await startBroker(program);
        if (broker === undefined) this.skip();
      });
      after(() => broker?.stop());
      state((title, act) => {
        it(
          title,
          testTelemetry(async (t) => {
            if (broker === undefined) return;
            const wire = await CLIENTS[program](broker.port, `queue-${queues++}`);
            try {
              await act(wire, t, broker);
            } finally {
              await wire.close();
            }
          }),
        );
      }, program);
    });
}

/** The spans of that name, once there are so many. */
export async function spansOf(t: TestTelemetry, name: string, count: number): Promise<ReadableSpan[]> {
  const ended = (): ReadableSpan[] => t.spans.filter((span) => span.name === name);
  await until(() => ended().length >= count);
  return ended();
}
