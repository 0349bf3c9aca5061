import { z } from 'zod';
import { recordedPictures } from '../outputs/output-settings.js';

/** How results are recorded. */
export const recordSchema = z.strictObject({
  path: z.string().min(1).describe('The MCAP file to write.'),
  images: z
    .boolean()
    .default(false)
    .describe(
      'Record the pictures too. Those of a recording are copied; others are encoded as `pictures` says.',
    ),
  pictures: z
    .enum(recordedPictures)
    .optional()
    .describe(
      "How pictures are recorded. jpeg (default): each alone. h264: as video, by ffmpeg. camera: the camera's own MJPEG bytes.",
    ),
  quality: z
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe('Quality of encoded pictures (default: 90).'),
  compression: z
    .enum(['none', 'zstd'])
    .optional()
    .describe('Compression of the MCAP chunks (default: none; pictures are compressed already).'),
  split: z
    .strictObject({
      megabytes: z.number().min(1).max(1_000_000).optional().describe('Size of one file, MB.'),
      seconds: z.number().min(1).max(86_400).optional().describe('Length of one file, seconds.'),
    })
    .optional()
    .describe('Write numbered files (drive.1.mcap), each up to a size or a length.'),
  keepSeconds: z
    .number()
    .min(5)
    .max(86_400)
    .optional()
    .describe('Keep only the last seconds of the drive, and what an event saved.'),
});
