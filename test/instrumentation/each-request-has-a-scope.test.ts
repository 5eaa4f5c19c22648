import { propagation, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { expect } from "chai";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { ContextVariable } from "../../src/context/context-variable.ts";
import { runIn } from "../../src/context/current.ts";
import { scope } from "../../src/context/open-scope.ts";
import { SUPPRESSED } from "../../src/context/suppression.ts";
import { DEFAULT_POLICY } from "../../src/instrumentation/http-policy.ts";
import { traceHttpServer } from "../../src/instrumentation/http-server.ts";
import { serving, tracedHttp } from "./traced-http.ts";

const user = new ContextVariable<string>("user");

/** Sets the user after an await, as one who asks a database does. */
async function authenticate(request: IncomingMessage): Promise<void> {
  await sleep(Math.random() * 3);
  user.set(`the user of ${request.url}`);
}

async function answerWithUser(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const before = user.tryGet();
  if (request.url !== "/anonymous") await authenticate(request);
  await sleep(Math.random() * 3);
  response.end(JSON.stringify([before ?? null, user.tryGet() ?? null]));
}

/** Requests that are no part of what is tested: from no scope, and without a span. */
function post(url: string, agent: http.Agent, body = ""): Promise<string> {
  return runIn(
    SUPPRESSED,
    () =>
      new Promise((resolve, reject) => {
        const request = http.request(url, { agent, method: "POST" }, (response) => {
          let text = "";
          response.on("data", (chunk) => (text += String(chunk)));
          response.on("end", () => resolve(text));
        });
        request.on("error", reject).end(body);
      }),
  );
}

describe("a request", () => {
  it("has a scope: an awaited callee sets the user for the rest of it, and for no other", async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 10 });
    const wrong: string[] = [];
    await tracedHttp(() =>
      serving(answerWithUser, async (url) => {
        const ids = Array.from({ length: 100 }, (_, id) => id);
        await Promise.all(
          ids.map(async (id) => {
            const answer = await post(`${url}/${id}`, agent);
            if (answer !== JSON.stringify([null, `the user of /${id}`])) wrong.push(answer);
          }),
        );
      }),
    );
    agent.destroy();
    expect(wrong).to.deep.equal([]);
  });

  it("begins with nothing, on a connection that has served another and in a server that was made in a scope", async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const answers: string[] = [];
    await tracedHttp(() =>
      scope(() => {
        user.set("who made the server");
        return serving(answerWithUser, async (url) => {
          for (const path of ["/first", "/anonymous"]) answers.push(await post(url + path, agent));
        });
      }),
    );
    agent.destroy();
    expect(answers).to.deep.equal(['[null,"the user of /first"]', "[null,null]"]);
  });

  it("shows what is set in it to the listeners of its body and of its end", async () => {
    const agent = new http.Agent();
    const seen: Record<string, string | undefined> = {};
    const note = (event: string) => () => {
      seen[event] = user.tryGet();
    };
    await tracedHttp(() =>
      serving(
        (request, response) => {
          request.on("data", note("data")).on("end", () => {
            note("end")();
            response.end();
          });
          response.on("finish", note("finish")).on("close", note("close"));
          user.set("ann");
        },
        async (url) => void (await post(url, agent, "a body")),
      ),
    );
    expect(seen).to.deep.equal({ data: "ann", end: "ann", finish: "ann", close: "ann" });
  });

  it("that is over leaves its values to what still runs", async () => {
    const agent = new http.Agent();
    const late: (string | undefined)[] = [];
    await tracedHttp(() =>
      serving(
        (_request, response) => {
          user.set("ann");
          response.on("close", () => setTimeout(() => late.push(user.tryGet()), 5));
          response.end();
        },
        async (url) => {
          await post(url, agent);
          await sleep(15);
        },
      ),
    );
    expect(late).to.deep.equal(["ann"]);
  });

  it("has its scope and its span also where a propagator answers with a context of its own making", async () => {
    const agent = new http.Agent();
    const parent = { traceId: "a".repeat(32), spanId: "b".repeat(16), traceFlags: 1, isRemote: true };
    const answers: string[] = [];
    const spans = await tracedHttp(async () => {
      propagation.disable();
      propagation.setGlobalPropagator({
        inject: () => {},
        extract: () => trace.setSpanContext(ROOT_CONTEXT, parent),
        fields: () => [],
      });
      await serving(answerWithUser, async (url) => void answers.push(await post(`${url}/one`, agent)));
    });
    agent.destroy();
    expect(answers).to.deep.equal(['[null,"the user of /one"]']);
    expect(spans.map(({ traceId, parentSpanId }) => [traceId, parentSpanId])).to.deep.equal([
      [parent.traceId, parent.spanId],
    ]);
  });

  it("begins anew on its connection, whatever became of the former ones: ignored, failed or no more traced", async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const seen: [path: string | undefined, user: string | undefined][] = [];
    const ignoring = traceHttpServer({
      ...DEFAULT_POLICY,
      isIgnored: ({ url: path }) => {
        if (path === "/broken") throw new Error("on purpose");
        return path === "/ignored";
      },
    });
    await serving(
      (request, response) => {
        seen.push([request.url, user.tryGet()]);
        if (request.url !== "/untraced") user.set("the user of a former one");
        response.end();
      },
      async (url) => {
        for (const path of ["/ignored", "/after", "/broken", "/after"]) await post(url + path, agent);
        ignoring.end();
        await post(`${url}/untraced`, agent).catch(() => {});
      },
    );
    agent.destroy();
    expect(seen).to.deep.equal(
      ["/ignored", "/after", "/broken", "/after", "/untraced"].map((path) => [path, undefined]),
    );
  });
});
