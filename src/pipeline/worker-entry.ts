/** Threads run from dist/; under a test runner the caller itself is still the TypeScript file. */
export function workerEntry(name: string, callerUrl: string): URL {
  const entry = new URL(name, callerUrl);
  if (callerUrl.endsWith('.ts')) entry.pathname = entry.pathname.replace('/src/', '/dist/src/');
  return entry;
}
