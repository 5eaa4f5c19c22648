import { expect } from "chai";
import http, { type RequestListener } from "node:http";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { currentContext, runIn } from "../../src/context/current.ts";
import { SUPPRESSED } from "../../src/context/suppression.ts";
import { activeSpan } from "../../src/trace/active-span.ts";
import { withSpan } from "../../src/trace/span-helpers.ts";
import { serving, tracedHttp } from "./traced-http.ts";

/** A handler that notes each place where it sees another request's span, or none. */
function watching(wrong: string[]): RequestListener {
  return async (request, response) => {
    const mine = activeSpan();
    const check = (place: string): void => {
      if (!mine.isRecording() && place === "handler") wrong.push("handler without a span");
      if (currentContext().span !== mine) wrong.push(place);
    };
    check("handler");
    for (const event of ["data", "end", "close"]) request.on(event, () => check(`request ${event}`));
    for (const event of ["finish", "close"]) response.on(event, () => check(`response ${event}`));
    await sleep(Math.random() * 3);
    check("after an await");
    await withSpan("inner", () => sleep(Math.random() * 3));
    check("after a span");
    response.end("x");
  };
}

describe("concurrent requests stay apart", () => {
  it("over kept-alive connections, with bodies that arrive after the handler has begun", async () => {
    const wrong: string[] = [];
    const spans = await tracedHttp(() =>
      serving(watching(wrong), async (url) => {
        const agent = new http.Agent({ keepAlive: true, maxSockets: 20 });
        await runIn(SUPPRESSED, () =>
          Promise.all(Array.from({ length: 400 }, () => postInParts(url, agent))),
        );
        agent.destroy();
      }),
    );
    expect(wrong).to.deep.equal([]);
    expect(new Set(spans.map((span) => span.traceId)).size).to.equal(400);
    expect(spans).to.have.length(800);
  });

  it("over one connection with 50 pipelined requests", async () => {
    const wrong: string[] = [];
    const spans = await tracedHttp(() => serving(watching(wrong), (_url, port) => pipeline(port, 50)));
    expect(wrong).to.deep.equal([]);
    expect(new Set(spans.map((span) => span.traceId)).size).to.equal(50);
  });

  it("from whatever was active where the server was made", async () => {
    const spans = await tracedHttp(() =>
      withSpan("start-up", () =>
        serving(
          (_request, response) => void response.end(),
          async (url) => void (await runIn(SUPPRESSED, () => fetch(url))),
        ),
      ),
    );
    expect(spans.find(({ name }) => name === "GET")).to.include({ parentSpanId: undefined });
  });
});

function postInParts(url: string, agent: http.Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { agent, method: "POST" }, (response) =>
      response.resume().on("end", resolve),
    );
    request.on("error", reject);
    request.write("a");
    setTimeout(() => request.end("b"), 1);
  });
}

function pipeline(port: number, count: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () =>
      socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(count)),
    );
    let answers = 0;
    socket.on("data", (chunk) => {
      answers += chunk.toString().split("HTTP/1.1 200").length - 1;
      if (answers < count) return;
      socket.destroy();
      resolve();
    });
  });
}
