import { execFile } from 'node:child_process';

/** The output of a program that ran, or the reason why it did not. */
export type ProgramResult =
  | { isFound: true; stdout: string }
  | { isFound: boolean; stdout?: undefined; reason: string };

export interface ProgramOptions {
  timeoutMs?: number;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
}

/** Runs a program without a shell. `isFound` is false if there is no program of that name. Never rejects. */
export function runProgram(
  program: string,
  programArguments: readonly string[],
  { timeoutMs = 5000, env = {}, cwd }: ProgramOptions = {},
): Promise<ProgramResult> {
  return new Promise((resolve) => {
    const options = {
      timeout: timeoutMs,
      killSignal: 'SIGKILL' as const,
      env: { ...process.env, ...env },
      maxBuffer: 1024 * 1024,
      ...(cwd === undefined ? {} : { cwd }),
    };
    execFile(program, programArguments, options, (error, stdout, stderr) => {
      if (error === null) resolve({ isFound: true, stdout });
      else if (error.code === 'ENOENT') resolve({ isFound: false, reason: 'not found' });
      else if (error.killed)
        resolve({ isFound: true, reason: `no answer within ${timeoutMs / 1000} s` });
      else resolve({ isFound: true, reason: reasonIn(stderr) || reasonIn(error.message) });
    });
  });
}

/** How Node.js and Python begin the line that states the error. */
const errorName = /^\w*Error: /;

/** Of a program's error output, the line that names an error; otherwise the last line. */
function reasonIn(text: string): string {
  const lines = text.trim().split('\n');
  const line = lines.find((text) => errorName.test(text)) ?? lines.at(-1)!;
  return line.replace(errorName, '').trim();
}
