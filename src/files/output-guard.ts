import {
  closeSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { PerceptionError } from '../frame/perception-error.js';

/** A file or folder that a command is about to write. */
export interface GuardedOutput {
  /** What the user calls it, such as `--out`. */
  option: string;
  path: string;
  kind: OutputKind;
}

/** A file or folder that a command reads. Anything else that names a source, such as a camera, is ignored. */
export interface Input {
  /** What the user calls it, such as `the drive`. */
  role: string;
  path: string;
}

export type OutputKind =
  | 'recording'
  | 'png'
  | 'jpeg'
  | 'html'
  | 'xml'
  | 'json'
  | 'film'
  | 'pdf'
  | 'calibration'
  | 'mount'
  | 'network'
  | 'folder';

/** How each kind of file begins. A file that begins otherwise is not replaced. */
const beginnings: Readonly<Record<Exclude<OutputKind, 'folder'>, (bytes: Buffer) => boolean>> = {
  recording: (bytes) => bytes.subarray(0, 8).equals(Buffer.from('\x89MCAP0\r\n', 'latin1')),
  png: (bytes) => bytes.subarray(0, 4).equals(Buffer.from('\x89PNG', 'latin1')),
  jpeg: (bytes) => bytes[0] === 0xff && bytes[1] === 0xd8,
  html: (bytes) => /^\s*<(!doctype html|html)/i.test(bytes.toString('latin1')),
  xml: (bytes) => /^\s*<\?xml /.test(bytes.toString('latin1')),
  json: (bytes) => /^\s*[[{]/.test(bytes.toString('latin1')),
  // MP4 and QuickTime, Matroska, AVI, GIF.
  film: (bytes) =>
    bytes.subarray(4, 8).toString('latin1') === 'ftyp' ||
    bytes.subarray(0, 4).equals(Buffer.from([0x1a, 0x45, 0xdf, 0xa3])) ||
    ['RIFF', 'GIF8'].includes(bytes.subarray(0, 4).toString('latin1')),
  pdf: (bytes) => bytes.subarray(0, 5).toString('latin1') === '%PDF-',
  calibration: (bytes) => bytes.toString('latin1').startsWith('image_width:'),
  mount: (bytes) => bytes.toString('latin1').startsWith('heightM:'),
  // ONNX: a message whose first field is its version.
  network: (bytes) => bytes[0] === 0x08 && bytes[1]! > 0 && bytes[1]! < 32,
};
/** Kinds of files that an input folder may hold: an existing file of such a kind there belongs to the input. */
const readInFolders: ReadonlySet<OutputKind> = new Set(['png', 'jpeg', 'film']);
const kindNames: Readonly<Record<OutputKind, string>> = {
  recording: 'a recording (MCAP)',
  png: 'a PNG picture',
  jpeg: 'a JPEG picture',
  html: 'a page (HTML)',
  xml: 'XML',
  json: 'JSON',
  film: 'a film',
  pdf: 'a PDF',
  calibration: 'a calibration (camera_info YAML)',
  mount: 'a mount (YAML of windshield ground)',
  network: 'a network (ONNX)',
  folder: 'a folder',
};

/**
 * Checks, before anything is written, that no output replaces an input or another output, by whatever name, link or hard
 * link, and that a file which an output replaces is of the same kind.
 * @throws ERR_USAGE or ERR_OUTPUT, naming the option, what was found and where.
 */
export function guardOutputs(outputs: readonly GuardedOutput[], inputs: readonly Input[]): void {
  outputs.forEach((output, index) => {
    for (const input of inputs) checkApart(output, input);
    for (const other of outputs.slice(0, index))
      if (isSamePlace(output.path, other.path))
        throw usage(output, `a place of its own, found that of ${other.option}`);
    checkKind(output);
  });
}

function checkApart(output: GuardedOutput, { role, path: location }: Input): void {
  // One camera of a recording may be named after its path: `drive.mcap#front`.
  const path = statIfThere(location) === undefined ? location.replace(/#[^#/]*$/, '') : location;
  const input = statIfThere(path);
  if (input === undefined) return;
  const there = statIfThere(output.path);
  if (there !== undefined && isSameFile(there, input))
    throw usage(output, `a place of its own, found ${role} itself`);
  if (!input.isDirectory()) return;
  if (output.kind === 'folder' && isWithin(path, output.path))
    throw usage(output, `a folder apart from what is read, found one that ${role} lies in`);
  if (there?.isFile() && readInFolders.has(output.kind) && holds(path, there, output.path))
    throw usage(output, `a place of its own, found a file of ${role}`);
}

function checkKind(output: GuardedOutput): void {
  const there = statIfThere(output.path);
  if (there === undefined) return;
  if (output.kind === 'folder') {
    if (!there.isDirectory()) throw wrongKind(output, 'something else');
    return;
  }
  if (!there.isFile()) throw wrongKind(output, there.isDirectory() ? 'a folder' : 'no plain file');
  if (there.size > 0 && !beginnings[output.kind](beginningOf(output.path)))
    throw wrongKind(output, 'a file of another kind');
}

function usage({ option, path }: GuardedOutput, expectedAndFound: string): PerceptionError {
  return new PerceptionError('ERR_USAGE', `${option}: expected ${expectedAndFound}: ${path}`);
}

function wrongKind({ option, path, kind }: GuardedOutput, found: string): PerceptionError {
  return new PerceptionError(
    'ERR_OUTPUT',
    `${option}: expected nothing yet, or ${kindNames[kind]} to replace, found ${found}: ${path}`,
  );
}

/** Device and inode: the same file by any name. */
const isSameFile = (a: Stats, b: Stats) => a.dev === b.dev && a.ino === b.ino;

/** Works for files that do not exist yet, too. */
function isSamePlace(a: string, b: string): boolean {
  const [statsA, statsB] = [statIfThere(a), statIfThere(b)];
  if (statsA !== undefined && statsB !== undefined) return isSameFile(statsA, statsB);
  return statsA === statsB && realPlace(a) === realPlace(b);
}

/** Whether `inner` is in the folder `outer`, or is that folder. */
function isWithin(inner: string, outer: string): boolean {
  return `${realPlace(inner)}${sep}`.startsWith(`${realPlace(outer)}${sep}`);
}

/** Whether a file is in `folder` or in a folder below, by name or by a hard link. */
function holds(folder: string, file: Stats, path: string): boolean {
  if (isWithin(path, folder)) return true;
  // Looks for a hard link to one of many pictures only if there can be one.
  if (file.nlink < 2) return false;
  return readdirSync(folder, { withFileTypes: true, recursive: true }).some((entry) => {
    if (!entry.isFile()) return false;
    const one = statIfThere(join(entry.parentPath ?? entry.path, entry.name));
    return one !== undefined && isSameFile(one, file);
  });
}

/** The path with links resolved, as far as it exists. */
function realPlace(path: string): string {
  const whole = resolve(path);
  try {
    return realpathSync(whole);
  } catch {
    const parent = dirname(whole);
    return parent === whole ? whole : join(realPlace(parent), basename(whole));
  }
}

function beginningOf(path: string): Buffer {
  const bytes = Buffer.alloc(64);
  const fd = openSync(path, 'r');
  try {
    return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(fd);
  }
}

function statIfThere(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
