/** What of a route is read. */
interface Route {
  readonly path?: unknown;
}

/** What of Express's request tells of its route. */
interface Routed {
  readonly baseUrl?: string;
}

/**
 * The route as it matched: an error leaves all routers before the end. Of the routers around it Express knows no path but
 * that of the URL: what its parameters were given stands there by their names again.
 */
export function watchedRoute(request: Routed): () => unknown {
  /** Each base that is within the one before, as a template. */
  const bases = [{ url: "", template: "" }];
  let params: unknown;
  let route: Route | undefined;
  let template = "";
  const enter = (): string => {
    const url = request.baseUrl ?? "";
    while (bases.length > 1 && !url.startsWith(bases.at(-1)?.url ?? "")) bases.pop();
    const outer = bases.at(-1) ?? { url: "", template: "" };
    if (url.length > outer.url.length)
      bases.push({ url, template: outer.template + templateOf(url.slice(outer.url.length), params) });
    return bases.at(-1)?.template ?? "";
  };
  // On a route of its own it comes when that has matched.
  params = Reflect.get(request, "params");
  route = Reflect.get(request, "route") as Route | undefined;
  template = enter();
  watch(request, "params", (matched) => {
    enter();
    params = matched;
  });
  watch(request, "route", (matched) => {
    route = matched as Route | undefined;
    template = enter();
  });
  return () => {
    const path = pathOf(route?.path);
    return path === undefined ? undefined : template + path;
  };
}

/** Several paths of one route are told together, for which of them it was Express does not say. */
function pathOf(path: unknown): string | undefined {
  if (typeof path === "string") return path;
  if (path instanceof RegExp) return path.source;
  return Array.isArray(path) ? path.map((each) => pathOf(each) ?? "").join("|") : undefined;
}

function templateOf(base: string, params: unknown): string {
  const names = Object.entries((params ?? {}) as Record<string, unknown>);
  return base
    .split("/")
    .map((segment) => {
      const given = names.find(
        ([, value]) => segment !== "" && (value === segment || value === decoded(segment)),
      );
      return given === undefined ? segment : `:${given[0]}`;
    })
    .join("/");
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/** Hears of each value that a property is given. */
function watch(target: object, key: string, hear: (value: unknown) => void): void {
  let current: unknown = Reflect.get(target, key);
  Object.defineProperty(target, key, {
    configurable: true,
    enumerable: true,
    get: () => current,
    set: (value: unknown) => {
      current = value;
      hear(value);
    },
  });
}
