import { type SpanStatus, SpanStatusCode } from "@opentelemetry/api";
import { expect } from "chai";
import { type Row, started } from "./stage.ts";

const { ERROR, OK, UNSET } = SpanStatusCode;

/** The statuses that a span is given, in order, and the one that it has then. */
const STATUSES: readonly (readonly [at: number, title: string, given: SpanStatus[], status: SpanStatus])[] = [
  [35, "is an error with its message", [{ code: ERROR, message: "m" }], { code: ERROR, message: "m" }],
  [36, "is ok", [{ code: OK }], { code: OK }],
  [37, "stays unset where it is set to that", [{ code: UNSET }], { code: UNSET }],
  [
    38,
    "has no message that is no text",
    [{ code: ERROR, message: new Error("m") as never }],
    { code: ERROR },
  ],
  [39, "has no message where it is ok", [{ code: OK, message: "m" }], { code: OK }],
  [40, "has no message where it is unset", [{ code: UNSET, message: "m" }], { code: UNSET }],
  [41, "is not unset again", [{ code: ERROR, message: "m" }, { code: UNSET }], { code: ERROR, message: "m" }],
  [42, "stays ok where an error comes later", [{ code: OK }, { code: ERROR, message: "m" }], { code: OK }],
  [43, "stays ok where unset comes later", [{ code: OK }, { code: UNSET }], { code: OK }],
  [44, "is ok after an error", [{ code: ERROR, message: "m" }, { code: OK }], { code: OK }],
  [
    45,
    "is that of the last error",
    [
      { code: ERROR, message: "first" },
      { code: ERROR, message: "last" },
    ],
    { code: ERROR, message: "last" },
  ],
];

/** Of sdk-trace/test/common/Span.test.ts: the status. */
export const SPAN_STATUS: readonly Row[] = [
  ...STATUSES.map(([at, title, given, status]): Row => [
    at,
    `the status ${title}`,
    () => {
      const span = started();
      for (const each of given) span.setStatus(each);
      expect(span.status).to.deep.equal(status);
    },
  ]),
  [
    46,
    "the status stays as it was at the end",
    () => {
      const span = started().setStatus({ code: ERROR, message: "m" });
      span.end();
      expect(span.setStatus({ code: OK }).status).to.deep.equal({ code: ERROR, message: "m" });
    },
  ],
];
