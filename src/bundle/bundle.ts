import type { z } from 'zod';
import { sha256Hex } from '../calibration/sha256.js';
import { PerceptionError } from '../frame/perception-error.js';
import { parseJson } from '../text/json-document.js';
import { checkShapes } from './check-shapes.js';
import { type Golden, goldenSchema, type Manifest, manifestSchema } from './manifest.js';

/** A model bundle whose parts were checked against each other. The bytes of the network are shared, not copied. */
export interface Bundle {
  readonly manifest: Manifest;
  readonly golden: Golden;
  /** The ONNX file. */
  readonly network: Uint8Array;
  /** The folder or address it came from, for messages. */
  readonly where: string;
}

/** The files of a bundle, not parsed or checked yet. */
export interface BundleFiles {
  manifestText: string;
  goldenText: string;
  network: Uint8Array;
}

function parseChecked<T>(schema: z.ZodType<T>, text: string, where: string): T {
  const document = parseJson(text, { where, code: 'ERR_BUNDLE' });
  // Without JIT: the schema is used once, and compiling it would take longer than the parse.
  const result = schema.safeParse(document, { jitless: true });
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = issue?.path.join('.') || 'document';
  throw new PerceptionError('ERR_BUNDLE', `${where}: ${path}: ${issue?.message}`);
}

/** Parses a manifest without the rest of its bundle. Throws ERR_BUNDLE with the first field that is wrong. */
export function parseManifest(text: string, where: string): Manifest {
  return parseChecked(manifestSchema, text, where);
}

/**
 * Opens a bundle: parses both texts, checks the network's sha256, and checks every shape against the input
 * spec, the decode spec and the golden file. `where` names the bundle in errors.
 * Throws ERR_BUNDLE (a file is malformed or contradicts itself), ERR_BUNDLE_HASH (the network is not the
 * manifest's) or ERR_BUNDLE_SHAPE (the difference is in the message).
 */
export async function openBundle(files: BundleFiles, where: string): Promise<Bundle> {
  const manifest = parseManifest(files.manifestText, `${where}/manifest.json`);
  const golden = parseChecked(goldenSchema, files.goldenText, `${where}/golden.json`);
  const found = await sha256Hex(files.network);
  if (found !== manifest.network.sha256) {
    throw new PerceptionError(
      'ERR_BUNDLE_HASH',
      `${where}/${manifest.network.file}: expected sha256 ${manifest.network.sha256}, found ${found}`,
    );
  }
  checkShapes(manifest, golden, where);
  return { manifest, golden, network: files.network, where };
}
