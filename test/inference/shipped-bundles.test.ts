import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { certify } from '../../src/inference/network-session.js';
import { createNetworkSession } from '../../src/inference/onnxruntime-node.js';
import { readBundleFolder } from '../../src/inference/read-bundle-folder.js';

const modelsDir = 'models';
const names = readdirSync(modelsDir).sort();
const read = (name: string) => readBundleFolder(join(modelsDir, name));

describe('the shipped bundles', () => {
  it.each(names)('%s has its hash and answers as it did where it was made', async (name) => {
    const bundle = await read(name);
    const session = await createNetworkSession(bundle, { providers: ['cpu'] });
    try {
      await expect(certify(session, bundle)).resolves.toMatchObject({ isCertified: true });
    } finally {
      await session.dispose();
    }
  });

  it.each(names.filter((name) => name.endsWith('-int8')))(
    '%s lost a point at most on its own set, and was made from the float32 bundle that stands beside it, where one does',
    async (name) => {
      const { quantisation, scores } = (await read(name)).manifest;
      const twin = name.replace('-int8', '');
      const float = names.includes(twin) ? (await read(twin)).manifest : undefined;
      expect(quantisation).toMatchObject({
        precision: 'int8',
        weights: { bits: 7, pairSumBits: 16 },
        floatSha256: float?.network.sha256 ?? expect.any(String),
      });
      const primary = { accuracy: 1, mIoU: 1, mAP50: 1, correlation: 1 };
      const lost = Object.entries(scores).flatMap(([data, metrics]) =>
        Object.entries(metrics)
          .filter(([metric]) => metric in primary)
          .map(([metric, score]) => quantisation!.floatScores[data]![metric]! - score),
      );
      // The first set is the one that it was made for; what others lost stands in the card.
      expect(lost.length).toBeGreaterThan(0);
      expect(lost[0]!).toBeLessThan(0.01);
    },
  );

  it('are less than 20 MB together', () => {
    const files = names.flatMap((name) =>
      readdirSync(join(modelsDir, name)).map((file) => statSync(join(modelsDir, name, file)).size),
    );
    expect(files.reduce((sum, size) => sum + size, 0)).toBeLessThan(20e6);
  });
});
