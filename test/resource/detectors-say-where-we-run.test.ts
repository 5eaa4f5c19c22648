import { expect } from "chai";
import { hostname, type } from "node:os";
import { detect } from "../../src/resource/detect.ts";
import { forgetWhatWasTold, silently } from "../stderr.ts";

describe("detectors", () => {
  beforeEach(forgetWhatWasTold);

  it("say which host, system, process and instance this is", () => {
    const attributes = detect();
    expect(attributes).to.include({
      "host.name": hostname(),
      "os.type": type().toLowerCase(),
      "process.pid": process.pid,
      "process.executable.name": "node",
      "process.executable.path": process.execPath,
      "process.runtime.name": "nodejs",
      "process.runtime.version": process.versions.node,
    });
    expect(attributes["service.instance.id"]).to.match(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    expect(detect()["service.instance.id"]).to.equal(attributes["service.instance.id"]);
  });

  it("tell neither arguments nor who runs the process", () => {
    const keys = Object.keys(detect()).filter((key) => /args|command_line|owner|user/.test(key));
    expect(keys).to.deep.equal([]);
  });

  it("are chosen by name", () => {
    expect(Object.keys(detect(["host"]))).to.deep.equal(["host.name", "host.arch"]);
    expect(Object.keys(detect(["serviceinstance", "host"]))).to.have.members([
      "host.name",
      "host.arch",
      "service.instance.id",
    ]);
    for (const none of [["none"], ["env"], []]) expect(detect(none)).to.deep.equal({});
  });

  it("that nobody knows are named, with those that there are", () => {
    const said = silently(() => expect(detect(["aws", "host"])).to.have.property("host.name"));
    expect(said).to.include("names aws;").and.include("host, os, process, serviceinstance");
  });
});
