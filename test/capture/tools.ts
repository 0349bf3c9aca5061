import { execFileSync } from 'node:child_process';

/** Why a program cannot be used here, or undefined where it can. */
export function whyMissing(program: string, argument = '-version'): string | undefined {
  try {
    execFileSync(program, [argument], { stdio: 'ignore' });
    return undefined;
  } catch {
    return `${program} is not installed`;
  }
}
