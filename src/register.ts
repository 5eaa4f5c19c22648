/** `node --import throughline/register app.js`: telemetry for a program that knows nothing of it, set by OTEL_* variables. */
import { start } from "./sdk/start.ts";

start();
