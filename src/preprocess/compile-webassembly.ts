/** A compiled module, or why this engine has none. */
export type CompiledModule = { module: WebAssembly.Module } | { whyNot: string };

/** Compiles a module given as base64: about a millisecond. Never throws. */
export function compileWebAssembly(base64: string): CompiledModule {
  if (typeof WebAssembly === 'undefined') return { whyNot: 'this engine has no WebAssembly' };
  try {
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    return { module: new WebAssembly.Module(bytes) };
  } catch (error) {
    // An engine without SIMD cannot read the module; a page may forbid compiling (its content security policy).
    return { whyNot: error instanceof Error ? error.message : String(error) };
  }
}
