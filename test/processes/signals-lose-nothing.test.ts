import { expect } from "chai";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { type Ended, signalled } from "./signalled.ts";
import { slowCollector } from "./slow-collector.ts";

/** Takes connections, and never answers. */
async function silentCollector() {
  const server = createServer(() => {}).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { endpoint: `http://127.0.0.1:${port}`, close: () => server.close() };
}

/** The same, with a collector that takes its time over each request; and what it has taken. */
async function signalledWhileSlow(delay: number, code: string): Promise<Ended & { taken: string[] }> {
  const collector = await slowCollector(delay);
  const ended = await signalled(
    `${code} setInterval(() => {}, 1000); console.log("ready");`,
    ["SIGTERM"],
    collector.endpoint,
  );
  collector.close();
  return { ...ended, taken: collector.taken };
}

const START = `
  import { start, withSpan } from "throughline";
  const telemetry = start({ service: "shop" });
`;
const LIVES = `
  withSpan("work", () => {});
  setInterval(() => {}, 1000);
  console.log("ready");
`;

describe("a signal that ends a process", function () {
  this.timeout(20_000);

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    it(`loses nothing where nobody listens, and ends it as it would: ${signal}`, async () => {
      const ended = await signalled(START + LIVES, [signal]);
      expect(ended).to.deep.include({ code: null, signal, spans: ["work"] });
      expect(ended.took).to.be.below(2_000);
    });

    it(`leaves the end to a host that listens: ${signal}`, async () => {
      const ended = await signalled(
        `${START}
        let heard = 0;
        process.on("${signal}", () => {
          heard++;
          process.exitCode = 7;
          setTimeout(() => {
            withSpan("while it drains", () => {});
            console.log("heard " + heard);
            clearInterval(timer);
          }, 200);
        });
        const timer = setInterval(() => {}, 1000);
        withSpan("work", () => {});
        console.log("ready");`,
        [signal],
      );
      expect(ended).to.deep.include({ code: 7, signal: null });
      expect(ended.output).to.include("heard 1\n");
      expect(ended.spans).to.have.members(["work", "while it drains"]);
    });
  }

  it("leaves the end to a host that listens once, from before start()", async () => {
    const ended = await signalled(
      `
      const timer = setInterval(() => {}, 1000);
      process.once("SIGTERM", () => setTimeout(() => {
        withSpan("while it drains", () => {});
        clearInterval(timer);
      }, 200));
      ${START}
      withSpan("work", () => {});
      console.log("ready");`,
      ["SIGTERM"],
    );
    expect(ended).to.deep.include({ code: 0, signal: null });
    expect(ended.spans).to.have.members(["work", "while it drains"]);
  });

  for (const when of ["before", "after"])
    it(`ends it, and runs what is to run at its end, beside signal-exit, loaded ${when} start()`, async () => {
      const load = `const { onExit } = await import("signal-exit"); onExit((_, signal) => console.log("cleaned up", signal));`;
      const ended = await signalled(when === "before" ? load + START + LIVES : START + load + LIVES, [
        "SIGTERM",
      ]);
      expect(ended).to.deep.include({ code: null, signal: "SIGTERM", spans: ["work"] });
      expect(ended.output).to.equal("ready\ncleaned up SIGTERM\n");
    });

  it("loses nothing of a shutdown that is under way", async () => {
    const ended = await signalledWhileSlow(
      300,
      `${START}
      for (let each = 0; each < 3_000; each++) withSpan("work", { attributes: { filler: "x".repeat(500) } }, () => {});
      void telemetry.shutdown();`,
    );
    expect(ended).to.deep.include({ code: null, signal: "SIGTERM" });
    expect(ended.taken.filter((name) => name === "work")).to.have.lengthOf(3_000);
  });

  it("ends it where start() has begun anew while a shutdown is under way, and loses nothing of either", async () => {
    const ended = await signalledWhileSlow(
      300,
      `${START}
      withSpan("before", () => {});
      void telemetry.shutdown();
      start({ service: "anew" });
      withSpan("after", () => {});`,
    );
    expect(ended).to.deep.include({ code: null, signal: "SIGTERM" });
    expect(ended.taken).to.have.members(["before", "after"]);
  });

  it("gives the last collection of a shutdown its time", async () => {
    const ended = await signalledWhileSlow(
      10,
      `import { metrics } from "@opentelemetry/api";
      ${START}
      const ready = (result) => new Promise((resolve) => setTimeout(() => resolve(result.observe(7)), 400));
      metrics.getMeter("m").createObservableGauge("slow").addCallback(ready);
      void telemetry.shutdown();`,
    );
    expect(ended).to.deep.include({ code: null, signal: "SIGTERM" });
    expect(ended.taken).to.deep.equal(["slow"]);
  });

  it("gives processors that export by themselves the whole of the budget", async () => {
    const ended = await signalled(
      `import { start, withSpan } from "throughline";
      const forceFlush = () => new Promise((resolve) => setTimeout(() => resolve(console.log("sent")), 1_400));
      start({ exporter: "none", processors: [{ onStart() {}, onEnd() {}, forceFlush, shutdown: forceFlush }] });
      ${LIVES}`,
      ["SIGTERM"],
    );
    expect(ended).to.deep.include({ signal: "SIGTERM", output: "ready\nsent\n" });
  });

  it("ends it at once where it comes a second time", async () => {
    const silent = await silentCollector();
    const ended = await signalled(START + LIVES, ["SIGINT", "SIGINT"], silent.endpoint);
    silent.close();
    expect(ended.signal).to.equal("SIGINT");
    expect(ended.took).to.be.below(1_500);
  });

  it("waits no longer than its budget for a collector that does not answer", async () => {
    const silent = await silentCollector();
    const ended = await signalled(START + LIVES, ["SIGTERM"], silent.endpoint);
    silent.close();
    expect(ended.signal).to.equal("SIGTERM");
    expect(ended.took).to.be.within(1_500, 3_000);
  });

  it("is none of ours where start() is told so, nor after a shutdown", async () => {
    const off = await signalled(
      `import { start } from "throughline"; start({ exit: { signals: false } }); ${LIVES.replace('withSpan("work", () => {});', "console.log(process.listenerCount('SIGTERM'));")}`,
      ["SIGTERM"],
    );
    expect(off).to.deep.include({ output: "0\nready\n", signal: "SIGTERM" });
    const after = await signalled(
      `${START} await telemetry.shutdown(); console.log(process.listenerCount("SIGTERM")); ${LIVES}`,
      ["SIGTERM"],
    );
    expect(after).to.deep.include({ output: "0\nready\n", signal: "SIGTERM", spans: [] });
  });

  it("loses none of the requests that a draining server still answers", async () => {
    const ended = await signalled(
      `${START}
      import { createServer } from "node:http";
      const server = createServer((request, response) => setTimeout(() => response.end("done"), 300));
      server.listen(0, "127.0.0.1", () => {
        const url = "http://127.0.0.1:" + server.address().port;
        const answers = Promise.all(Array.from({ length: 20 }, () => fetch(url, { headers: { connection: "close" } }).then((answer) => answer.text())));
        process.on("SIGTERM", async () => {
          server.close();
          await answers;
          console.log("drained");
        });
        setTimeout(() => console.log("ready"), 100);
      });`,
      ["SIGTERM"],
    );
    expect(ended).to.deep.include({ code: 0, signal: null });
    expect(ended.spans.filter((name) => name === "GET")).to.have.lengthOf(40);
  });
});
