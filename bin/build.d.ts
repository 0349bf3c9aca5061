/** Transpiles the rooms into dist/ when they changed since the last build; resolves with the dist folder. */
export function ensureBuilt(options?: { force?: boolean }): Promise<string>;
