import { execFile } from 'node:child_process';

/** A program that ran: its output. One that did not: why. */
export type ProgramResult =
  | { isFound: true; stdout: string }
  | { isFound: boolean; stdout?: undefined; reason: string };

export interface ProgramOptions {
  timeoutMs?: number;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
}

/** Runs a program without a shell. `isFound` is false where there is none of that name. Never rejects. */
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

/** As Node.js and Python begin the line that says what was wrong. */
const errorName = /^\w*Error: /;

/** Programs tell of their fault in one line of many: the one that names an error, else the last. */
function reasonIn(text: string): string {
  const lines = text.trim().split('\n');
  const line = lines.find((text) => errorName.test(text)) ?? lines.at(-1)!;
  return line.replace(errorName, '').trim();
}
