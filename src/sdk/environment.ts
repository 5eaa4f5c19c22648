import { report } from "../core/diagnostics.ts";

export type ExporterName = "otlp" | "console" | "none";

/** What the OTEL_* variables say; undefined where one is unset, empty or invalid.  (Specification: Environment Variables) */
export interface Environment {
  readonly serviceName: string | undefined;
  readonly endpoint: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly tracesExporter: ExporterName | undefined;
}

/** The only reader of the process's environment. */
export function readEnvironment(variables: NodeJS.ProcessEnv = process.env): Environment {
  return {
    serviceName: variables["OTEL_SERVICE_NAME"] || undefined,
    endpoint: variables["OTEL_EXPORTER_OTLP_ENDPOINT"] || undefined,
    headers: parseHeaders(variables["OTEL_EXPORTER_OTLP_HEADERS"] ?? ""),
    tracesExporter: parseExporter(variables["OTEL_TRACES_EXPORTER"]),
  };
}

function parseExporter(value: string | undefined): ExporterName | undefined {
  const name = value?.trim().toLowerCase();
  if (name === undefined || name === "") return undefined;
  if (name === "otlp" || name === "console" || name === "none") return name;
  report(
    "invalid_configuration",
    `OTEL_TRACES_EXPORTER is ${name}; otlp, console and none are known, so otlp is used`,
  );
  return undefined;
}

/** `key=value,key=value`, both percent-encoded; what is malformed is named, without its value, and left out. */
function parseHeaders(list: string): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const member of list.split(",").filter((part) => part.trim() !== "")) {
    const equals = member.indexOf("=");
    const name = member.slice(0, Math.max(equals, 0)).trim();
    const value = percentDecode(member.slice(equals + 1).trim());
    if (
      /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name) &&
      value !== undefined &&
      /^[\t\x20-\x7e]*$/.test(value)
    ) {
      headers[name.toLowerCase()] = value;
    } else {
      report(
        "invalid_configuration",
        `OTEL_EXPORTER_OTLP_HEADERS has a member that is no header (its name: ${name}); it was left out`,
      );
    }
  }
  return headers;
}

function percentDecode(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
