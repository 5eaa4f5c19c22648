// What the orders service does once an order is paid, each in another place, and all of it in the order's trace: a receipt
// in a worker thread, a mail by a queue, and of some orders a check by a program of its own.
import fastq from "fastq";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import { carriers, carryContext, consume, jsonLogger, withSpan } from "throughline";
import { publishing } from "./publishing.ts";

// Its lines go to the collector, and nowhere else.
const logger = jsonLogger({ records: true, write: () => {} });

const receipts = carryContext(
  new Piscina({ filename: new URL("receipt-worker.ts", import.meta.url).href, maxThreads: 2 }),
);

interface Mail {
  readonly receipt: string;
  readonly headers: Readonly<Record<string, string>>;
}

const mails = fastq.promise(
  (mail: Mail) =>
    consume(mail, { destination: "mails", system: "fastq" }, ({ receipt }) =>
      withSpan("send mail", async () => {
        await sleep(1);
        logger.info(`mail sent with ${receipt}`);
      }),
    ),
  10,
);

/** In a worker thread. */
export async function writeReceipt(amount: number): Promise<string> {
  return (await receipts.run({ amount })) as string;
}

/** By the queue: it is sent when the request may be over. */
export async function sendMail(receipt: string): Promise<void> {
  await publishing("fastq", "mails", async () => {
    void mails.push({ receipt, headers: carriers.message.inject({}) });
  });
}

/** By a child process, whose environment tells it of the trace. */
export async function audit(amount: number): Promise<void> {
  await withSpan("audit", async () => {
    const env = carriers.env.inject({ ...process.env, OTEL_SERVICE_NAME: "audit" });
    const program = fileURLToPath(new URL("audit.ts", import.meta.url));
    const args = ["--import", "throughline/register", program, String(amount)];
    await once(spawn(process.execPath, args, { env, stdio: "inherit" }), "exit");
  });
}

/** Resolves when all of it is done. */
export async function finishAll(): Promise<void> {
  await mails.drained();
  await receipts.close();
}
