/** What of a route is read. */
interface Route {
  readonly path?: unknown;
}

/** A property and no hidden field: what stands in for the request, a proxy say, has it, too. */
const WATCHED: unique symbol = Symbol("throughline.route");

/** What of Express's request tells of its route. */
interface Routed {
  readonly baseUrl?: string;
  readonly params?: unknown;
  readonly route?: Route | undefined;
  [WATCHED]?: WatchedRoute;
}

/**
 * The route as it matched: an error leaves all routers before the end. Of the routers around it Express knows no path but
 * that of the URL: what its parameters were given stands there by their names again.
 */
export function watchedRoute(request: Routed): () => unknown {
  const watched = (request[WATCHED] = new WatchedRoute(request));
  Object.defineProperties(request, ACCESSORS);
  return () => watched.template;
}

/** What a request is given for its route, as it is given. */
class WatchedRoute {
  readonly #request: Routed;
  /** Each base that is within the one before, as a template. */
  readonly #bases = [{ url: "", template: "" }];
  #params: unknown;
  #route: Route | undefined;
  #base: string;

  /** On a route of its own the middleware comes when that has matched. */
  constructor(request: Routed) {
    this.#request = request;
    this.#params = request.params;
    this.#route = request.route;
    this.#base = this.#entered();
  }

  get template(): string | undefined {
    const path = pathOf(this.#route?.path);
    return path === undefined ? undefined : this.#base + path;
  }

  get params(): unknown {
    return this.#params;
  }

  set params(matched: unknown) {
    this.#entered();
    this.#params = matched;
  }

  get route(): Route | undefined {
    return this.#route;
  }

  set route(matched: Route | undefined) {
    this.#route = matched;
    this.#base = this.#entered();
  }

  /** The template of the router that is at work. */
  #entered(): string {
    const url = this.#request.baseUrl ?? "";
    const bases = this.#bases;
    while (bases.length > 1 && !url.startsWith(bases.at(-1)?.url ?? "")) bases.pop();
    const outer = bases.at(-1) ?? { url: "", template: "" };
    if (url.length > outer.url.length)
      bases.push({ url, template: outer.template + templateOf(url.slice(outer.url.length), this.#params) });
    return bases.at(-1)?.template ?? "";
  }
}

/** HOT. The same for all requests: with accessors of its own each would be a class of its own to V8. */
const ACCESSORS: PropertyDescriptorMap & ThisType<Routed> = {
  params: accessorOf("params"),
  route: accessorOf("route"),
};

function accessorOf(key: "params" | "route"): PropertyDescriptor & ThisType<Routed> {
  return {
    configurable: true,
    enumerable: true,
    get() {
      return this[WATCHED]?.[key];
    },
    set(value) {
      const watched = this[WATCHED];
      if (watched !== undefined) watched[key] = value;
    },
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
