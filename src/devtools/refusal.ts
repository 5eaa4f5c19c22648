/** Why a request is not served, and with which HTTP status. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, reason: string) {
    super(reason);
    this.name = "Refusal";
    this.status = status;
  }
}
