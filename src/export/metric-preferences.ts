/** How metrics are aggregated, in sdk-metrics' numbers.  (Specification: Metrics Exporter, OTLP) */
export interface MetricPreferences {
  readonly temporality?: "cumulative" | "delta" | "lowmemory" | undefined;
  readonly histograms?: "explicit_bucket_histogram" | "base2_exponential_bucket_histogram" | undefined;
}

/** sdk-metrics' AggregationTemporality. */
const DELTA = 0;
const CUMULATIVE = 1;

/** sdk-metrics' InstrumentType, of those that a preference makes deltas of. */
const DELTAS: Readonly<Record<"delta" | "lowmemory", readonly string[]>> = {
  delta: ["COUNTER", "OBSERVABLE_COUNTER", "HISTOGRAM"],
  lowmemory: ["COUNTER", "HISTOGRAM"],
};

export function temporalityOf(instrument: string, { temporality }: MetricPreferences): number {
  if (temporality === undefined || temporality === "cumulative") return CUMULATIVE;
  return DELTAS[temporality].includes(instrument) ? DELTA : CUMULATIVE;
}

/** sdk-metrics' AggregationType. */
const DEFAULT = 0;
const EXPONENTIAL_HISTOGRAM = 5;

export function aggregationOf(instrument: string, { histograms }: MetricPreferences): { type: number } {
  const isExponential = instrument === "HISTOGRAM" && histograms === "base2_exponential_bucket_histogram";
  return { type: isExponential ? EXPONENTIAL_HISTOGRAM : DEFAULT };
}
