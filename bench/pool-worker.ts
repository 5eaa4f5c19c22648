// What the pool of measure-pool.ts runs: nothing.
export default (): void => {};
