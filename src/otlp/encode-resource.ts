import type { InstrumentationScope } from "../core/instrumentation-scope.ts";
import type { Resource } from "../resource/resource.ts";
import { writeAttributes } from "./encode-attributes.ts";
import { INSTRUMENTATION_SCOPE, OF_RESOURCE, OF_SCOPE, RESOURCE } from "./fields.ts";
import type { ProtobufWriter } from "./protobuf-writer.ts";

/** The `resource` field of ResourceSpans and of ResourceMetrics. */
export function writeResource(writer: ProtobufWriter, resource: Resource): void {
  const start = writer.open(OF_RESOURCE.resource);
  writeAttributes(writer, RESOURCE.attributes, resource.attributes);
  writer.close(start);
}

/** The `scope` and `schema_url` fields of ScopeSpans and of ScopeMetrics. */
export function writeInstrumentationScope(writer: ProtobufWriter, scope: InstrumentationScope): void {
  const start = writer.open(OF_SCOPE.scope);
  writer.string(INSTRUMENTATION_SCOPE.name, scope.name);
  if (typeof scope.version === "string") writer.string(INSTRUMENTATION_SCOPE.version, scope.version);
  writer.close(start);
  if (typeof scope.schemaUrl === "string") writer.string(OF_SCOPE.schemaUrl, scope.schemaUrl);
}
