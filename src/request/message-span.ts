import type { Attributes, Span } from "@opentelemetry/api";
import { errorNames } from "../trace/exception.ts";
import { guarded } from "../trace/guarded.ts";
import { readable } from "./operation.ts";

/** Where a message comes from, as its span says it. */
export interface MessageSource {
  /** Where it came from, a queue or a topic: an attribute, and part of the span's name. */
  readonly destination?: string | undefined;
  /** The broker: "kafka", "rabbitmq", "aws_sqs"; "nats" or "bullmq", which the conventions do not list. */
  readonly system?: string | undefined;
  /** More of them, which win: a "messaging.destination.template" stands in the span's name for the destination. */
  readonly attributes?: Attributes | undefined;
}

/** All are there as the span starts, so that samplers know them.  (Semantic conventions: Messaging spans, Process span) */
export function processAttributes(
  { destination, system, attributes }: MessageSource,
  more: Attributes,
): Attributes {
  return {
    "messaging.operation.name": "process",
    "messaging.operation.type": "process",
    ...(isText(destination) && { "messaging.destination.name": destination }),
    ...(isText(system) && { "messaging.system": system }),
    ...more,
    ...readable("consume(message, { attributes }, fn)", attributes),
  };
}

/** "process orders".  (Semantic conventions: Messaging spans, Span name) */
export function processSpanName({
  "messaging.operation.name": operation,
  "messaging.destination.template": template,
  "messaging.destination.name": destination,
}: Attributes): string {
  const place = [template, destination].find(isText);
  return [isText(operation) ? operation : "process", ...(place === undefined ? [] : [place])].join(" ");
}

/** The same, but its span says by which class of error it has failed. */
export function tellingFailure<Result>(fn: (span: Span) => Result): (span: Span) => Promise<Awaited<Result>> {
  return async (span): Promise<Awaited<Result>> => {
    try {
      return await fn(span);
    } catch (thrown) {
      guarded(() => {
        const { code, name } = errorNames(thrown);
        if (span.isRecording()) span.setAttribute("error.type", code ?? name ?? "_OTHER");
      });
      throw thrown;
    }
  };
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
