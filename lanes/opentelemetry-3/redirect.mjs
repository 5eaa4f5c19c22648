// With this, what our code and our tests import of OpenTelemetry comes from this folder, as far as it is here; and the
// API does for all, for a process is to have one.
import { createRequire, registerHooks } from "node:module";
import { pathToFileURL } from "node:url";

const HERE = new URL("package.json", import.meta.url).href;
const OTHERS = new URL("../../node_modules/", import.meta.url).href;
const API = "@opentelemetry/api";
const require = createRequire(HERE);

registerHooks({
  resolve(specifier, context, nextResolve) {
    const { parentURL, conditions } = context;
    const isMeant = parentURL?.startsWith(OTHERS)
      ? specifier === API
      : specifier.startsWith("@opentelemetry/");
    if (!isMeant || parentURL === HERE) return nextResolve(specifier, context);
    try {
      // Of one that is required, Node looks at the module that does, whatever it is told here.
      if (conditions.includes("require"))
        return { url: pathToFileURL(require.resolve(specifier)).href, shortCircuit: true };
      return nextResolve(specifier, { ...context, parentURL: HERE });
    } catch {
      return nextResolve(specifier, context);
    }
  },
});
