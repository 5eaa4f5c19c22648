/** Who made a span or a measurement: a library's name, version and schema.  (Specification: Instrumentation Scope) */
export interface InstrumentationScope {
  readonly name: string;
  readonly version?: string | undefined;
  readonly schemaUrl?: string | undefined;
}
