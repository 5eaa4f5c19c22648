import type { Operation } from "../context/operation.ts";
import { quote, report } from "../core/diagnostics.ts";
import { requireFunction } from "../core/errors.ts";
import { type Cleanup, Cleanups } from "./cleanups.ts";
import { RequestCache } from "./request-cache.ts";
import { newId, saneId } from "./request-id.ts";

/** What is known of a request, or of a job, as it begins. */
export interface RequestOrigin {
  /** Headers that its caller may have sent, as they came. */
  readonly requestId?: unknown;
  readonly correlationId?: unknown;
  readonly method?: string | undefined;
  /** Without its query. */
  readonly path?: string | undefined;
  readonly response?: object | undefined;
}

/**
 * The request, or the job, that is being served. Once it is over, its ids, its user and what it was remain for what
 * still runs; the response, the cache and everything else is let go.
 */
export interface CurrentRequest extends Operation {
  /** X-Request-ID of the caller where that is sane (visible ASCII, at most 128 characters); else a random UUID. */
  readonly id: string;
  /** X-Correlation-ID of the caller where that is sane; else that of whatever has led to this; else the id. */
  readonly correlationId: string;
  /** When it began. */
  readonly startTime: Date;
  /** The HTTP method; undefined for a job. */
  readonly method: string | undefined;
  /** The path, without its query; undefined for a job. */
  readonly path: string | undefined;
  /** The template that the path follows, "/users/{id}": the span's name, and an attribute of span and measurement. */
  route: string | undefined;
  /** Whose request it is: set once that is known, it is on the span and in the log. */
  userId: string | undefined;
  /** Aborted where the client goes away before it has its answer. */
  readonly signal: AbortSignal;
  /**
   * Has `cleanup` called as the request ends, last first, each awaited, all of them within 5 s. One that fails is
   * reported, and keeps no other from its turn. After the end it is called soon.
   *
   * @throws ThroughlineError THR_NOT_A_FUNCTION where it is none
   */
  defer(cleanup: Cleanup): void;
}

/** What one request or job has while it is open. */
export class RequestScope implements CurrentRequest {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly #began = Date.now();
  #id: string | undefined;
  #correlationId: string | undefined;
  #route: string | undefined;
  #userId: string | undefined;
  #response: object | undefined;
  #cleanups: Cleanups | undefined;
  #cache: RequestCache | undefined;
  #abort: AbortController | undefined;
  #isAborted = false;
  #isOver = false;

  /** HOT: one for each request. An id is made when somebody asks for it. */
  constructor({ requestId, correlationId, method, path, response }: RequestOrigin) {
    this.#id = saneId(requestId);
    this.#correlationId = saneId(correlationId);
    this.method = method;
    this.path = path;
    this.#response = response;
  }

  get id(): string {
    return (this.#id ??= newId());
  }

  get correlationId(): string {
    return (this.#correlationId ??= this.id);
  }

  get startTime(): Date {
    return new Date(this.#began);
  }

  get route(): string | undefined {
    return this.#route;
  }

  set route(route: string | undefined) {
    this.#route = route === undefined ? undefined : (textOf("route", route) ?? this.#route);
  }

  get userId(): string | undefined {
    return this.#userId;
  }

  set userId(userId: string | undefined) {
    this.#userId = userId === undefined ? undefined : (textOf("userId", userId) ?? this.#userId);
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#isAborted) this.#abort.abort(goneAway());
    }
    return this.#abort.signal;
  }

  /** Undefined for a job, and once it is over. */
  get response(): object | undefined {
    return this.#response;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get cache(): RequestCache {
    if (this.#cache !== undefined) return this.#cache;
    const cache = new RequestCache((cleanup) => this.defer(cleanup));
    if (this.#isOver) cache.close();
    return (this.#cache = cache);
  }

  defer(cleanup: Cleanup): void {
    requireFunction(cleanup, "request.defer(fn)");
    if (this.#cleanups !== undefined) return this.#cleanups.add(cleanup);
    this.#cleanups = new Cleanups();
    // Nobody else will.
    if (this.#isOver) void this.#cleanups.run();
    this.#cleanups.add(cleanup);
  }

  /** The client has gone away. */
  abort(): void {
    this.#isAborted = true;
    this.#abort?.abort(goneAway());
  }

  /** Lets go of all but what it was. Undefined where there is no cleanup to wait for; never rejects. */
  end(): Promise<void> | undefined {
    if (this.#isOver) return undefined;
    this.#isOver = true;
    const cleanups = this.#cleanups;
    const letGo = (): void => {
      this.#response = undefined;
      this.#abort = undefined;
      this.#cache?.close();
    };
    if (cleanups !== undefined) return cleanups.run().then(letGo);
    letGo();
    return undefined;
  }
}

function goneAway(): DOMException {
  return new DOMException("the client went away before it had its answer", "AbortError");
}

/** What is no text is reported, and changes nothing; a number is one, as ids often are. */
function textOf(property: string, value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (value !== undefined)
    report(
      "invalid_argument",
      `the ${property} of a request is a text, and was given as ${quote(value)}: it stays what it was`,
    );
  return undefined;
}
