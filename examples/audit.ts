// Checks an order, as a program of its own, which knows of telemetry by --import throughline/register alone.
import { jsonLogger, withSpan } from "throughline";

// Its lines go to the collector, and nowhere else.
const logger = jsonLogger({ records: true, write: () => {} });

withSpan("check the books", () => logger.info(`the books have ${process.argv[2]} EUR`));
