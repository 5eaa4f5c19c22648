import { JsonReader } from "./json-reader.ts";
import { ProtobufReader } from "./protobuf-reader.ts";

/** What a collector refused of a request that it took. */
interface Rejection {
  /** Spans or data points; 0 if all were taken. */
  readonly rejected: number;
  /** Why, or a warning where nothing was refused. */
  readonly message: string;
}

const PARTIAL_SUCCESS = 1;
const REJECTED_ITEMS = 1;
const ERROR_MESSAGE = 2;

/**
 * The `partial_success` of an export response, which is alike for all signals. A body that is none says nothing
 * was refused: the status has said that the request was taken.  (OTLP specification: Partial Success)
 */
export function decodeRejection(body: Uint8Array, isJson: boolean): Rejection {
  try {
    return isJson ? fromJson(body) : fromProtobuf(body);
  } catch {
    return { rejected: 0, message: "" };
  }
}

function fromProtobuf(body: Uint8Array): Rejection {
  let [rejected, message] = [0, ""];
  const response = ProtobufReader.of(body);
  while (response.next()) {
    if (response.field !== PARTIAL_SUCCESS) {
      response.skip();
      continue;
    }
    const partial = response.message();
    while (partial.next()) {
      if (partial.field === REJECTED_ITEMS) rejected = Math.max(0, Number(partial.int64()));
      else if (partial.field === ERROR_MESSAGE) message = partial.string();
      else partial.skip();
    }
  }
  return { rejected, message };
}

function fromJson(body: Uint8Array): Rejection {
  const partial = JsonReader.of(Buffer.from(body).toString()).message("partialSuccess");
  const rejected = ["rejectedSpans", "rejectedDataPoints"].map((name) => Number(partial.int64(name)));
  return { rejected: Math.max(0, ...rejected), message: partial.string("errorMessage") };
}
