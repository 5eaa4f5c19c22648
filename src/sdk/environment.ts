import { report } from "../core/diagnostics.ts";
import { wellFormedHeaders } from "./headers.ts";

export type ExporterName = "otlp" | "console" | "none";

/** What the OTEL_* variables say; undefined where one is unset, empty or invalid.  (Specification: Environment Variables) */
export interface Environment {
  readonly serviceName: string | undefined;
  readonly endpoint: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly tracesExporter: ExporterName | undefined;
  readonly metricsExporter: ExporterName | undefined;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** The only reader of the process's environment. */
export function readEnvironment(variables: Variables = process.env): Environment {
  return {
    serviceName: variables["OTEL_SERVICE_NAME"] || undefined,
    endpoint: variables["OTEL_EXPORTER_OTLP_ENDPOINT"] || undefined,
    headers: parseHeaders(variables["OTEL_EXPORTER_OTLP_HEADERS"] ?? ""),
    tracesExporter: parseExporter("OTEL_TRACES_EXPORTER", variables),
    metricsExporter: parseExporter("OTEL_METRICS_EXPORTER", variables),
  };
}

function parseExporter(variable: string, variables: Variables): ExporterName | undefined {
  const name = variables[variable]?.trim().toLowerCase();
  if (name === undefined || name === "") return undefined;
  if (name === "otlp" || name === "console" || name === "none") return name;
  report("invalid_configuration", `${variable} is ${name}, which is not known; otlp, console and none are`);
  return undefined;
}

/** `key=value,key=value`, the values percent-encoded.  (OTLP exporter: specifying headers via environment variables) */
function parseHeaders(list: string): Record<string, string> {
  const members = list.split(",").filter((part) => part.trim() !== "");
  const headers = members.map((member) => {
    const equals = member.indexOf("=");
    const name = member.slice(0, Math.max(equals, 0)).trim();
    return [name, percentDecode(member.slice(equals + 1).trim())] as const;
  });
  return wellFormedHeaders(headers, "OTEL_EXPORTER_OTLP_HEADERS");
}

function percentDecode(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
