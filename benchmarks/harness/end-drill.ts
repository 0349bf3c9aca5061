/** Prints a drill's facts and verdict as one JSON object, and sets the exit code: 1 if something failed. */
export function endDrill(facts: object, failures: readonly string[]): void {
  const verdict = failures.length === 0 ? 'passed' : 'failed';
  console.log(JSON.stringify({ verdict, ...facts, failures }));
  process.exitCode = failures.length === 0 ? 0 : 1;
}
