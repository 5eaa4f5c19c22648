import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { Refusal } from "./refusal.ts";

const MEBIBYTE = 1024 * 1024;
/**
 * A body, as received and after inflating (gzip makes up to a thousand bytes of one). Decoded spans take many times
 * the memory of their bytes, so this bounds what one request can cost.
 */
export const BODY_LIMIT: number = 16 * MEBIBYTE;

/** The client went away before its request was whole: nobody is left to answer. */
export class ClientGone extends Error {
  constructor() {
    super("the client went away");
    this.name = "ClientGone";
  }
}

const inflate = promisify(gunzip);

/** The body of a request, inflated. Throws a Refusal if it is too large, not gzip where it says so, or encoded otherwise. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const encoding = (request.headers["content-encoding"] ?? "identity").trim().toLowerCase();
  if (encoding !== "gzip" && encoding !== "identity")
    throw new Refusal(415, "content-encoding is gzip or identity");
  if (Number(request.headers["content-length"] ?? 0) > BODY_LIMIT) throw tooLarge();
  const received = await receive(request);
  if (encoding === "identity" || received.length === 0) return received;
  try {
    return await inflate(received, { maxOutputLength: BODY_LIMIT });
  } catch (thrown) {
    if (isErrorWithCode(thrown, "ERR_BUFFER_TOO_LARGE")) throw tooLarge();
    throw new Refusal(400, "the body is not gzip, or not all of it");
  }
}

function receive(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= BODY_LIMIT) {
        chunks.push(chunk);
        return;
      }
      // The rest is read and thrown away, so that the client lives to see the answer.
      chunks.length = 0;
      reject(tooLarge());
    });
    request.on("end", () => resolve(Buffer.concat(chunks)));
    request.on("error", () => reject(new ClientGone()));
    request.on("close", () => reject(new ClientGone()));
  });
}

function tooLarge(): Refusal {
  return new Refusal(413, `the body has more than ${BODY_LIMIT / MEBIBYTE} MiB`);
}

function isErrorWithCode(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && "code" in thrown && thrown.code === code;
}
