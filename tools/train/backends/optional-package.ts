/** Whether an import failed because the package is not installed, rather than because it is broken. */
export function isNotInstalled(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
}

/**
 * Imports a package that may be absent. Its name is a variable so that the compiler does not look for types.
 * @returns its exports, or one phrase that says why there are none
 */
export async function importOptional(name: string): Promise<Record<string, unknown> | string> {
  try {
    return (await import(name)) as Record<string, unknown>;
  } catch (error) {
    if (isNotInstalled(error)) return `${name} is not installed`;
    const message = error instanceof Error ? error.message : String(error);
    return `${name} does not load: ${message.split('\n')[0]}`;
  }
}
