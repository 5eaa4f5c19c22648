import { expect } from "chai";
import { signalled } from "./signalled.ts";

const LIFECYCLE = `
  import { Lifecycle, start, withSpan } from "throughline";
  import { setTimeout as sleep } from "node:timers/promises";
  const shop = new Lifecycle("shop");
  for (const name of ["database", "server"])
    shop.add(name, () => {}, async () => {
      await sleep(20);
      withSpan("last words of " + name, () => {});
      console.log("stopped", name);
    });
  await shop.start();
  setInterval(() => {}, 1000);
`;
const STOPPED = "ready\nstopped server\nstopped database\n";

describe("a signal that ends a process with resources", function () {
  this.timeout(20_000);

  for (const signal of ["SIGTERM", "SIGINT"] as const)
    it(`stops them, then sends what they did: ${signal}`, async () => {
      const ended = await signalled(`${LIFECYCLE} start({ service: "shop" }); console.log("ready");`, [
        signal,
      ]);
      expect(ended).to.deep.include({ code: null, signal, output: STOPPED });
      expect(ended.spans).to.include.members([
        "last words of server",
        "last words of database",
        "stop server",
        "stop database",
        "stop shop",
      ]);
    });

  it("stops them where no telemetry was started", async () => {
    const ended = await signalled(`${LIFECYCLE} console.log("ready");`, ["SIGTERM"]);
    expect(ended).to.deep.include({ code: null, signal: "SIGTERM", output: STOPPED, spans: [] });
  });

  it("stops them once, where the host listens and stops them itself, and leaves the end to it", async () => {
    const ended = await signalled(
      `${LIFECYCLE}
       process.on("SIGTERM", async () => {
         await shop.stop();
         process.exit(3);
       });
       console.log("ready");`,
      ["SIGTERM"],
    );
    expect(ended).to.deep.include({ code: 3, signal: null, output: STOPPED });
  });

  it("leaves a process alone once they are stopped", async () => {
    const ended = await signalled(
      `${LIFECYCLE}
       console.log("ready");
       await shop.stop();
       console.log(process.listenerCount("SIGTERM"));`,
      ["SIGTERM"],
    );
    expect(ended).to.deep.include({ signal: "SIGTERM", output: `${STOPPED}0\n` });
  });

  it("does not wait for one that hangs once the signal comes again", async () => {
    const ended = await signalled(
      `import { Lifecycle } from "throughline";
       const shop = new Lifecycle("shop");
       shop.add("queue", () => {}, () => new Promise(() => {}));
       await shop.start();
       setInterval(() => {}, 1000);
       console.log("ready");`,
      ["SIGTERM", "SIGTERM"],
    );
    expect(ended).to.deep.include({ code: null, signal: "SIGTERM" });
    expect(ended.took).to.be.lessThan(5_000);
  });

  it("ends a process that is starting as it ends any other, once what has started is stopped and telemetry is sent", async () => {
    const ended = await signalled(
      `import { Lifecycle, start } from "throughline";
       import { setTimeout as sleep } from "node:timers/promises";
       start({ service: "shop" });
       const shop = new Lifecycle("shop");
       const stopped = (value) => console.log("stopped", value);
       shop.add("settings", () => "settings", stopped);
       shop.add("lock", async () => (console.log("ready"), await sleep(200), "lock"), stopped);
       await shop.start();`,
      ["SIGTERM"],
    );
    expect(ended).to.deep.include({
      code: null,
      signal: "SIGTERM",
      output: "ready\nstopped lock\nstopped settings\n",
    });
    expect(ended.spans).to.include.members(["start lock", "stop lock", "start shop"]);
  });

  it("ends what was started last first, also where it is a part of another", async () => {
    const ended = await signalled(
      `import { Lifecycle } from "throughline";
       const make = (name) => {
         const lifecycle = new Lifecycle(name);
         lifecycle.add(name, () => {}, () => console.log("stopped", name));
         return lifecycle;
       };
       const [database, shop, other] = ["database", "shop", "other"].map(make);
       shop.add("database", () => database.start());
       shop.add("server", () => {}, () => console.log("stopped server"));
       await shop.start();
       await other.start();
       setInterval(() => {}, 1000);
       console.log("ready");`,
      ["SIGTERM"],
    );
    expect(ended).to.deep.include({
      signal: "SIGTERM",
      output: "ready\nstopped other\nstopped server\nstopped database\nstopped shop\n",
    });
  });

  it("starts nothing any more once the process ends", async () => {
    const ended = await signalled(
      `import { Lifecycle } from "throughline";
       import { setTimeout as sleep } from "node:timers/promises";
       const [shop, late] = ["shop", "late"].map((name) => new Lifecycle(name));
       shop.add("queue", () => 1, async () => {
         void late.start();
         await sleep(50);
         console.log("stopped");
       });
       late.add("worker", () => console.log("started"));
       await shop.start();
       setInterval(() => {}, 1000);
       console.log("ready");`,
      ["SIGTERM"],
    );
    expect(ended).to.deep.include({ code: null, signal: "SIGTERM", output: "ready\nstopped\n" });
  });

  it("stops each that is starting, whichever of them fails by that, and what heeds its signal at once", async () => {
    const ended = await signalled(
      `import { Lifecycle } from "throughline";
       const heeding = ({ signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
       const make = (name, start) => {
         const lifecycle = new Lifecycle(name);
         lifecycle.add("settings", () => {}, () => console.log("stopped", name));
         lifecycle.add("database", start);
         return lifecycle;
       };
       const inner = make("inner", heeding);
       const outer = make("outer", () => inner.start());
       const other = make("other", heeding);
       setInterval(() => {}, 1000);
       setTimeout(() => console.log("ready"), 20);
       await Promise.all([outer.start(), other.start()]);`,
      ["SIGTERM"],
    );
    expect(ended).to.deep.include({ code: null, signal: "SIGTERM" });
    expect(ended.output.trim().split("\n").toSorted()).to.deep.equal([
      "ready",
      "stopped inner",
      "stopped other",
      "stopped outer",
    ]);
    expect(ended.took).to.be.lessThan(5_000);
  });

  it("leaves the end to a host that listens, also during a start", async () => {
    const ended = await signalled(
      `import { Lifecycle } from "throughline";
       process.on("SIGTERM", () => setTimeout(() => process.exit(3), 200));
       const shop = new Lifecycle("shop");
       shop.add("settings", () => {}, () => console.log("stopped"));
       shop.add("database", () => new Promise((resolve) => setTimeout(resolve, 100)));
       console.log("ready");
       setTimeout(() => {}, 1000);
       await shop.start();`,
      ["SIGTERM"],
    );
    expect(ended).to.deep.include({ code: 3, output: "ready\nstopped\n" });
  });

  it("starts anew where the process did not end after all", async () => {
    const ended = await signalled(
      `import { Lifecycle } from "throughline";
       import { setTimeout as sleep } from "node:timers/promises";
       const shop = new Lifecycle("shop");
       let starts = 0;
       shop.add("queue", () => {
         if (++starts > 1) throw new Error("again");
       }, () => void process.on("SIGTERM", () => console.log("host")));
       await shop.start();
       console.log("ready");
       await sleep(500);
       await shop.start().catch((error) => console.log(error.message));
       process.exit(4);`,
      ["SIGTERM"],
    );
    expect(ended).to.deep.include({ code: 4, output: "ready\nhost\nagain\n" });
  });

  it("does nothing where it was asked for none", async () => {
    const ended = await signalled(
      `import { Lifecycle } from "throughline";
       const shop = new Lifecycle("shop", { signals: false });
       shop.add("database", () => {}, () => console.log("stopped"));
       await shop.start();
       setInterval(() => {}, 1000);
       console.log("ready");`,
      ["SIGTERM"],
    );
    expect(ended).to.deep.include({ signal: "SIGTERM", output: "ready\n" });
  });
});
