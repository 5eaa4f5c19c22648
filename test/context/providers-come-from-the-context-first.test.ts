import { createNoopMeter, metrics, trace } from "@opentelemetry/api";
import { expect } from "chai";
import { currentContext, meterProviderIn, runIn, tracerProviderIn } from "../../src/context/current.ts";
import { Context } from "../../src/context/context.ts";
import { processState } from "../../src/context/process-state.ts";
import type { Providers } from "../../src/context/providers.ts";
import { currentTracer } from "../../src/trace/current-tracer.ts";
import { withSpan } from "../../src/trace/span-helpers.ts";
import { recording } from "../recording.ts";

const here = (): Omit<Providers, "propagator"> => ({
  tracerProvider: tracerProviderIn(currentContext()),
  meterProvider: meterProviderIn(currentContext()),
});

/** A recording whose meter provider is one of its own, too. */
const recordingOfItsOwn = () => recording({ getMeter: createNoopMeter });

describe("the providers in force", () => {
  let before: Providers | undefined;

  beforeEach(() => {
    before = processState.providers;
    processState.providers = undefined;
  });

  afterEach(() => {
    processState.providers = before;
  });

  it("are the API's global ones where there are no others", () => {
    expect(here().tracerProvider).to.equal(trace.getTracerProvider());
    expect(here().meterProvider).to.equal(metrics.getMeterProvider());
  });

  it("are those of the process rather than the API's", () => {
    const { providers } = recordingOfItsOwn();
    processState.providers = providers;
    expect(here().tracerProvider).to.equal(providers.tracerProvider);
    expect(here().meterProvider).to.equal(providers.meterProvider);
  });

  it("are those of the context rather than those of the process", () => {
    processState.providers = recordingOfItsOwn().providers;
    const { providers } = recordingOfItsOwn();
    runIn(new Context(undefined, providers), () => {
      expect(here().tracerProvider).to.equal(providers.tracerProvider);
      expect(here().meterProvider).to.equal(providers.meterProvider);
    });
    expect(here().tracerProvider).to.equal(processState.providers.tracerProvider);
  });

  it("decide at each call where a span goes", () => {
    const [one, two] = [recording(), recording()];
    for (const { providers } of [one, two, one]) {
      runIn(new Context(undefined, providers), () => withSpan("span", () => {}));
    }
    expect([one.spans.length, two.spans.length]).to.deep.equal([2, 1]);
  });

  it("are asked for a tracer again only when they are others", () => {
    const tracerIn = currentTracer("library", "1.0.0");
    const tracer = () => tracerIn(currentContext());
    let asked = 0;
    const counting = (): Providers => {
      const { providers } = recording();
      const getTracer = (name: string, version?: string) => {
        asked += 1;
        return providers.tracerProvider.getTracer(name, version);
      };
      return { ...providers, tracerProvider: { getTracer } };
    };
    const [one, two] = [counting(), counting()];
    const tracers = [one, one, two, two].map((each) => runIn(new Context(undefined, each), tracer));
    expect(asked).to.equal(2);
    expect([tracers[0] === tracers[1], tracers[1] === tracers[2]]).to.deep.equal([true, false]);
  });

  it("are shared by all copies of the package in a process", async () => {
    const copy = (await import(
      `${new URL("../../src/context/process-state.ts", import.meta.url).href}?copy`
    )) as typeof import("../../src/context/process-state.ts");
    expect(copy.processState).to.equal(processState);
  });
});
