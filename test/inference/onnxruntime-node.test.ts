import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { type Bundle, openBundle } from '../../src/bundle/bundle.js';
import { certify } from '../../src/inference/network-session.js';
import { createNetworkSession } from '../../src/inference/onnxruntime-node.js';
import { bundleFiles, dotAnswer, dotBundle, dotNetwork } from '../support/dot-bundle.js';

const cpu = { providers: ['cpu'] };

/** The dot bundle with changes that openBundle would not let through. */
async function openDot(changes: Partial<Bundle> = {}): Promise<Bundle> {
  return { ...(await openBundle(bundleFiles(dotBundle()), 'models/dot')), ...changes };
}

describe('a network session', () => {
  it('answers each batch size through the same buffers', async () => {
    const session = await createNetworkSession(await openDot(), cpu);
    const { input, outputs } = session;
    const logits = outputs['logits']!;
    expect(session.provider).toBe('cpu');
    expect(session.maxBatch).toBe(3);
    expect([input.length, logits.length]).toEqual([3 * 24, 3 * 5]);
    for (const batch of [3, 1, 2]) {
      for (let i = 0; i < input.length; i++) input[i] = Math.sin(i * batch);
      logits.fill(-1);
      await session.run(batch);
      for (let item = 0; item < 3; item++) {
        const expected = dotAnswer(input.subarray(item * 24, item * 24 + 24));
        for (let c = 0; c < 5; c++) {
          const found = logits[item * 5 + c]!;
          if (item < batch) expect(found).toBeCloseTo(expected[c]!, 4);
          else expect(found).toBe(-1);
        }
      }
    }
    expect(session.input).toBe(input);
    expect(session.outputs['logits']).toBe(logits);
    await expect(session.run(4)).rejects.toMatchObject({ code: 'ERR_INFERENCE' });
    await session.dispose();
    await expect(session.run(1)).rejects.toMatchObject({ code: 'ERR_INFERENCE' });
  });

  it('takes the next provider of the list when the first cannot be had, and says which runs', async () => {
    const session = await createNetworkSession(await openDot(), { providers: ['qnn', 'cpu'] });
    expect(session.provider).toBe('cpu');
    await session.dispose();
  });

  it.each([[['qnn']], [['no-such-provider', 'qnn']], [[]]])(
    'of providers %j cannot be had and says why, on one line',
    async (providers) => {
      const loading = createNetworkSession(await openDot(), { providers });
      await expect(loading).rejects.toMatchObject({ code: 'ERR_PROVIDER_UNAVAILABLE' });
      await expect(createNetworkSession(await openDot(), { providers })).rejects.toThrow(
        new RegExp(`^models/dot: [^\\n]*${providers.join(', ')}[^\\n]*$`),
      );
    },
  );

  it('refuses bytes that are no network', async () => {
    const bundle = await openDot({ network: new Uint8Array(100) });
    await expect(createNetworkSession(bundle, cpu)).rejects.toMatchObject({
      code: 'ERR_BUNDLE',
      message: expect.stringMatching(/^models\/dot\/model\.onnx: expected a network[^\n]+$/),
    });
  });

  it('refuses a network that is not what the manifest says', async () => {
    const fixed = await openDot({ network: dotNetwork(2) });
    await expect(createNetworkSession(fixed, cpu)).rejects.toMatchObject({
      code: 'ERR_BUNDLE_SHAPE',
      message:
        'models/dot: input image: expected float32 [batch, 3, 2, 4], found float32 [2, 3, 2, 4] in the network',
    });
    const renamed = await openDot();
    renamed.manifest.outputs.push({ name: 'more', dtype: 'float32', shape: [1] });
    await expect(createNetworkSession(renamed, cpu)).rejects.toMatchObject({
      code: 'ERR_BUNDLE_SHAPE',
      message: 'models/dot: expected outputs named logits, more, found logits in the network',
    });
  });

  it('lets its process print nothing beside its own words', () => {
    const script = `
      const { createNetworkSession } = await import('./dist/src/inference/onnxruntime-node.js');
      const bundle = JSON.parse(process.env.BUNDLE);
      bundle.network = Buffer.from(process.env.NETWORK, 'base64');
      const providers = ['qnn', 'cpu'];
      const session = await createNetworkSession(bundle, { providers });
      await session.run(3);
      await session.dispose();
      console.log('done');
    `;
    const { manifest, golden, network } = dotBundle();
    const env = {
      ...process.env,
      BUNDLE: JSON.stringify({ manifest, golden, where: 'dot' }),
      NETWORK: Buffer.from(network).toString('base64'),
    };
    const output = execFileSync('/bin/sh', ['-c', 'node --input-type=module -e "$SCRIPT" 2>&1'], {
      env: { ...env, SCRIPT: script },
      encoding: 'utf8',
    });
    expect(output).toBe('done\n');
  });
});

