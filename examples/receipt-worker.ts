// Writes receipts, in a worker thread of the orders service. Its telemetry leaves by that service's exporter.
import { counter, jsonLogger, task, withSpan } from "throughline";

// Its lines go to the collector, and nowhere else.
const logger = jsonLogger({ records: true, write: () => {} });
const written = counter("orders.receipts", { unit: "{receipt}" });

export default task(({ amount }: { readonly amount: number }) =>
  withSpan("write receipt", () => {
    written.add(1);
    const receipt = `receipt over ${amount} EUR`;
    logger.info(`${receipt} written`);
    return receipt;
  }),
);
