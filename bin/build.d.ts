/** Transpiles the source folders into dist/ if they changed since the last build; resolves with the dist folder. */
export function ensureBuilt(options?: { force?: boolean }): Promise<string>;
