import { certify } from '../../src/inference/network-session.js';
import { createNetworkSession } from '../../src/inference/onnxruntime-node.js';
import { readBundleFolder } from '../../src/inference/read-bundle-folder.js';

export interface ProviderCheck {
  provider: string;
  state: 'certified' | 'uncertified' | 'unavailable';
  /** One line: the largest difference and the tolerance, or why they are unknown. */
  detail: string;
}

export interface BundleCheck {
  /** Name, version and hash. */
  bundle: string;
  providers: ProviderCheck[];
}

/** Certifies a bundle on each provider separately. Rejects as readBundleFolder does; a missing provider is reported. */
export async function checkBundle(
  dir: string,
  wanted: readonly string[] | undefined,
): Promise<BundleCheck> {
  const bundle = await readBundleFolder(dir);
  const { name, version, network, tolerance } = bundle.manifest;
  const providers: ProviderCheck[] = [];
  for (const provider of wanted ?? Object.keys(tolerance)) {
    try {
      const session = await createNetworkSession(bundle, { providers: [provider] });
      try {
        const { isCertified, maxAbsDifference, where } = await certify(session, bundle, {
          allowUncertified: true,
        });
        const allowed = tolerance[provider] ?? 'none given';
        const place = isCertified ? '' : `, at ${where}`;
        providers.push({
          provider,
          state: isCertified ? 'certified' : 'uncertified',
          detail: `largest difference ${maxAbsDifference.toPrecision(2)} of ${allowed}${place}`,
        });
      } finally {
        await session.dispose();
      }
    } catch (error) {
      const detail = (error as Error).message.split('\n')[0]!.replace(/^.*found none: /, '');
      providers.push({ provider, state: 'unavailable', detail });
    }
  }
  return { bundle: `${name} ${version} sha256:${network.sha256}`, providers };
}
