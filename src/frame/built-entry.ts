/**
 * Where Node finds what another thread or process is to run, `name` beside the caller: code runs from dist/, and under
 * a test runner, where the caller itself is still TypeScript, its built twin in dist/ is meant.
 */
export function builtEntry(name: string, callerUrl: string): URL {
  const entry = new URL(name, callerUrl);
  // The last room of that name: the repository itself may lie under another.
  if (callerUrl.endsWith('.ts'))
    entry.pathname = entry.pathname.replace(
      /^(.*)\/(src|tools|simulator|cli|benchmarks)\//,
      '$1/dist/$2/',
    );
  return entry;
}
