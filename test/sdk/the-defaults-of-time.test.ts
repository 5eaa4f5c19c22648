import { expect } from "chai";
import { program } from "../processes/spawned.ts";

describe("without settings", function () {
  this.timeout(20_000);

  it("log records leave every second, spans every five, metrics every minute", async () => {
    const { output, errors } = await program(`
      import timers from "node:timers";
      import { syncBuiltinESMExports } from "node:module";
      const { setInterval } = globalThis;
      const delays = [];
      const noting = (fn, delay, ...rest) => { delays.push(delay); return setInterval(fn, delay, ...rest); };
      timers.setInterval = noting;
      globalThis.setInterval = noting;
      syncBuiltinESMExports();
      const { start } = await import("throughline");
      start();
      console.log(JSON.stringify(delays.toSorted((a, b) => a - b)));
      process.exit();
    `);
    expect([JSON.parse(output), errors]).to.deep.equal([[1_000, 5_000, 60_000], ""]);
  });
});
