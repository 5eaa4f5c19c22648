// What a test does in the database is undone: each begins with the same tables. node --test examples/order-repository.node-test.ts
import { deepStrictEqual, rejects } from "node:assert";
import { after, before, it } from "node:test";
import { transaction } from "throughline";
import { connect, OrderRepository, placeOrder, settings, shop } from "./order-repository.ts";

before(() => settings.run({ ORDERS_CONNECTIONS: 2 }, () => shop.start()));
after(() => shop.stop());

const order = { id: 1, buyer: "ann", books: 1, gifts: 1, isPaid: true };

it("places an order", () =>
  transaction.rollback(connect, async (session) => {
    deepStrictEqual(await placeOrder(order), ["book", "gift"]);
    deepStrictEqual(await new OrderRepository(session).all(), [{ id: 1, products: ["book", "gift"] }]);
  }));

it("places none that is not paid, and another after it", () =>
  transaction.rollback(connect, async (session) => {
    await rejects(placeOrder({ ...order, isPaid: false }), /not paid/);
    deepStrictEqual(await placeOrder({ ...order, gifts: 0 }), ["book"]);
    deepStrictEqual(await new OrderRepository(session).all(), [{ id: 1, products: ["book"] }]);
  }));

it("begins with empty tables", () =>
  transaction.rollback(connect, async (session) => {
    deepStrictEqual(await new OrderRepository(session).all(), []);
  }));