describe('certification', () => {
  it('passes a network that answers as the exporter saw it', async () => {
    const bundle = await openDot();
    const session = await createNetworkSession(bundle, cpu);
    const certificate = await certify(session, bundle);
    expect(certificate.isCertified).toBe(true);
    expect(certificate.maxAbsDifference).toBeLessThan(1e-5);
    await session.dispose();
  });

  it('stops a network that answers otherwise, unless that is allowed', async () => {
    const bundle = await openDot();
    bundle.golden.outputs['logits']!.values[7]! += 0.01;
    const session = await createNetworkSession(bundle, cpu);
    await expect(certify(session, bundle)).rejects.toMatchObject({
      code: 'ERR_BUNDLE_UNCERTIFIED',
      message: expect.stringMatching(/within 0\.0001 on cpu, found 0\.01\d* at logits\[7\]/),
    });
    const certificate = await certify(session, bundle, { allowUncertified: true });
    expect(certificate.isCertified).toBe(false);
    expect(certificate.maxAbsDifference).toBeCloseTo(0.01, 4);
    await session.dispose();
  });

  it('stops a provider that the manifest gives no tolerance for', async () => {
    const bundle = await openDot();
    bundle.manifest.tolerance = { cuda: 1 };
    const session = await createNetworkSession(bundle, cpu);
    await expect(certify(session, bundle)).rejects.toMatchObject({
      code: 'ERR_BUNDLE_UNCERTIFIED',
      message: 'models/dot: expected a tolerance for provider cpu, found cuda',
    });
    await session.dispose();
  });

  it('stops 8-bit weights on a provider whose sums saturate, though the golden outputs are right', async () => {
    const bundle = await openDot();
    const session = await createNetworkSession(bundle, cpu);
    // The bundle says that it is of integers; nothing is said of its weights, so they are taken for 8 bits.
    const { sha256 } = bundle.manifest.network;
    bundle.manifest.quantisation = {
      precision: 'int8',
      floatSha256: sha256,
      floatScores: {},
      floatLayers: [],
      command: 'made in a test',
    };
    await expect(certify(session, bundle)).resolves.toMatchObject({ isCertified: true });
    const saturated = 'conv3x3[0]: expected 9326880, found 4718304';
    session.findSaturatedSum = async () => saturated;
    await expect(certify(session, bundle)).rejects.toMatchObject({
      code: 'ERR_BUNDLE_UNCERTIFIED',
      message: expect.stringContaining(
        `8-bit weights without saturation; ${saturated}; weights of 7 bits`,
      ),
    });
    const certificate = await certify(session, bundle, { allowUncertified: true });
    expect(certificate).toMatchObject({ ok: true, isCertified: false });
    bundle.manifest.quantisation.weights = { bits: 7, pairSumBits: 16 };
    await expect(certify(session, bundle)).resolves.toMatchObject({ isCertified: true });
    await session.dispose();
  });
});
