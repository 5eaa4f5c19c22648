import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import type { CompletionLine, MiddlewareOptions } from "../../src/http.ts";
import type { RecordedSpan } from "../recording.ts";
import { ofKind, tracedHttp } from "../instrumentation/traced-http.ts";
import { APPS, type MakeApp, servingApp } from "./apps.ts";
import { ask } from "./requests.ts";

/** The one request that `fn` makes, as a span and a line. */
async function one(
  make: MakeApp,
  fn: (url: string) => Promise<unknown>,
  hooked: boolean,
  options: MiddlewareOptions = {},
): Promise<{ span: RecordedSpan; line: CompletionLine }> {
  const lines: CompletionLine[] = [];
  const spans = await tracedHttp(
    () =>
      servingApp(make, { log: (line) => lines.push(line), ...options }, async (url) => {
        await fn(url);
        await sleep(30);
      }),
    undefined,
    {},
    hooked,
  );
  const served = ofKind(spans, SpanKind.SERVER);
  const [span, line] = [served[0], lines[0]];
  if (span === undefined || line === undefined || served.length > 1 || lines.length > 1)
    throw new Error(`expected one span and one line, found ${served.length} and ${lines.length}`);
  return { span, line };
}

for (const [name, make] of Object.entries(APPS))
  for (const hooked of [true, false])
    describe(`a request on ${name}, ${hooked ? "joined" : "by middleware alone"}`, () => {
      it("is named by its route, and says so in its line", async () => {
        const { span, line } = await one(make, (url) => ask(`${url}/users/7?secret=1`), hooked);
        expect(span.name).to.equal("GET /users/:id");
        expect(span.attributes).to.include({
          "http.route": "/users/:id",
          "url.path": "/users/7",
          "user.id": "7",
          "http.response.status_code": 200,
        });
        expect(line.level).to.equal("info");
        expect(line.message).to.match(/^GET \/users\/:id 200 in [\d.]+ ms$/);
        expect(line.fields).to.include({
          trace_id: span.traceId,
          span_id: span.spanId,
          trace_flags: "03",
          user_id: "7",
          "http.request.method": "GET",
          "http.route": "/users/:id",
          "url.path": "/users/7",
          "http.response.status_code": 200,
        });
        expect(line.fields["http.server.request.duration"]).to.be.within(0, 5);
        expect(JSON.stringify([span, line])).not.to.include("secret");
      });

      for (const path of name === "node:http" ? ["/fails"] : ["/fails", "/rejects"])
        it(`that ends by what its handler threw tells that: ${path}`, async () => {
          const { span, line } = await one(make, (url) => ask(url + path), hooked);
          expect(span.status).to.deep.equal({
            code: SpanStatusCode.ERROR,
            message: `on purpose: ${path.slice(1)}`,
          });
          expect(span.attributes["error.type"]).to.equal("RangeError");
          expect(span.events.map((event) => [event.name, event.attributes["exception.type"]])).to.deep.equal([
            ["exception", "RangeError"],
          ]);
          expect(line.level).to.equal("error");
          expect(line.fields).to.include({
            "http.response.status_code": 500,
            "exception.type": "RangeError",
            "exception.message": `on purpose: ${path.slice(1)}`,
          });
        });

      it("whose client goes away is aborted, and told so", async () => {
        const { span, line } = await one(make, (url) => ask(`${url}/never`, { abortAfter: 20 }), hooked);
        expect(span.attributes["error.type"]).to.equal("aborted");
        expect(span.attributes).not.to.have.property("http.response.status_code");
        expect(line.level).to.equal("warn");
        expect(line.message).to.match(/^GET .* aborted in /);
      });

      it("that streams its answer ends with the last of it", async () => {
        const { span, line } = await one(make, (url) => ask(`${url}/stream`), hooked);
        const [seconds, nanoseconds] = [span.end[0] - span.start[0], span.end[1] - span.start[1]];
        expect(seconds + nanoseconds / 1e9).to.be.at.least(0.009);
        expect(line.fields["http.server.request.duration"]).to.be.at.least(0.009);
      });

      it("of no route has none", async () => {
        const { span, line } = await one(make, (url) => ask(`${url}/nowhere/at/all`), hooked);
        expect(span.name).to.equal("GET");
        expect(line.fields).not.to.have.property("http.route");
      });

      it("says nothing where nothing is to be said, and is served whatever takes its line does", async () => {
        const spans = await tracedHttp(
          async () => {
            for (const log of [
              false as const,
              () => {
                throw new Error("on purpose");
              },
            ])
              await servingApp(make, { log }, async (url) => {
                expect((await ask(`${url}/users/7`))?.status).to.equal(200);
              });
          },
          undefined,
          {},
          hooked,
        );
        expect(ofKind(spans, SpanKind.SERVER)).to.have.length(2);
      });

      it("answers with its ids, whatever it was sent", async () => {
        for (const [sent, taken] of [
          ["sane-id", true],
          ["a".repeat(128), true],
          ["a".repeat(129), false],
          ["a b", false],
          [["one", "two"], false],
        ] as const) {
          const headers = { "x-request-id": sent as string, "x-correlation-id": sent as string };
          await tracedHttp(
            () =>
              servingApp(make, { log: false }, async (url) => {
                const answer = await ask(`${url}/users/7`, { headers });
                for (const header of ["x-request-id", "x-correlation-id"])
                  if (taken) expect(answer?.headers[header]).to.equal(sent);
                  else expect(answer?.headers[header]).to.match(/^[0-9a-f-]{36}$/);
              }),
            undefined,
            {},
            hooked,
          );
        }
      });
    });

describe("a router of Express", () => {
  for (const name of ["Express 5", "Express 4"])
    for (const [path, route] of [
      ["/users/7/fails", "/users/:id/fails"],
      ["/shops/a%20b/of/7/orders/9/fails", "/shops/:shop/of/:user/orders/:order/fails"],
      ["/shops/a/of/7/orders", "/shops/:shop/of/:user/orders/|/:order"],
    ])
      it(`has the names of its parameters in its routes, also after an error: ${path} on ${name}`, async () => {
        const { span } = await one(APPS[name] ?? expect.fail(), (url) => ask(url + path), true);
        expect(span.name).to.equal(`GET ${route}`);
      });
});
