import { expect } from "chai";
import { VERSION } from "../../src/core/version.ts";
import { serviceResource } from "../../src/resource/resource.ts";

const SDK = {
  "telemetry.sdk.name": "throughline",
  "telemetry.sdk.language": "nodejs",
  "telemetry.sdk.version": VERSION,
};

describe("a resource", () => {
  it("names the service and this SDK", () => {
    expect(serviceResource({ "service.name": "shop" }).attributes).to.deep.equal({
      ...SDK,
      "service.name": "shop",
    });
  });

  it("names a service without a name after the program that runs it", () => {
    expect(serviceResource().attributes).to.deep.equal({ ...SDK, "service.name": "unknown_service:node" });
  });

  it("has of each attribute what the last source says, be it empty", () => {
    const { attributes } = serviceResource({ a: 1, b: 1, c: 1 }, { b: 2, c: 2 }, { c: "" });
    expect(attributes).to.include({ a: 1, b: 2, c: "" });
  });
});
