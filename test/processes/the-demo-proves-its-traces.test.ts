import { expect } from "chai";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { startReceiver } from "../../src/devtools.ts";
import { type Ended, spawned } from "./spawned.ts";

describe("the demo", function () {
  this.timeout(30_000);

  it("draws a paid and a declined trace, counts all, shows the metrics and ends with 0", async () => {
    const { code, output, errors } = await spawned(["examples/demo.ts"]);
    expect(errors).to.equal("");
    expect(output)
      .to.match(/One of 167 paid orders:/)
      .and.match(/One of 29 declined orders:/);
    expect(output).to.match(/orders +POST \/orders .*\n(?:.*\n)*payments .*authorize/);
    expect(output)
      .to.match(/orders +├─ write receipt/)
      .and.match(/process mails \(consumer\)/);
    expect(output)
      .to.match(/audit +└─ check the books/)
      .and.match(
        /payments {2}charge accepted\norders {4}order paid\norders {4}receipt over 2\d\d EUR written\n(?=.*\n?.*mail sent)(?=.*\n?audit {5}the books)/,
      );
    expect(output).to.include("✗").and.include("over the limit of 900 EUR");
    expect(output)
      .to.match(/orders\.placed +.*171/)
      .and.match(/payments\.charges/)
      .and.match(/payments\.amount/);
    expect(output).to.include(
      "200 requests: 171 paid, 29 declined; 2488 of 2488 spans, 713 of 713 log records and 20 of 20 data points delivered; 200 traces",
    );
    expect(code).to.equal(0);
  });

  it("sends elsewhere where OTEL_EXPORTER_OTLP_ENDPOINT says so, and says it", async () => {
    const receiver = await startReceiver({ port: 0 });
    const { code, output } = await spawned(["examples/demo.ts"], {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
    });
    const traces = receiver.store.traces().length;
    await receiver.close();
    expect(output)
      .to.include(`goes to ${receiver.endpoint}`)
      .and.include("2488 of 2488 spans, 713 of 713 log records and 20 of 20 data points delivered");
    expect(traces).to.equal(200);
    expect(code).to.equal(0);
  });

  it("ends with 1 where nobody takes what is sent", async () => {
    const { code, errors } = await spawned(["examples/demo.ts"], {
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9",
    });
    expect(errors).to.include("not everything was delivered");
    expect(code).to.equal(1);
  });

  for (const [hook, channel] of [
    ["the node:http client hook", "http.client.request.created"],
    ["the fetch hook", "undici:request:create"],
  ] as const) {
    it(`ends with 1 without ${hook}`, async () => {
      const { code, errors } = await demoWithout(channel);
      expect(errors).to.match(/expected 167 traces of paid orders, found/);
      expect(code).to.equal(1);
    });
  }

  it("has the same traces without the server hook, by its middleware alone", async () => {
    const { code, errors } = await demoWithout("http.server.request.start");
    expect([code, errors]).to.deep.equal([0, ""]);
  });
});

/** The demo in a copy of the project in which one hook listens on a channel that nobody publishes. */
async function demoWithout(channel: string): Promise<Ended> {
  const copy = mkdtempSync(path.join(tmpdir(), "throughline-"));
  try {
    for (const part of ["package.json", "dist", "examples"])
      cpSync(part, path.join(copy, part), { recursive: true });
    symlinkSync(path.resolve("node_modules"), path.join(copy, "node_modules"), "junction");
    const files = readdirSync(path.join(copy, "dist"), { recursive: true, encoding: "utf8" });
    const hooked = files.filter((file) => file.endsWith(".js")).map((file) => path.join(copy, "dist", file));
    const hooks = hooked.filter((file) => readFileSync(file, "utf8").includes(`"${channel}"`));
    expect(hooks).to.have.lengthOf(1);
    for (const hook of hooks)
      writeFileSync(hook, readFileSync(hook, "utf8").replace(`"${channel}"`, `"nobody"`));
    return await spawned(["examples/demo.ts"], {}, copy);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
