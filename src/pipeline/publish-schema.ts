import { z } from 'zod';

const text = z.string().min(1);

const curveSchema = z.strictObject({
  keyFile: text.describe(
    'File of two lines, `public <key>` and `secret <key>`, Z85. `windshield keys curve` makes one.',
  ),
});

/** Where results leave over ZeroMQ. */
export const zeromqSchema = z.strictObject({
  endpoint: text.default('tcp://127.0.0.1:5556').describe('Address that results are published on.'),
  highWaterMark: z
    .int()
    .min(1)
    .max(100_000)
    .default(100)
    .describe('Messages kept for each slow subscriber; it loses later ones.'),
  curve: curveSchema
    .optional()
    .describe('Keys of CurveZMQ. Needed for an endpoint that other machines can reach.'),
});
