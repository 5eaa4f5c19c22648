/** What a scope is part of, a request or a job, as far as the rooms below the one that makes it read of it. */
export interface Operation {
  readonly id: string;
  /** The same for all requests and jobs that one request from outside has led to, in whatever service. */
  readonly correlationId: string;
  readonly userId: string | undefined;
}
