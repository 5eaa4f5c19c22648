import { expect } from "chai";
import { readFileSync } from "node:fs";
import { readEnvironment, readVerbosity } from "../../src/sdk/environment.ts";

/** Every variable that is asked for, by an environment that has none. */
function variablesRead(): string[] {
  const asked = new Set<string>();
  const environment = new Proxy<Record<string, string | undefined>>(
    {},
    {
      get: (_, name) => {
        asked.add(String(name));
        // Its argument is read only then.
        return name === "OTEL_TRACES_SAMPLER" ? "traceidratio" : undefined;
      },
    },
  );
  readVerbosity(environment);
  readEnvironment(environment);
  return [...asked].toSorted();
}

describe("the guide to settings", () => {
  it("names every variable that is read, and no other", () => {
    const guide = readFileSync("docs/guide/settings.md", "utf8");
    const named = [...new Set(guide.match(/OTEL_[A-Z0-9_]*[A-Z0-9]/g))].toSorted();
    expect(named).to.deep.equal(variablesRead());
  });
});
