export interface Kernel {
  entry: string;
  outFile: string;
  what: string;
}
export const kernels: readonly Kernel[];
export function compileKernel(kernel: Kernel): Promise<Uint8Array>;
export function kernelModuleText(bytes: Uint8Array, kernel: Kernel): string;
