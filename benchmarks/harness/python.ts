import { spawnSync } from 'node:child_process';

const python = '/usr/bin/python3';

/** Debian's Python, which finds Debian's packages. */
export function pythonCommand(script: URL, ...args: string[]): string[] {
  return [python, script.pathname, ...args];
}

/** Why a peer that needs these modules cannot run; undefined if it can. */
export function whyNoPython(debianPackage: string, ...modules: string[]): string | undefined {
  const { status, error } = spawnSync(python, ['-c', `import ${modules.join(', ')}`]);
  if (error !== undefined) return `expected ${python}, found none`;
  return status === 0
    ? undefined
    : `expected Debian's ${debianPackage}, found ${python} without ${modules.join(', ')}`;
}
