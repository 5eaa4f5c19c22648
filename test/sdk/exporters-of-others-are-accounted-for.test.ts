import { expect } from "chai";
import { program } from "../processes/spawned.ts";

interface Accounts {
  readonly made: number;
  readonly delivered: number;
  readonly rejected: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly pending: number;
}

/** What an exporter does with `spans`, and how many of five come to be delivered; the others are dropped. */
const EXPORTS: Record<string, { readonly code: string; readonly delivered: 0 | 5 }> = {
  "is async and rejects": { code: "async export() { throw new Error('down'); }", delivered: 0 },
  "is async, answers and rejects": {
    code: "async export(spans, done) { done({ code: 0 }); throw new Error('down'); }",
    delivered: 5,
  },
  "answers what throws where it is read, and looks away": {
    code: "export(spans, done) { try { done({ get code() { throw new Error('code'); } }); } catch {} }",
    delivered: 0,
  },
  "answers what cannot be read at all, and looks away": {
    code: "export(spans, done) { try { done(revoked); } catch {} }",
    delivered: 0,
  },
  "answers by an object of a class": {
    code: "export(spans, done) { done(new (class { get code() { return 0; } })()); }",
    delivered: 5,
  },
  "empties the array that it was given": {
    code: "export(spans, done) { spans.length = 0; done({ code: 0 }); }",
    delivered: 5,
  },
  "empties it before it fails": {
    code: "export(spans, done) { spans.splice(0); done({ code: 1 }); }",
    delivered: 0,
  },
  "pushes to the array that it was given": {
    code: "export(spans, done) { spans.push(spans[0], spans[0]); done({ code: 0 }); }",
    delivered: 5,
  },
  "empties the array and answers twice, once that it failed": {
    code: "export(spans, done) { spans.length = 0; done({ code: 0 }); done({ code: 1 }); }",
    delivered: 5,
  },
};

const QUIET = { OTEL_METRICS_EXPORTER: "none" };

/** What a program tells that has an exporter, with `telemetry` at hand. */
async function told<Told>(exporter: string, act: string): Promise<Told> {
  const { output, errors, code } = await program(
    `
    import { start, startSpan } from "throughline";
    const tell = (value) => console.log(JSON.stringify(value));
    const { proxy: revoked, revoke } = Proxy.revocable({}, {});
    revoke();
    const calls = [];
    let answer;
    const telemetry = start({ exporter: { async shutdown() {}, ...{ ${exporter} } } });
    ${act}
  `,
    QUIET,
  );
  expect(code, errors).to.equal(0);
  return JSON.parse(output) as Told;
}

describe("the account of an exporter of another SDK", function () {
  this.timeout(20_000);

  for (const [what, { code, delivered }] of Object.entries(EXPORTS)) {
    it(`is exact where its export ${what}`, async () => {
      const [flushed, closed] = await told<[Accounts, Accounts]>(
        code,
        `
        for (let each = 0; each < 3; each++) startSpan("before").end();
        const flushed = (await telemetry.flush({ timeout: 1_000 })).spans;
        for (let each = 0; each < 2; each++) startSpan("after").end();
        const closed = (await telemetry.shutdown({ timeout: 1_000 })).spans;
        await new Promise((resolve) => setTimeout(resolve, 10));
        tell([flushed, closed]);
      `,
      );
      expect(flushed).to.include({ made: 3, pending: 0 });
      expect(closed).to.deep.equal({
        made: 5,
        delivered,
        rejected: 0,
        dropped: { encoding: 0, exporter_failed: 5 - delivered, queue_full: 0, shutdown: 0, too_large: 0 },
        pending: 0,
      });
    });
  }

  it("is closed by the shutdown of one that hangs, which is told to end, and nothing is counted twice", async () => {
    const [closed, later, calls] = await told<[Accounts, Accounts, string[]]>(
      `export(spans, done) { calls.push("export"); answer = done; }, async shutdown() { calls.push("shutdown"); }`,
      `
      startSpan("span").end();
      const closed = (await telemetry.shutdown({ timeout: 100 })).spans;
      answer({ code: 0 });
      await new Promise((resolve) => setTimeout(resolve, 10));
      tell([closed, telemetry.report().spans, calls]);
    `,
    );
    expect(closed).to.deep.include({ made: 1, delivered: 0, pending: 0 });
    expect(closed.dropped["shutdown"]).to.equal(1);
    expect(later).to.deep.equal(closed);
    expect(calls).to.deep.equal(["export", "shutdown"]);
  });

  it("is exact where it is a class, with static methods", async () => {
    const { output, errors } = await program(
      `
      import { counter, start, withSpan } from "throughline";
      class Exporter { static export(spans, done) { done({ code: 0 }); } static async shutdown() {} }
      const telemetry = start({ exporter: Exporter });
      counter("c").add(1);
      withSpan("span", () => {});
      const { spans } = await telemetry.shutdown();
      console.log(spans.made, spans.delivered);
    `,
      QUIET,
    );
    expect([output, errors]).to.deep.equal(["1 1\n", ""]);
  });

  it("holds what ends during a shutdown, and what ends after it as dropped", async () => {
    const [during, after] = await told<[Accounts, Accounts]>(
      "export(spans, done) { done({ code: 0 }); }",
      `
      const [first, second] = [startSpan("first"), startSpan("second")];
      startSpan("before").end();
      const shutdown = telemetry.shutdown();
      first.end();
      const during = (await shutdown).spans;
      second.end();
      tell([during, telemetry.report().spans]);
    `,
    );
    expect(during).to.include({ made: 2, pending: 0 });
    expect(during.delivered + (during.dropped["shutdown"] ?? 0)).to.equal(2);
    expect(after).to.include({ made: 3, delivered: during.delivered, pending: 0 });
    expect(after.dropped).to.include({ exporter_failed: 0, shutdown: 3 - during.delivered });
  });

  it("has nothing pending after a flush, however soon that comes after an export of its own", async () => {
    const pending = await told<readonly number[]>(
      "export(spans, done) { done({ code: 0 }); }",
      `
      const pending = [];
      for (let ticks = 0; ticks < 12; ticks++) {
        // A whole batch is exported without being asked for.
        for (let each = 0; each < 512; each++) startSpan("span").end();
        for (let each = 0; each < ticks; each++) await null;
        startSpan("late").end();
        pending.push((await telemetry.flush()).spans.pending);
      }
      tell(pending);
    `,
    );
    expect(pending).to.deep.equal(Array.from({ length: 12 }, () => 0));
  });
});
