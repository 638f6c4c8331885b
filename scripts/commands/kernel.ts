/** `protolab kernel install|uninstall|spec`: the TypeScript kernel for Jupyter and VS Code. */
import { installKernel, kernelSpec, uninstallKernel } from "../../lib/notebook/kernel-spec.ts";
import type { Terminal } from "./terminal.ts";

/** Writes, removes or prints the kernelspec. */
export async function kernel(
  terminal: Terminal,
  action: "install" | "uninstall" | "spec",
  options: { readonly folder?: string },
): Promise<number> {
  if (action === "spec") {
    terminal.out(`${JSON.stringify(kernelSpec(), null, 2)}\n`);
  } else if (action === "install") {
    const path = installKernel(options);
    terminal.out(`Kernel: ${path}\nIn Jupyter or VS Code choose the kernel ${kernelSpec().display_name}.\n`);
  } else {
    const removed = uninstallKernel(options);
    terminal.out(removed === undefined ? "No kernel was installed.\n" : `Removed: ${removed}\n`);
  }
  return 0;
}
