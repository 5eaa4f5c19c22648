import type { Mutation } from "./mutants.ts";

/** An import may stand anywhere at the top level of a module, so an edit can bring its own. */
const IMPORT_SCOPE = 'import { Scope } from "./scope.ts";\n';

/** Of src/context, for test/context. */
export const CONTEXT_MUTATIONS: readonly Mutation[] = [
  {
    name: "a function is bound by value",
    file: "context/bind.ts",
    find: "export function bindFunction<Target>(context: Context, target: Target & AnyFunction): Target {",
    replace: `${IMPORT_SCOPE}export function bindFunction<Target>(live: Context, target: Target & AnyFunction): Target {
      const context = live.scope === undefined ? live : live.withScope(new Scope(live.scope));`,
  },
  {
    name: "an emitter is bound by value",
    file: "context/bind.ts",
    find: "export function bindEmitter(context: Context, emitter: object): void {",
    replace: `${IMPORT_SCOPE}export function bindEmitter(live: Context, emitter: object): void {
      const context = live.scope === undefined ? live : live.withScope(new Scope(live.scope));`,
  },
  {
    name: "an emitter goes over to the context that it was bound to last",
    file: "context/bind.ts",
    find: "return bound.get(source) === true || replaceDispatch(",
    replace: "Reflect.deleteProperty(source, method);\n    return replaceDispatch(",
  },
  {
    name: "a snapshot is taken by reference",
    file: "context/snapshot.ts",
    find: "this.#context = context.withScope(new Scope(context.scope));",
    replace: "this.#context = context;",
  },
  {
    name: "the runs of a snapshot share a scope",
    file: "context/snapshot.ts",
    find: "runIn(this.#context.withScope(new Scope(this.#context.scope)), fn, ...args)",
    replace: "runIn(this.#context, fn, ...args)",
  },
  {
    name: "a snapshot forgets the span",
    file: "context/snapshot.ts",
    find: "runIn(this.#context.withScope(new",
    replace: "runIn(this.#context.withSpan(undefined, new",
  },
  {
    name: "reset restores nothing",
    file: "context/token.ts",
    find: "this.scope.set(index, this.former);",
    replace: "",
  },
  {
    name: "a token can be used twice",
    file: "context/token.ts",
    find: "this.binding.isUndone = true;",
    replace: "",
  },
  {
    name: "a token restores in any scope",
    file: "context/token.ts",
    find: "if (currentContext().scope !== this.scope)",
    replace: "if (false)",
  },
  {
    name: "a token restores any variable",
    file: "context/token.ts",
    find: "if (index !== this.index)",
    replace: "if (false)",
  },
  {
    name: "a scope shares its cell with the outer one",
    file: "context/open-scope.ts",
    find: "context.withScope(new Scope(context.scope))",
    replace: "context.withScope(context.scope ?? new Scope())",
  },
  {
    name: "a scope forgets what is set around it",
    file: "context/open-scope.ts",
    find: "context.withScope(new Scope(context.scope))",
    replace: "context.withScope(new Scope())",
  },
  {
    name: "a scope forgets the span around it",
    file: "context/open-scope.ts",
    find: "context.withScope(new Scope(context.scope))",
    replace: "context.withSpan(undefined, new Scope(context.scope))",
  },
  {
    name: "a scope writes into the bindings that it shares",
    file: "context/scope.ts",
    find: "this.bindings = this.bindings.slice();",
    replace: "",
  },
  {
    name: "clearScope clears nothing",
    file: "context/open-scope.ts",
    find: "currentContext().scope?.clear();",
    replace: "",
  },
  {
    name: "emptyScope inherits the variables",
    file: "context/open-scope.ts",
    find: "new Context(undefined, context.providers, own)",
    replace: "new Context(undefined, context.providers, new Scope(context.scope))",
  },
  {
    name: "emptyScope inherits the span",
    file: "context/open-scope.ts",
    find: "new Context(undefined, context.providers, own)",
    replace: "new Context(context.span, context.providers, own)",
  },
  {
    name: "emptyScope inherits the baggage",
    file: "context/open-scope.ts",
    find: "new Context(undefined, context.providers, own)",
    replace: "context.withSpan(undefined, own)",
  },
  {
    name: "emptyScope forgets where telemetry goes",
    file: "context/open-scope.ts",
    find: "new Context(undefined, context.providers, own)",
    replace: "new Context(undefined, undefined, own)",
  },
  {
    name: "gather opens no scopes",
    file: "context/gather.ts",
    find: "scope(async () => task()).catch(",
    replace: "(async () => task())().catch(",
  },
  {
    name: "gather rejects before all have settled",
    file: "context/gather.ts",
    find: "failure ??= { reason };",
    replace: "throw reason;",
  },
  {
    name: "run sets in the outer scope",
    file: "context/context-variable.ts",
    find: "const scope = new Scope(context.scope);",
    replace: "const scope = context.scope ?? new Scope();",
  },
  {
    name: "run forgets the span around it",
    file: "context/context-variable.ts",
    find: "context.withScope(scope)",
    replace: "context.withSpan(undefined, scope)",
  },
  {
    name: "set outside any scope is lost in silence",
    file: "context/context-variable.ts",
    find: "const scope = required(current, ",
    replace: "const scope = current ?? new Scope(); void (",
  },
  {
    name: "a value of undefined counts as none",
    file: "context/context-variable.ts",
    find: "if (binding === undefined) return this.#unset(context);",
    replace: "if (binding?.value === undefined) return this.#unset(context);",
  },
  {
    name: "withSpan outside any scope opens none",
    file: "context/current.ts",
    find: "parent.scope ?? new Scope()",
    replace: "parent.scope",
  },
  {
    name: "withSpan opens a scope in a scope",
    file: "context/current.ts",
    find: "parent.scope ?? new Scope()",
    replace: "new Scope(parent.scope)",
  },
  {
    name: "a context that is not ours loses the scope",
    file: "context/current.ts",
    find: "new Context(span, active.providers, active.scope, undefined, context, frame)",
    replace: "new Context(span, active.providers, undefined, undefined, context, frame)",
  },
  {
    name: "a context that is not ours loses its own keys",
    file: "context/current.ts",
    find: "new Context(span, active.providers, active.scope, undefined, context, frame)",
    replace: "new Context(span, active.providers, active.scope, undefined, undefined, frame)",
  },
  {
    name: "ROOT_CONTEXT keeps the scope",
    file: "context/current.ts",
    find: "new Context(undefined, active.providers)",
    replace: "new Context(undefined, active.providers, active.scope)",
  },
  {
    name: "a context without a scope opens none",
    file: "context/current.ts",
    find: "own.scope === undefined ? own.withScope(new Scope()) : own",
    replace: "own",
  },
  {
    name: "a context of ours is entered by value",
    file: "context/current.ts",
    find: "own.scope === undefined ? own.withScope(new Scope()) : own",
    replace: "own.withScope(new Scope(own.scope))",
  },
  {
    name: "a scope forgets that its bindings are shared",
    file: "context/scope.ts",
    find: "if (outer !== undefined) outer.isShared = true;",
    replace: "",
  },
  {
    name: "variables beyond a thousand are shared by all scopes",
    file: "context/scope.ts",
    find: "this.others = this.others && new Map(this.others);",
    replace: "",
  },
  {
    name: "values that cross are not reported when get reads them",
    file: "context/context-variable.ts",
    find: "return this.#unset(context);\n    if (binding.setIn !== frame)",
    replace: "return this.#unset(context);\n    if (false)",
  },
  {
    name: "values that cross are not reported when tryGet reads them",
    file: "context/context-variable.ts",
    find: "return this.#arrivedOr(context);\n    if (binding.setIn !== frame)",
    replace: "return this.#arrivedOr(context);\n    if (false)",
  },
  {
    name: "what a span inherited counts as crossed when it is set",
    file: "context/context-variable.ts",
    find: "former.setIn !== frame && former.owner === scope.id",
    replace: "former.setIn !== frame",
  },
  {
    name: "a span that has ended counts as running",
    file: "context/span-frame.ts",
    find: "return isRecording(this.span);",
    replace: "return true;",
  },
  {
    name: "spans within each other count as beside each other",
    file: "context/span-frame.ts",
    find: "if (frame.span === outer.span || frame.isCutOff) return true;",
    replace: "",
  },
  {
    name: "each copy of the package has a storage of its own",
    file: "context/process-state.ts",
    find: 'processWide("state", ',
    replace: "((make: () => ProcessState) => make())(",
  },
  {
    name: "each copy of the package numbers its variables alone",
    file: "context/context-variable.ts",
    find: "readonly #index = processState.variables++;",
    replace: "static #count = 0; readonly #index = ContextVariable.#count++;",
  },
  {
    name: "a copy of the package knows its own contexts alone",
    file: "context/context.ts",
    find: "return (context as Partial<Context>).throughline === 1;",
    replace: "return context instanceof Context;",
  },
];
