// Messages in NATS: mails are sent in the trace of the order, also when one is delivered again; who merely listens has
// traces of its own; and the books are kept for many orders at once. node examples/messages-on-nats.ts
import { AckPolicy, jetstream, type JetStreamClient, jetstreamManager, type JsMsg } from "@nats-io/jetstream";
import { connect, headers, type MsgHdrs, type Subscription } from "@nats-io/transport-node";
import { carriers, consume, consumeBatch, withSpan } from "throughline";
import { type Broker, startBroker } from "./broker.ts";
import { ORDERS, printTraces, takeOrders } from "./order-traces.ts";
import { publishing } from "./publishing.ts";

const SUBJECT = "orders.placed";
const FROM = { destination: SUBJECT, system: "nats" };

await using broker = await startBroker("nats-server");
if (broker !== undefined) await printTraces(() => sellOn(broker));

async function sellOn({ port }: Broker): Promise<void> {
  const connection = await connect({ servers: `127.0.0.1:${port}` });
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: "orders", subjects: [SUBJECT] });
  for (const durable_name of ["mailer", "keeper"])
    await manager.consumers.add("orders", { durable_name, ack_policy: AckPolicy.Explicit });
  const stream = jetstream(connection);
  const listening = listen(connection.subscribe(SUBJECT, { max: ORDERS }));
  await takeOrders((order) => publish(stream, order));
  await sendMails(stream);
  await keepBooks(stream);
  await listening;
  await connection.close();
}

async function publish(stream: JetStreamClient, order: number): Promise<void> {
  await publishing("nats", SUBJECT, () =>
    stream.publish(SUBJECT, JSON.stringify({ order }), { headers: natsHeaders(carriers.message.inject({})) }),
  );
}

function natsHeaders(fields: Readonly<Record<string, string>>): MsgHdrs {
  const written = headers();
  for (const [name, value] of Object.entries(fields)) written.set(name, value);
  return written;
}

async function sendMails(stream: JetStreamClient): Promise<void> {
  const mailer = await stream.consumers.get("orders", "mailer");
  let left = ORDERS;
  for await (const message of await mailer.consume()) {
    try {
      await consume(message, FROM, sendMail);
      message.ack();
      left--;
    } catch {
      message.nak();
    }
    if (left === 0) break;
  }
}

async function sendMail(message: JsMsg): Promise<void> {
  const { order } = message.json<{ order: number }>();
  if (order === 3 && !message.redelivered) throw new Error("the mail server is busy");
  await withSpan("write mail", async () => {});
}

/** As many messages as there are, as one. */
async function keepBooks(stream: JetStreamClient): Promise<void> {
  const keeper = await stream.consumers.get("orders", "keeper");
  const messages = await Array.fromAsync(await keeper.fetch({ max_messages: ORDERS }));
  await consumeBatch(messages, FROM, (all) => {
    for (const message of all) message.ack();
  });
}

async function listen(subscription: Subscription): Promise<void> {
  for await (const message of subscription) await consume(message, { ...FROM, trust: "link" }, () => {});
}
