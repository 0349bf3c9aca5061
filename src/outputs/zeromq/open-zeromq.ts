import { setTimeout as sleep } from 'node:timers/promises';
import { hasErrorCode } from '../../frame/perception-error.js';
import type { Output } from '../output.js';
import type { OutputSettings } from '../output-settings.js';
import { readCurveKeyFile } from './curve-key-file.js';
import { ZeromqPublisher } from './zeromq-publisher.js';

/** How often a supervised pipeline tries to bind, and how long it waits in between, milliseconds. */
const bindTries = 20;
const bindRetryMs = 50;

/** Binds the socket of the settings. Rejects as readCurveKeyFile and ZeromqPublisher.bind do. */
export async function openZeromq({ publish, supervised }: OutputSettings): Promise<Output> {
  const { endpoint, highWaterMark, curve } = publish.zeromq!;
  const keys = curve === undefined ? {} : { curve: readCurveKeyFile(curve.keyFile) };
  const bind = () => ZeromqPublisher.bind({ endpoint, highWaterMark, ...keys });
  return supervised === undefined ? bind() : retryBind(bind);
}

/** The socket of the previous life may take a moment to close. Rejects as the last `bind` does. */
async function retryBind(bind: () => Promise<Output>): Promise<Output> {
  for (let tries = 1; ; tries++) {
    try {
      return await bind();
    } catch (error) {
      const isTaken = hasErrorCode(error) && error.code === 'ERR_PORT_IN_USE';
      if (!isTaken || tries === bindTries) throw error;
      await sleep(bindRetryMs);
    }
  }
}
