import { expect } from "chai";
import { VERSION } from "../../src/core/version.ts";
import { serviceResource } from "../../src/resource/resource.ts";

describe("the resource", () => {
  it("names the service and this SDK", () => {
    expect(serviceResource("shop").attributes).to.deep.equal({
      "service.name": "shop",
      "telemetry.sdk.name": "throughline",
      "telemetry.sdk.language": "nodejs",
      "telemetry.sdk.version": VERSION,
    });
  });

  it("names a service without a name after the program that runs it", () => {
    expect(serviceResource(undefined).attributes["service.name"]).to.equal("unknown_service:node");
  });
});
