import { expect } from "chai";
import { spawned } from "./spawned.ts";

describe("examples/official-sdk.ts", () => {
  it("nests the official SDK's spans and ours, in its contexts", async () => {
    const { code, output, errors } = await spawned(["examples/official-sdk.ts"], {
      OTEL_METRICS_EXPORTER: "none",
    });
    expect(errors).to.match(/^throughline: requests that node:http receives are not traced.*\n$/);
    expect(output.split("\n")).to.deep.equal([
      "charging ann",
      "charge is within query",
      "query is within checkout",
      "checkout is a root",
      "",
    ]);
    expect(code).to.equal(0);
  });
});
