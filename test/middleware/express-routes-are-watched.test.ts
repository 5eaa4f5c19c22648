import { expect } from "chai";
import { watchedRoute } from "../../src/middleware/express-route.ts";

const STAND_INS: Readonly<Record<string, (request: object) => object>> = {
  "the request itself": (request) => request,
  "a proxy of it": (request) => new Proxy(request, {}),
  "an object made from it": (request) => Object.create(request) as object,
  "a copy of all its properties": (request) =>
    Object.defineProperties({}, Object.getOwnPropertyDescriptors(request)),
};

describe("a request whose route is watched", () => {
  for (const [name, standInFor] of Object.entries(STAND_INS))
    it(`has the params and the route that it is given, by ${name}`, () => {
      const request = { baseUrl: "", params: { id: "7" } as object };
      const template = watchedRoute(request);
      const standIn = standInFor(request) as { params: object; route?: { path: string } };
      expect(standIn.params).to.deep.equal({ id: "7" });
      standIn.params = { id: "8" };
      standIn.route = { path: "/users/:id" };
      expect([standIn.params, standIn.route]).to.deep.equal([{ id: "8" }, { path: "/users/:id" }]);
      expect(template()).to.equal("/users/:id");
    });

  it("is of the same shape as all others: no request makes V8 learn a class of its own", () => {
    const accessors = [{}, {}].map((request) => {
      watchedRoute(request);
      return Object.getOwnPropertyDescriptor(request, "route");
    });
    expect(accessors[0]).to.deep.equal(accessors[1]);
  });
});
