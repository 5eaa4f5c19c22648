import type { Span, SpanContext } from "@opentelemetry/api";

/** A span that records nothing. */
export abstract class NonRecordingSpan implements Span {
  abstract spanContext(): SpanContext;

  isRecording(): boolean {
    return false;
  }

  setAttribute(): this {
    return this;
  }

  setAttributes(): this {
    return this;
  }

  addEvent(): this {
    return this;
  }

  addLink(): this {
    return this;
  }

  addLinks(): this {
    return this;
  }

  setStatus(): this {
    return this;
  }

  updateName(): this {
    return this;
  }

  recordException(): void {}

  end(): void {}
}
