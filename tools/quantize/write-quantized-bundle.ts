import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bundle } from '../../src/bundle/bundle.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { quantizedModelCard } from './quantized-model-card.js';

/** Throws ERR_OUTPUT when there is something in the place of a new bundle: bundles are not overwritten here. */
export function checkNothingAt(dir: string): void {
  if (!existsSync(dir)) return;
  throw new PerceptionError('ERR_OUTPUT', `expected no file or folder yet, found one: ${dir}`);
}

/**
 * Writes a bundle's folder: all files beside it first, then one rename, so that it is there whole or not at all.
 * Throws ERR_OUTPUT when it cannot be written.
 */
export function writeQuantizedBundle(dir: string, { manifest, golden, network }: Bundle): void {
  checkNothingAt(dir);
  const fresh = `${dir.replace(/\/+$/, '')}.partial`;
  const text = (document: unknown): string => `${JSON.stringify(document, null, 2)}\n`;
  try {
    rmSync(fresh, { recursive: true, force: true });
    mkdirSync(fresh, { recursive: true });
    writeFileSync(join(fresh, manifest.network.file), network);
    writeFileSync(join(fresh, 'manifest.json'), text(manifest));
    writeFileSync(join(fresh, 'golden.json'), text(golden));
    writeFileSync(join(fresh, 'MODEL_CARD.md'), quantizedModelCard(manifest));
    renameSync(fresh, dir);
  } catch (cause) {
    rmSync(fresh, { recursive: true, force: true });
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new PerceptionError('ERR_OUTPUT', `expected to write ${dir}, found: ${found}`, { cause });
  }
}
