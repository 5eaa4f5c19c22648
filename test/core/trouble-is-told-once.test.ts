import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe as describeThrown } from "../../src/core/diagnostics.ts";
import { freshCopy } from "./fresh-copy.ts";

type Diagnostics = typeof import("../../src/core/diagnostics.ts");

/** A copy of diagnostics that has told nothing yet, with what `fn` made it write to stderr. */
async function told(
  fn: (diagnostics: Diagnostics) => void,
  write?: () => never,
): Promise<[string[], Diagnostics]> {
  const diagnostics = await freshCopy<Diagnostics>("core/diagnostics.ts");
  const lines: string[] = [];
  const original = process.stderr.write.bind(process.stderr);
  process.stderr.write = write ?? ((text: string | Uint8Array) => lines.push(String(text)) > 0);
  try {
    fn(diagnostics);
  } finally {
    process.stderr.write = original;
  }
  return [lines, diagnostics];
}

describe("trouble", () => {
  it("is told as one line the first time, and counted from then on", async () => {
    const [lines, { troubles }] = await told(({ report }) => {
      for (const sentence of ["first", "second", "third"]) report("queue_full", sentence);
    });
    expect(lines).to.deep.equal(["throughline: first\n"]);
    expect(troubles()).to.deep.equal({ queue_full: 3 });
  });

  it("of another kind is told too", async () => {
    const [lines, { troubles }] = await told(({ report }) => {
      report("queue_full", "one");
      report("internal_error", "other");
    });
    expect(lines).to.deep.equal(["throughline: one\n", "throughline: other\n"]);
    expect(troubles()).to.deep.equal({ queue_full: 1, internal_error: 1 });
  });

  it("of a configuration is told for each fault, and for a thousand of them by a hundred lines at most", async () => {
    const [lines, { troubles }] = await told(({ report }) => {
      for (let fault = 0; fault < 1_000; fault++) report("invalid_configuration", `fault ${fault}`);
    });
    expect(lines.slice(0, 2)).to.deep.equal(["throughline: fault 0\n", "throughline: fault 1\n"]);
    expect(lines.length).to.be.within(20, 100);
    expect(troubles()).to.deep.equal({ invalid_configuration: 1_000 });
  });

  it("of another kind is told also after a configuration with a thousand faults", async () => {
    const [lines] = await told(({ report }) => {
      for (let fault = 0; fault < 1_000; fault++) report("invalid_configuration", `fault ${fault}`);
      report("queue_full", "another");
    });
    expect(lines.at(-1)).to.equal("throughline: another\n");
  });

  it("is no trouble where there was none", async () => {
    const [lines, { troubles }] = await told(() => {});
    expect([lines, troubles()]).to.deep.equal([[], {}]);
  });

  it("stays one line, whatever it is about", async () => {
    const [lines] = await told(({ report }) =>
      report("internal_error", "a\nthroughline: forged\r\u001b[2J\u0085b"),
    );
    expect(lines.join("")).to.match(/^throughline: [^\p{Cc}]+\n$/u);
  });

  it("does not reach the host where stderr throws", async () => {
    const [, { troubles }] = await told(
      ({ report }) => report("internal_error", "unheard"),
      () => {
        throw new Error("stderr is closed");
      },
    );
    expect(troubles()).to.deep.equal({ internal_error: 1 });
  });

  it("does not reach the host where the reader of stderr is gone", async () => {
    const diagnostics = new URL("../../src/core/diagnostics.ts", import.meta.url).href;
    const program = `
      import { report } from ${JSON.stringify(diagnostics)};
      process.stdin.once("data", () => {
        report("internal_error", "unheard");
        setTimeout(() => process.exit(7), 20);
      });
      process.stdout.write("ready");`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program]);
    await once(child.stdout, "data");
    child.stderr.destroy();
    await once(child.stderr, "close");
    child.stdin.write("go");
    const [code] = (await once(child, "exit")) as [number];
    expect(code).to.equal(7);
  });

  it("gives a copy of its counts away", async () => {
    const [, { troubles }] = await told(({ report }) => report("queue_full", "once"));
    Object.assign(troubles(), { queue_full: 99 });
    expect(troubles()).to.deep.equal({ queue_full: 1 });
  });
});

describe("the text for a thrown value", () => {
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();

  for (const [thrown, text] of [
    [new RangeError("too far"), "RangeError: too far"],
    ["text", "text"],
    [null, "null"],
    [undefined, "undefined"],
    [5n, "5"],
    [Symbol("symbol"), "Symbol(symbol)"],
    [{}, "[object Object]"],
    [Object.create(null), "a value that cannot be shown"],
    [revoked.proxy, "a value that cannot be shown"],
    [Object.assign(new Error("m"), { name: Symbol("name") }), "a value that cannot be shown"],
  ] as const) {
    it(`is ${text}`, () => {
      expect(describeThrown(thrown)).to.equal(text);
    });
  }
});
