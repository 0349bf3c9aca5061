import { existsSync, readdirSync, renameSync } from 'node:fs';
import { basename, dirname, join, parse } from 'node:path';
import { isAbandoned, isHeldByAnother } from '../files/claim-partial.js';

/** Suffix of a recording whose writer died, until it is finished. Any MCAP reader reads it up to the cut. */
const interruptedSuffix = '.interrupted';
const partialSuffix = '.partial';

/**
 * Renames what a dead pipeline had recorded of `path` to the next free number: `drive.mcap.partial` becomes
 * `drive.1.mcap.interrupted`, so that the next pipeline can write `drive.mcap` again. Nothing is overwritten, and a file
 * that another process is still writing stays. Returns the new path; undefined if nothing was renamed.
 */
export function setAside(path: string): string | undefined {
  setPiecesAside(path);
  const partial = `${path}${partialSuffix}`;
  if (!existsSync(partial) || isHeldByAnother(partial)) return undefined;
  const last = piecesOf(path).at(-1)?.number ?? 0;
  const aside = `${pieceName(path, last + 1)}${interruptedSuffix}`;
  renameSync(partial, aside);
  return aside;
}

/** A numbered piece of a recording. */
export interface InterruptedPiece {
  /** Its current path. */
  interruptedPath: string;
  /** Its name once it is finished. */
  path: string;
  number: number;
}

/** Returns the unfinished pieces of `path`, oldest first. */
export function interruptedPieces(path: string): InterruptedPiece[] {
  return piecesOf(path)
    .filter(({ isFinished, isPartial }) => !isFinished && !isPartial)
    .map(({ number }) => {
      const finished = pieceName(path, number);
      return { number, path: finished, interruptedPath: `${finished}${interruptedSuffix}` };
    });
}

/** For a recording in numbered files: the file that was being written already has its number. */
export function setPiecesAside(path: string): void {
  for (const { number, isPartial } of piecesOf(path)) {
    if (!isPartial) continue;
    const partial = `${pieceName(path, number)}${partialSuffix}`;
    const aside = `${pieceName(path, number)}${interruptedSuffix}`;
    // If the piece was set aside already, this is a copy of it that was cut off; the next copy replaces it.
    if (!existsSync(aside) && isAbandoned(partial)) renameSync(partial, aside);
  }
}

/** Returns the number after the highest of the recording's files. */
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
  // If the folder is missing, the writer will report it.
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
