import { Autoencoder } from '../autoencoder/autoencoder.js';
import { makerOf } from './code-fleet.js';
import { FrameCoder } from './frame-coder.js';
import { lookingBundle } from './looking-bundle.js';
import type { CoderKind, PictureCoder } from './picture-coder.js';

/** Codes from the inner values of a pipeline file's network. Rejects as lookingBundle does. */
export async function networkKind(pipelinePath: string): Promise<CoderKind> {
  const bundle = await lookingBundle(pipelinePath);
  return { maker: makerOf(bundle), open: () => FrameCoder.open(bundle) };
}

/** Codes from an autoencoder's file. Throws as Autoencoder.open does. */
export function autoencoderKind(path: string): CoderKind {
  const autoencoder = Autoencoder.open(path);
  const coder: PictureCoder = {
    dims: autoencoder.spec.codeSize,
    code: (picture) => autoencoder.code(picture),
    release: () => autoencoder.release(),
  };
  return { maker: autoencoder.maker, open: () => coder };
}
