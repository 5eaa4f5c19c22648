import { SpanKind } from "@opentelemetry/api";
import { expect } from "chai";
import http from "node:http";
import type { CompletionLine } from "../../src/http.ts";
import { RecordedMetrics } from "../../src/testing/recorded-metrics.ts";
import type { RecordedSpan } from "../recording.ts";
import { ofKind, tracedHttp } from "../instrumentation/traced-http.ts";
import { APPS, servingApp } from "./apps.ts";
import type { Answer } from "./handlers.ts";
import { ask, pipelined } from "./requests.ts";

/** Fewer on other versions of Node and of OpenTelemetry, which have the rest of these tests, too. */
const REQUESTS = process.env["THROUGHLINE_LANE"] === undefined ? 5_000 : 1_000;
const AT_ONCE = 50;

interface Seen {
  readonly spans: readonly RecordedSpan[];
  readonly lines: readonly CompletionLine[];
  readonly metrics: RecordedMetrics;
}

/** What spans and lines there are of the requests that `fn` makes. */
async function served(
  name: string,
  fn: (url: string, port: number) => Promise<void>,
  hooked = true,
): Promise<Seen> {
  const lines: CompletionLine[] = [];
  const metrics = new RecordedMetrics();
  const make = APPS[name];
  if (make === undefined) throw new Error(`no app is called ${name}`);
  const spans = await tracedHttp(
    () => servingApp(make, { log: (line) => lines.push(line) }, fn),
    metrics,
    {},
    hooked,
  );
  return { spans: ofKind(spans, SpanKind.SERVER), lines, metrics };
}

const answerOf = (body: string | undefined): Answer => JSON.parse(body ?? "{}") as Answer;

/** One of many: sometimes with ids of its own, sometimes given up. */
async function anyRequest(url: string, agent: http.Agent, index: number): Promise<string | undefined> {
  const id = `r${index}`;
  const headers = index % 2 === 0 ? { "x-request-id": id, "x-correlation-id": `c${index}` } : {};
  if (index % 10 === 3) {
    await ask(`${url}/users/${id}`, { agent, headers, abortAfter: Math.random() * 10 });
    return undefined;
  }
  if (index % 10 === 5) {
    const failed = await ask(`${url}/fails`, { agent, headers });
    return failed?.status === 500 ? undefined : `${id}: ${failed?.status}`;
  }
  const isPost = index % 10 === 7;
  const answered = isPost
    ? await ask(`${url}/echo`, { agent, headers, method: "POST", body: ["late ", "body"] })
    : await ask(`${url}/users/${id}`, { agent, headers });
  const answer = answerOf(answered?.body);
  const own = String(answered?.headers["x-request-id"]);
  const isRight =
    new Set([...answer.ids, own]).size === 1 &&
    answer.correlationId === answered?.headers["x-correlation-id"] &&
    (index % 2 === 1 || (own === id && answer.correlationId === `c${index}`)) &&
    (isPost
      ? answer.user === undefined
      : answer.user === id &&
        answer.tenant === `tenant of ${id}` &&
        answer.loaded.every((loaded) => loaded === `user ${id}`));
  return isRight ? undefined : `${id}: ${answered?.body}`;
}

for (const name of Object.keys(APPS)) {
  describe(`requests on ${name}`, function () {
    this.timeout(60_000);

    for (const hooked of [true, false])
      it(`agree in span, line and answer, and never see another's values: ${hooked ? "joined" : "by middleware alone"}`, async () => {
        const agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE });
        const wrong: string[] = [];
        let answered = 0;
        const count = hooked ? REQUESTS : REQUESTS / 10;
        const { spans, lines, metrics } = await served(
          name,
          async (url) => {
            let next = 0;
            const worker = async (): Promise<void> => {
              while (next < count) {
                const index = next++;
                const fault = await anyRequest(url, agent, index);
                if (fault !== undefined) wrong.push(fault);
                if (index % 10 !== 3) answered++;
              }
            };
            await Promise.all(Array.from({ length: AT_ONCE }, worker));
            await new Promise((resolve) => setTimeout(resolve, 50));
          },
          hooked,
        );
        agent.destroy();
        expect(wrong.slice(0, 5)).to.deep.equal([]);
        // Of those that were given up, some never came to the server.
        expect(lines.filter(({ level }) => level !== "warn").length).to.be.within(answered, count);
        expect(lines.length).to.be.at.most(count);
        expect(spans.length).to.equal(lines.length);
        expect(metrics.named("http.server.request.duration").count()).to.equal(lines.length);
        expect(metrics.named("http.server.active_requests").value()).to.equal(0);
        const byTrace = new Map(spans.map((span) => [span.traceId, span]));
        const apart = lines.filter(({ fields }) => {
          const span = byTrace.get(String(fields.trace_id));
          return (
            span?.spanId !== fields.span_id ||
            span?.attributes["http.response.status_code"] !== fields["http.response.status_code"] ||
            span?.attributes["http.route"] !== fields["http.route"] ||
            span?.attributes["user.id"] !== fields.user_id ||
            (fields.user_id !== undefined && fields["url.path"] !== `/users/${fields.user_id}`)
          );
        });
        expect(apart.slice(0, 3)).to.deep.equal([]);
        expect(new Set(lines.map(({ fields }) => fields.request_id)).size).to.equal(lines.length);
      });

    it("are apart on one connection that sends them all at once", async () => {
      const paths = Array.from({ length: 50 }, (_, index) => `/users/p${index}`);
      let answers: Answer[] = [];
      const { lines } = await served(name, async (_url, port) => {
        const received = await pipelined(port, paths);
        answers = Array.from(received.matchAll(/\{"ids".*?\]\}/g), ([body]) => answerOf(body));
      });
      expect(answers.map(({ ids, user }) => [...new Set(ids), user])).to.deep.equal(
        paths.map((path) => [path.slice(1).replaceAll("/", "-"), path.slice("/users/".length)]),
      );
      expect(lines.map(({ fields }) => [fields.request_id, fields.user_id])).to.have.deep.members(
        answers.map(({ ids, user }) => [ids[0], user]),
      );
    });
  });
}
