/**
 * The file that Jupyter, VS Code and the headless runner start: `node kernel-launcher.cjs {connection_file}`.
 *
 * Loads tsx first, so that a cell may import the TypeScript library by its name without a build.
 */
require("tsx/cjs");
require("./kernel.ts").startKernel(process.argv[2]);
