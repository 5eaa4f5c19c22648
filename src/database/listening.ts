interface Emitter {
  on?: unknown;
  off?: unknown;
}

/**
 * Hears of the errors of a connection meanwhile: its pool does so only while it has it itself, and an error event that nobody
 * hears ends the process. Whoever asks something of the connection is told.
 */
export async function listening<Result>(session: object, act: () => Promise<Result>): Promise<Result> {
  call(session, "on");
  try {
    return await act();
  } finally {
    call(session, "off");
  }
}

function call(session: object, method: "on" | "off"): void {
  try {
    const { on, off } = session as Emitter;
    if (typeof on !== "function" || typeof off !== "function") return;
    Reflect.apply(method === "on" ? on : off, session, ["error", nothing]);
  } catch {
    // It takes no listener, or is over.
  }
}

function nothing(): void {}
