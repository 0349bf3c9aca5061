import { setTimeout as sleep } from 'node:timers/promises';

export interface BackOff {
  /** Maximum number of attempts, the first included. */
  tries: number;
  /** Wait before the second attempt; each later one waits twice as long, up to `mostMs`. */
  firstMs: number;
  mostMs: number;
}

export const defaultBackOff: BackOff = { tries: 6, firstMs: 200, mostMs: 10_000 };

/**
 * Retries `work` while `isPassing` accepts its error, with exponential back-off. Each wait is randomised between half
 * and all of its length, so that a thousand workers do not return together. Rejects with the last error.
 */
export async function withBackOff<Result>(
  { tries, firstMs, mostMs }: BackOff,
  isPassing: (error: unknown) => boolean,
  work: () => Promise<Result>,
): Promise<Result> {
  for (let failed = 1; ; failed++) {
    try {
      return await work();
    } catch (error) {
      if (failed >= tries || !isPassing(error)) throw error;
      const waitMs = Math.min(mostMs, firstMs * 2 ** (failed - 1));
      await sleep(waitMs * (0.5 + Math.random() / 2));
    }
  }
}
