import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { PerceptionError } from '../src/frame/perception-error.js';
import { type CommandEntry, commandTable } from './command-table.js';
import { describeError, describeErrorFully, exitCodes } from './exit-codes.js';
import { takeStopSignals } from './stop-signals.js';
import { withHint } from './word-hints.js';

/** Wider lines are hard to read. */
const helpColumns = 108;

/** Runs the command line and sets the exit code of the process. `argv` is without node and script. */
export async function main(argv: readonly string[]): Promise<void> {
  // A run that is stopped before it has begun still ends in order.
  const isRun =
    argv.some((word) => word === 'run' || word === 'replay') && !argv.includes('--supervise');
  takeStopSignals({ hold: isRun });
  const isVerbose = argv.includes('--verbose');
  const fail = (error: unknown) => {
    process.stderr.write(`${(isVerbose ? describeErrorFully : describeError)(error)}\n`);
    process.exitCode = exitCodes.error;
  };
  process.once('uncaughtException', (error) => {
    fail(error);
    process.exit();
  });
  // A reader that closes early is not an error: `windshield --help | head`, or a closed terminal.
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
    });
  try {
    const program = await buildProgram(argv);
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    // Commander has printed what was wrong; requested help and version are not errors.
    if (error instanceof CommanderError)
      process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.error;
    else fail(error);
  }
}

async function buildProgram(argv: readonly string[]): Promise<Command> {
  const program = new Command('windshield')
    .description(
      'Camera perception for a vehicle test rig: frames stream through four networks\n' +
        '(detection, signs, segmentation, steering), and the results go out over ZeroMQ.',
    )
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'explain a command')
    .option('--verbose', 'print the stack of an error')
    .addHelpText('after', overview);
  const called = argv.filter((word) => !word.startsWith('-'));
  const wanted = called[0] === 'help' ? called[1] : called[0];
  for (const entry of commandTable) {
    if (entry.name === wanted) program.addCommand(await load(entry));
    else program.command(`${entry.name} ${firstArgument(entry.usage)}`).summary(entry.summary);
  }
  for (const command of [program, ...program.commands]) settle(command);
  return program;
}

/** Loads a command; reports in one line which package is missing. */
async function load(entry: CommandEntry): Promise<Command> {
  try {
    return await entry.load();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const isMissing = code === 'ERR_MODULE_NOT_FOUND' && message.includes(`'${entry.package}'`);
    if (!isMissing) throw cause;
    const install = `npm install ${entry.package}@${packageVersion()}`;
    throw new PerceptionError(
      'ERR_TOOL_MISSING',
      `${entry.name} is a command of the package ${entry.package}, which is not installed here: ${install}`,
      { cause },
    );
  }
}

/** The overview has room for one argument per command. */
const firstArgument = (usage: string) => /^<[^>]*>/.exec(usage)?.[0] ?? '';

/** Returns errors to main instead of ending the process, in windshield's form: one line. Fits help to the window. */
function settle(command: Command): void {
  // Paragraphs are wrapped to the window, so line breaks in the source do not count.
  command.description(command.description().replaceAll(/([^\n])\n([^\n])/g, '$1 $2'));
  command.exitOverride().configureOutput({
    getOutHelpWidth: () => Math.min(process.stdout.columns || helpColumns, helpColumns),
    getErrHelpWidth: () => Math.min(process.stderr.columns || helpColumns, helpColumns),
    outputError(text, write) {
      const line = text
        .replace(/^error: /, '')
        .trim()
        .replaceAll(/\s*\n\s*/g, ' ');
      write(`windshield: ${withHint(line, command)} (ERR_USAGE)\n`);
    },
  });
  for (const inner of command.commands) settle(inner);
}

function packageVersion(): string {
  const packageFile = new URL('../../package.json', import.meta.url);
  return JSON.parse(readFileSync(packageFile, 'utf8')).version;
}

const overview = `
In the field's words
  frame        one picture from the camera, with its number, its time and its pixels in shared memory
  lane         a thread that runs one or more networks in turn; the pipeline file says which share a lane
  bundle       a folder with a network, its manifest, and golden outputs that it must reproduce at start
  real time    frames come at the camera's pace and the newest wins: an overtaken frame is a counted drop
  lock-step    each frame waits until the last one is published: no drops, the same bytes every time
  drop         a frame that was not published, counted by reason; frames in = published + drops, always
  glass to result   from the moment a frame was captured to the moment its result is handed to the socket

Results are ZeroMQ messages of two parts, topic and protobuf (windshield.v1): topic "perception" for
each frame, topic "status" once a second. examples/ has subscribers in Python and TypeScript.

Exit codes
  0  done, also when ended with Ctrl-C      1  a check or an evaluation failed      2  bad input or set-up

Try:  windshield replay recordings/sample-drive.mcap`;
