import { existsSync, readdirSync, renameSync } from 'node:fs';
import { basename, dirname, join, parse } from 'node:path';
import { isAbandoned } from '../files/claim-partial.js';

/** Ends the name of a recording whose writer died, until it is finished. Any MCAP reader reads it up to the cut. */
const interruptedSuffix = '.interrupted';
const partialSuffix = '.partial';

/**
 * Gives what a dead pipeline had recorded of `path` the next free number: `drive.mcap.partial` becomes
 * `drive.1.mcap.interrupted`, so that the next pipeline can write `drive.mcap` again. Nothing is overwritten.
 * Does nothing where there is nothing. Returns where it is now.
 */
export function setAside(path: string): string | undefined {
  setPiecesAside(path);
  const partial = `${path}${partialSuffix}`;
  if (!existsSync(partial)) return undefined;
  const last = piecesOf(path).at(-1)?.number ?? 0;
  const aside = `${pieceName(path, last + 1)}${interruptedSuffix}`;
  renameSync(partial, aside);
  return aside;
}

/** A numbered piece of a recording. */
export interface InterruptedPiece {
  /** As it lies there. */
  interruptedPath: string;
  /** Its name once it is finished. */
  path: string;
  number: number;
}

/** The pieces of `path` that are not finished, oldest first. */
export function interruptedPieces(path: string): InterruptedPiece[] {
  return piecesOf(path)
    .filter(({ isFinished, isPartial }) => !isFinished && !isPartial)
    .map(({ number }) => {
      const finished = pieceName(path, number);
      return { number, path: finished, interruptedPath: `${finished}${interruptedSuffix}` };
    });
}

/** Of a recording in numbered files: the one that was being written has its number already. */
export function setPiecesAside(path: string): void {
  for (const { number, isPartial } of piecesOf(path)) {
    if (!isPartial) continue;
    const partial = `${pieceName(path, number)}${partialSuffix}`;
    if (isAbandoned(partial)) renameSync(partial, `${pieceName(path, number)}${interruptedSuffix}`);
  }
}

/** The first number that no file of the recording has. */
export function nextPieceNumber(path: string): number {
  return (piecesOf(path).at(-1)?.number ?? 0) + 1;
}

/** A numbered file of a recording: `drive.mcap` and 3 give `drive.3.mcap`. */
export function pieceName(path: string, number: number): string {
  const { dir, name, ext } = parse(path);
  return join(dir, `${name}.${number}${ext}`);
}

/** Every numbered piece, finished or not, by its number. */
function piecesOf(path: string): { number: number; isFinished: boolean; isPartial: boolean }[] {
  const { name, ext } = parse(basename(path));
  const dir = dirname(path) || '.';
  // Where the folder is missing, whoever writes there says so.
  const pieces = (existsSync(dir) ? readdirSync(dir) : []).flatMap((file) => {
    const isPartial = file.endsWith(partialSuffix);
    const isFinished = !isPartial && !file.endsWith(interruptedSuffix);
    const suffix = isPartial ? partialSuffix : interruptedSuffix;
    const finished = isFinished ? file : file.slice(0, -suffix.length);
    if (!finished.startsWith(`${name}.`) || !finished.endsWith(ext)) return [];
    const number = /^\d+$/.exec(finished.slice(name.length + 1, finished.length - ext.length));
    return number === null ? [] : [{ number: Number(number[0]), isFinished, isPartial }];
  });
  return pieces.sort((a, b) => a.number - b.number);
}
