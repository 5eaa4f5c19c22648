import {
  AckPolicy,
  type ConsumerMessages,
  jetstream,
  jetstreamManager,
  type JsMsg,
} from "@nats-io/jetstream";
import { connect, headers, type MsgHdrs } from "@nats-io/transport-node";
import type { Delivered, Wire } from "./wire.ts";

/** NATS with JetStream, which delivers again what is not acknowledged. What is told of a trace stands in headers. */
export async function openNatsWire(port: number, name: string): Promise<Wire> {
  const connection = await connect({ servers: `127.0.0.1:${port}`, reconnect: false });
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name, subjects: [name] });
  await manager.consumers.add(name, { durable_name: name, ack_policy: AckPolicy.Explicit });
  const stream = jetstream(connection);
  return {
    send: async (fields, body) => {
      await stream.publish(name, body, { headers: natsHeaders(fields) });
    },
    deliver: async (take) => {
      const consumer = await stream.consumers.get(name, name);
      void takeAll(await consumer.consume(), take);
    },
    close: () => connection.close(),
  };
}

async function takeAll(
  messages: ConsumerMessages,
  take: (delivered: Delivered) => Promise<void>,
): Promise<void> {
  const settle = async (message: JsMsg): Promise<void> => {
    try {
      await take({ message, body: message.string() });
      message.ack();
    } catch {
      message.nak();
    }
  };
  try {
    for await (const message of messages) void settle(message);
  } catch {
    // The connection is gone.
  }
}

function natsHeaders(fields: Readonly<Record<string, string>>): MsgHdrs {
  const written = headers();
  for (const [name, value] of Object.entries(fields)) written.set(name, value);
  return written;
}
