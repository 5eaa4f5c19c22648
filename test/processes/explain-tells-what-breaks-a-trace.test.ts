import { expect } from "chai";
import { spawned } from "./spawned.ts";

const HEAD = `import { trace } from "@opentelemetry/api";
import { bind, explain, operation, start, startSpan, withSpan } from "throughline";
start({ exporter: "none" });
const explaining = explain();
`;
/** The line of a program on which its own first stands. */
const FIRST = HEAD.split("\n").length;

/** What it says of a program: each line without its places, and with those that are in the program, by their lines. */
async function toldOf(code: string, flags: readonly string[] = []): Promise<string[]> {
  const { errors, code: status } = await spawned([...flags, "--input-type=module", "-e", HEAD + code]);
  expect(status, errors).to.equal(0);
  return errors.split("\n").filter(Boolean).map(inShort);
}

function inShort(line: string): string {
  const text = /^throughline: (span "[^"]*" .*?)[,:] /.exec(line)?.[1] ?? line;
  const places = Array.from(line.matchAll(/\[eval1\]:(\d+):\d+/g), ([, at]) => Number(at) - FIRST + 1);
  return places.length === 0 ? text : `${text}, ${places.join(" and ")}`;
}

describe("explain()", function () {
  this.timeout(20_000);
  it("tells where each span was started that is open as the process ends, once a place", async () => {
    const told = await toldOf(`for (const name of ["a", "b"]) startSpan(name);
const late = startSpan("late");
trace.getTracer("library").startSpan("of the API");
void withSpan("waits for ever", () => new Promise(() => {}));
withSpan("ends", () => {});
setTimeout(() => late.end(), 5);`);
    // Whichever of them the collector finds first stands for their place.
    expect(told.map((line) => line.replace('"b"', '"a"'))).to.have.members([
      'span "a" was never ended, 1',
      'span "of the API" was never ended, 3',
      'span "waits for ever" was never ended, 4',
    ]);
  });

  it("does so where the program exits", async () => {
    expect(await toldOf(`withSpan("main", () => process.exit(0));`)).to.deep.equal([
      'span "main" was never ended, 1',
    ]);
  });

  it("tells a span that is forgotten as soon as it is collected, though its process goes on", async () => {
    const told = await toldOf(
      `import { setImmediate as turn } from "node:timers/promises";
(() => void startSpan("forgotten"))();
(() => startSpan("ended").end())();
for (let times = 0; times < 5; times++) { gc(); await turn(); }
console.error("goes on");`,
      ["--expose-gc"],
    );
    expect(told).to.deep.equal(['span "forgotten" was never ended, 2', "goes on"]);
  });

  it("keeps no span that is forgotten", async () => {
    const told = await toldOf(
      `import { setImmediate as turn } from "node:timers/promises";
const refs = Array.from({ length: 100 }, () => new WeakRef(startSpan("forgotten")));
for (let times = 0; times < 5; times++) { await turn(); gc(); }
console.error(refs.filter((ref) => ref.deref() !== undefined).length);`,
      ["--expose-gc"],
    );
    expect(told).to.include("0");
  });

  const QUEUE = `const waiting = [];
const job = (name, give) => operation(name, async () => {
  const span = startSpan("query");
  await new Promise((resolve) => waiting.push(give(() => {
    span.end();
    resolve();
  })));
});
const jobs = (give) => Promise.all([job("one", give), job("two", give), operation("drain", () => {
  for (const callback of waiting.splice(0)) callback();
})]);
`;

  it("tells both places of a span that another operation ends", async () => {
    const told = await toldOf(`${QUEUE}await jobs((callback) => callback);`);
    expect(told).to.deep.equal(['span "query" was started in one operation, 3 and 5']);
  });

  it("says nothing of it where the callback is bound", async () => {
    expect(await toldOf(`${QUEUE}await jobs(bind);`)).to.deep.equal([]);
  });

  it("knows traces apart where there are no operations", async () => {
    const told = await toldOf(`let end;
withSpan("one", () => {
  const own = startSpan("own");
  const other = startSpan("root", { root: true });
  end = () => own.end();
  other.run(() => other.end());
});
withSpan("two", () => end());`);
    expect(told).to.deep.equal(['span "own" was started in one operation, 3 and 5']);
  });

  it("says nothing of a generator that another operation reads to its end", async () => {
    const told = await toldOf(`let shared;
await operation("makes", () => void (shared = withSpan("pages", function* pages() { yield 1; })));
await operation("reads", () => void [...shared]);`);
    expect(told).to.deep.equal([]);
  });

  const LOST = `import { EventEmitter } from "node:events";
const emitter = new EventEmitter();
const listen = (listener) => emitter.once("done", listener);
const heard = () => withSpan("heard", () => {});
`;

  it("tells a span that has no parent where those before it had one", async () => {
    const told = await toldOf(`${LOST}for (let turn = 0; turn < 3; turn++) withSpan("request", heard);
withSpan("request", () => listen(() => heard()));
emitter.emit("done");`);
    expect(told).to.deep.equal(['span "heard" has neither parent nor scope, 4']);
  });

  it("tells it also where the first of all had none, as the program started", async () => {
    const told = await toldOf(`${LOST}heard();\n${`withSpan("request", heard);\n`.repeat(3)}heard();`);
    expect(told).to.deep.equal(['span "heard" has neither parent nor scope, 4']);
  });

  it("takes secrets out of the names that it tells", async () => {
    const { errors } = await spawned([
      "--input-type=module",
      "-e",
      `${HEAD}startSpan("GET /?token=hunter2hunter2");`,
    ]);
    expect(errors).to.include("was never ended").and.not.include("hunter2");
  });

  for (const [what, code] of [
    [
      "comes both ways",
      `withSpan("request", heard);\nheard();\n${`withSpan("request", heard);\n`.repeat(4)}heard();`,
    ],
    [
      "keeps its context",
      `${`withSpan("request", heard);\n`.repeat(3)}withSpan("request", () => listen(bind(() => heard())));
emitter.emit("done");`,
    ],
    [
      "is to be a root, or begins an operation",
      `const begin = () => { startSpan("root", { root: true }).end(); void operation("job", () => {}); };
${`withSpan("request", begin);\n`.repeat(3)}begin();`,
    ],
  ] as const)
    it(`says nothing of one that ${what}`, async () => {
      expect(await toldOf(LOST + code)).to.deep.equal([]);
    });

  it("says nothing of requests that are served and made", async () => {
    const told = await toldOf(`import http from "node:http";
const server = http.createServer((request, response) => {
  request.resume().on("end", () => withSpan("work", () => response.end("done")));
});
await new Promise((resolve) => server.listen(0, resolve));
const url = "http://localhost:" + server.address().port;
const ask = () => new Promise((resolve) => http.get(url, (response) => response.resume().on("end", resolve)));
await Promise.all(Array.from({ length: 20 }, (_, n) => operation("job " + n, async () => {
  await (await fetch(url)).text();
  await ask();
})));
await fetch(url).then((response) => response.text());
await new Promise((resolve) => server.close(resolve));`);
    expect(told.filter((line) => line.startsWith("span "))).to.deep.equal([]);
  });

  it("is off where all have turned it off, and says nothing of what was open before", async () => {
    const told = await toldOf(`explaining[Symbol.dispose]();
const before = startSpan("before");
const [first, second] = [explain(), explain()];
first[Symbol.dispose]();
first[Symbol.dispose]();
startSpan("still looked at");
second[Symbol.dispose]();
console.error("off");
startSpan("not looked at");
before.end();`);
    expect(told).to.deep.equal(['span "still looked at" was never ended, 6', "off"]);
  });

  it("tells a hundred places at most", async () => {
    const told = await toldOf(Array.from({ length: 150 }, () => 'startSpan("y");').join("\n"));
    expect(new Set(told)).to.have.property("size", 100);
    expect(told).to.have.length(100);
  });

  it("tells names that are cut and printable", async () => {
    const told = await toldOf(`startSpan("\\n" + "x".repeat(10_000));`);
    expect(told).to.deep.equal([String.raw`span "\u{a}${"x".repeat(79)}" was never ended, 1`]);
  });
});
