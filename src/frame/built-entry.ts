/**
 * Returns the URL of a file that another thread or process runs, `name` next to the caller. Code runs from dist/; under a
 * test runner, when the caller itself is still TypeScript, the built file in dist/ is returned.
 */
export function builtEntry(name: string, callerUrl: string): URL {
  const entry = new URL(name, callerUrl);
  // The last folder of such a name: the repository itself may be inside another.
  if (callerUrl.endsWith('.ts'))
    entry.pathname = entry.pathname.replace(
      /^(.*)\/(src|tools|simulator|cli|benchmarks)\//,
      '$1/dist/$2/',
    );
  return entry;
}
