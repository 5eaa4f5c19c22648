/** The types of version 5 do for what is used of it. */
declare module "express4" {
  import express from "express";
  export default express;
}
