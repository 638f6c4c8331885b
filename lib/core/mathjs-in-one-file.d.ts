/** mathjs has no types for its build of one file, which exports what the package does. */
declare module "mathjs/lib/browser/math.js" {
  const mathjs: typeof import("mathjs");
  export = mathjs;
}
