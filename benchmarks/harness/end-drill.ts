/** Prints what a drill found, as one JSON object with its verdict, and sets the exit code: 1 where something failed. */
export function endDrill(facts: object, failures: readonly string[]): void {
  const verdict = failures.length === 0 ? 'passed' : 'failed';
  console.log(JSON.stringify({ verdict, ...facts, failures }));
  process.exitCode = failures.length === 0 ? 0 : 1;
}
