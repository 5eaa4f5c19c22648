/** What the examples use of it; the types of Node 20, which all of this must run on, have none. */
declare module "node:sqlite" {
  export class DatabaseSync {
    constructor(location: string);
    exec(sql: string): void;
    prepare(sql: string): {
      all(...values: (string | number)[]): Record<string, unknown>[];
      get(...values: (string | number)[]): Record<string, unknown> | undefined;
      run(...values: (string | number)[]): unknown;
    };
    close(): void;
    [Symbol.dispose](): void;
  }
}
