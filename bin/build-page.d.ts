export function ensurePageBuilt(options?: { force?: boolean }): Promise<string>;
