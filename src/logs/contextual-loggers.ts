import { currentContext, providersIn } from "../context/current.ts";
import type { LoggerProvider } from "../context/providers.ts";

type Logger = ReturnType<LoggerProvider["getLogger"]>;

/** What the logs API knows as global: it asks the current context for each record. */
export const contextualLoggers: LoggerProvider = {
  getLogger: (...scope) => {
    const current = currentLogger(scope);
    return {
      emit: (record) => current()?.emit(record),
      enabled: (options) => current()?.enabled(options) ?? false,
    };
  },
};

/** A look-up of one logger in the provider of the current context. HOT: asks for it again only when that is another. */
function currentLogger(scope: Parameters<LoggerProvider["getLogger"]>): () => Logger | undefined {
  let provider: LoggerProvider | undefined;
  let logger: Logger | undefined;
  return () => {
    const current = providersIn(currentContext())?.loggerProvider;
    if (current !== provider) {
      provider = current;
      logger = current?.getLogger(...scope);
    }
    return logger;
  };
}
