import { percentDecode } from "../core/percent-decode.ts";
import { wellFormedHeaders } from "./headers.ts";
import type { Signal } from "../export/http-transport.ts";
import type { VariableReader } from "./variables.ts";

/** Another, gRPC, is named, and not used in silence. */
const PROTOCOLS = ["http/protobuf", "http/json"] as const;
const COMPRESSIONS = ["gzip", "none"] as const;

/** Where OTLP of one signal goes, and how; undefined where a variable is unset, empty or invalid. */
export interface OtlpEnvironment {
  /** The signal's own endpoint, which is used as it is. */
  readonly url: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** For one attempt, in ms. */
  readonly timeout: number | undefined;
  readonly protocol: (typeof PROTOCOLS)[number] | undefined;
  readonly compression: (typeof COMPRESSIONS)[number] | undefined;
  /** Paths of PEM files: whom to trust, and who we are. */
  readonly certificate: string | undefined;
  readonly clientKey: string | undefined;
  readonly clientCertificate: string | undefined;
}

/** A signal's own variables before those of all.  (Specification: OTLP Exporter, Configuration Options) */
export function readOtlp(reader: VariableReader): Readonly<Record<Signal, OtlpEnvironment>> {
  const headers = readHeaders(reader, "OTEL_EXPORTER_OTLP_HEADERS");
  const of = (signal: Uppercase<Signal>): OtlpEnvironment => {
    const own = (name: string): string => `OTEL_EXPORTER_OTLP_${signal}_${name}`;
    const both = (name: string): [string, string] => [own(name), `OTEL_EXPORTER_OTLP_${name}`];
    return {
      url: reader.text(own("ENDPOINT")),
      headers: readHeaders(reader, own("HEADERS")) ?? headers ?? {},
      timeout: reader.timeout(...both("TIMEOUT")),
      protocol: reader.oneOf(PROTOCOLS, ...both("PROTOCOL")),
      compression: reader.oneOf(COMPRESSIONS, ...both("COMPRESSION")),
      certificate: reader.text(...both("CERTIFICATE")),
      clientKey: reader.text(...both("CLIENT_KEY")),
      clientCertificate: reader.text(...both("CLIENT_CERTIFICATE")),
    };
  };
  return { traces: of("TRACES"), metrics: of("METRICS"), logs: of("LOGS") };
}

/** `key=value,key=value`, the values percent-encoded.  (Specification: specifying headers via environment variables) */
function readHeaders(reader: VariableReader, name: string): Readonly<Record<string, string>> | undefined {
  const text = reader.text(name);
  if (text === undefined) return undefined;
  const members = text.split(",").filter((part) => part.trim() !== "");
  const headers = members.map((member) => {
    const equals = member.indexOf("=");
    const key = member.slice(0, Math.max(equals, 0)).trim();
    return [key, percentDecode(member.slice(equals + 1).trim())] as const;
  });
  return wellFormedHeaders(headers, name);
}
