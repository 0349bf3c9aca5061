/** The kernel's bytes. Throws with the compiler's own words when the source is wrong. */
export function compileKernel(): Promise<Uint8Array>;
/** The generated module that carries the bytes. */
export function kernelModuleText(bytes: Uint8Array): string;
