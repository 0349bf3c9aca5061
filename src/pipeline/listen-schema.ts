import { z } from 'zod';
import { isLoopback } from '../outputs/page/access.js';
import { defaultPagePort } from '../outputs/page/default-port.js';

const text = z.string().min(1);

/** Every key is read by src/outputs/page. */
export const listenSchema = z
  .strictObject({
    address: z
      .union([z.ipv4(), z.ipv6()], { error: 'expected an IP address' })
      .default('127.0.0.1')
      .describe('IP address to listen on; 0.0.0.0 means every address of this machine.'),
    port: z
      .int()
      .min(0)
      .max(65_535)
      .default(defaultPagePort)
      .describe('TCP port; 0 picks a free one.'),
    tokenFile: text
      .optional()
      .describe(
        'File with the token that every request must carry. Needed for an address that other machines can reach. `windshield keys token` makes one.',
      ),
    origins: z
      .array(z.url({ error: 'expected an origin such as https://example.org' }))
      .max(16)
      .default([])
      .describe('Origins of other pages that may connect, such as https://app.foxglove.dev.'),
    page: z.boolean().default(false).describe('Serve the page, as --view does.'),
    metrics: z.boolean().default(false).describe('Serve /metrics for Prometheus.'),
    foxglove: z.boolean().default(false).describe('Serve a WebSocket for Foxglove and Lichtblick.'),
  })
  .superRefine(({ address, tokenFile }, context) => {
    if (!isLoopback(address) && tokenFile === undefined)
      context.addIssue({
        code: 'custom',
        path: ['tokenFile'],
        message: `${address} can be reached from outside this machine: expected a file with a token (\`windshield keys token\` makes one), found none`,
      });
  });
