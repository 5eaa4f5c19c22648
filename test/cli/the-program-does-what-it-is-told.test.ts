import { expect } from "chai";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ask, PROTOBUF } from "../devtools/http-exchange.ts";
import { metricsProtobuf, traceProtobuf } from "../devtools/otlp-requests.ts";

const PROGRAM = new URL("../../src/cli/throughline.ts", import.meta.url).pathname;
const LISTENING = /OTEL_EXPORTER_OTLP_ENDPOINT=(http:\/\/127\.0\.0\.1:\d+)/;

function start(...args: readonly string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [PROGRAM, ...args]);
}

async function run(...args: readonly string[]): Promise<{ code: unknown; out: string; err: string }> {
  const child = start(...args);
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const [code] = (await once(child, "close")) as unknown[];
  return { code, out, err };
}

/** Reads a program's output until it has said something. */
async function until(child: ChildProcessWithoutNullStreams, said: RegExp): Promise<RegExpExecArray> {
  let out = "";
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    out += String(chunk);
    const found = said.exec(out);
    if (found !== null) return found;
  }
  throw new Error(`the program ended without saying ${said}: ${out}`);
}

describe("throughline", function () {
  it("shows its usage when asked", async () => {
    const { code, out, err } = await run("--help");
    expect([code, err]).to.deep.equal([0, ""]);
    expect(out).to.contain("view [--port 4318]");
  });

  it("shows the version of its package", async () => {
    const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
      version: string;
    };
    expect(await run("--version")).to.deep.equal({ code: 0, out: `${manifest.version}\n`, err: "" });
  });
});

describe("throughline view", () => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    it(`says where it listens, shows what it receives, and ends well on ${signal}`, async () => {
      const child = start("view", "--port", "0");
      const closed = once(child, "close");
      const [, endpoint = ""] = await until(child, LISTENING);
      await ask(endpoint, { headers: PROTOBUF, body: traceProtobuf(7, "GET /\u001b[2J") });
      child.kill(signal);
      const [printed] = await until(child, /trace 00000000[^]*GET.*/);
      expect(printed).to.contain("GET /\\u{1b}[2J (server)");
      expect(await closed).to.deep.equal([0, null]);
    });
  }

  it("says so where its port is taken, and fails", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const { code, out, err } = await run("view", "--port", String(port));
    other.close();
    expect([code, out]).to.deep.equal([1, ""]);
    expect(err).to.equal(
      `throughline: port ${port} is taken, perhaps by another viewer or a collector; choose another with --port\n`,
    );
  });

  it("ends well when nobody reads its output any more", async () => {
    const child = start("view", "--port", "0");
    const closed = once(child, "close");
    const [, endpoint = ""] = await until(child, LISTENING);
    child.stdout.destroy();
    await ask(endpoint, { path: "/v1/metrics", headers: PROTOBUF, body: metricsProtobuf("m", 1) });
    expect(await closed).to.deep.equal([0, null]);
  });

  describe("with a program behind --", () => {
    const SHOP = `
      import { start, withSpan } from "throughline";
      start({ service: "shop" });
      withSpan("checkout", () => console.log(process.argv.slice(1).join(" ")));
    `;
    const shop = (more: string, ...args: readonly string[]) =>
      run("view", "--", process.execPath, "--input-type=module", "-e", SHOP + more, ...args);

    it("shows what it prints and sends, and ends with its exit code", async () => {
      const { code, out, err } = await shop("process.exitCode = 7;", "a b", "c");
      expect([code, err]).to.deep.equal([7, ""]);
      expect(out).to.match(/^a b c\ntrace [\da-f]{8} · 1 span · /);
      expect(out).to.contain("checkout");
    });

    it("ends by the signal that the program ended by", async () => {
      const child = start("view", "--", process.execPath, "-e", "process.kill(process.pid, 'SIGTERM')");
      expect(await once(child, "close")).to.deep.equal([null, "SIGTERM"]);
    });

    it("passes SIGTERM on, and shows what the program sends as it ends", async () => {
      const child = start(
        "view",
        "--",
        process.execPath,
        "--input-type=module",
        "-e",
        `${SHOP}setInterval(() => {}, 1000); console.log("ready");`,
      );
      const closed = once(child, "close");
      await until(child, /ready/);
      child.kill("SIGTERM");
      await until(child, /checkout/);
      expect(await closed).to.deep.equal([null, "SIGTERM"]);
    });

    it("says so where nothing arrived", async () => {
      const { code, out, err } = await run(
        "view",
        "--",
        process.execPath,
        "-e",
        "console.log('no telemetry')",
      );
      expect([code, out]).to.deep.equal([0, "no telemetry\n"]);
      expect(err).to.match(/^throughline: nothing arrived.*throughline\/register\n$/);
    });

    it("says so where the program cannot be run", async () => {
      const { code, out, err } = await run("view", "--", "no-such-program");
      expect([code, out]).to.deep.equal([127, ""]);
      expect(err).to.match(/^throughline: no-such-program cannot be run \(.*ENOENT\)\n$/);
    });
  });
});
