import type { Ending } from "../instrumentation/server-exchange.ts";

/**
 * The same response; `ended` is called once its body has been read to its end, has failed, or nobody wants more of it.
 * One without a body, or of a request that asks for none, has ended now.
 */
export function untilRead(response: Response, method: string, ended: (ending: Ending) => void): Response {
  const { body, status } = response;
  const end = (isAborted: boolean): void => ended({ status, isAborted });
  if (body === null || method === "HEAD") {
    end(false);
    return new Response(body, response);
  }
  const reader = body.getReader();
  const watched = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (!done) return controller.enqueue(value);
          controller.close();
          end(false);
        } catch (thrown) {
          controller.error(thrown);
          end(true);
        }
      },
      async cancel(reason) {
        end(true);
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(watched, response);
}
