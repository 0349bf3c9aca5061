import { z } from 'zod';
import { type InputSpec, inputSpecSchema } from '../../src/bundle/input-spec.js';

/** Picture that an autoencoder sees, pixels: four halvings leave 6x4 cells. */
export const autoencoderPx = { widthPx: 96, heightPx: 64 };

/** The complete frame, in colour, values from -1 to 1. */
export const autoencoderInput: InputSpec = {
  regionNorm: [0, 0, 1, 1],
  fit: 'stretch',
  ...autoencoderPx,
  colour: 'rgb',
  layout: 'nchw',
  mean: [127.5, 127.5, 127.5],
  scale: [1 / 127.5, 1 / 127.5, 1 / 127.5],
  padValue: 0,
};

/** Values of one picture: [3, 64, 96]. */
export const pictureValues = 3 * autoencoderPx.widthPx * autoencoderPx.heightPx;

export const inputName = 'picture';
export const reconstructionName = 'reconstruction';
export const codeName = 'code';

/** What an autoencoder's file states besides the network. */
export const autoencoderSpecSchema = z.strictObject({
  format: z.literal(1),
  input: inputSpecSchema,
  /** Numbers in a code. */
  codeSize: z.int().min(8).max(1024).multipleOf(8),
  /** Whether it was trained to restore clean pictures from corrupted ones. */
  isDenoising: z.boolean(),
  seed: z.int(),
  steps: z.int().min(0),
  /** Number of training pictures. */
  pictures: z.int().min(0),
  /** Mean squared error per value in -1..1 over the held-out pictures; null if there were none. */
  heldOutError: z.number().min(0).nullable(),
});
export type AutoencoderSpec = z.infer<typeof autoencoderSpecSchema>;
