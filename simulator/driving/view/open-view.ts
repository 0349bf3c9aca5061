import { openPageServer, type PageServer } from '../../../src/outputs/page/page-server.js';
import type { PipelineConfig } from '../../../src/pipeline/pipeline-schema.js';
import { PipelineDriver } from '../loop/pipeline-driver.js';
import { roadNeededM } from '../loop/run-loop.js';
import { SimulatedDrive } from '../loop/simulated-drive.js';
import { egoSpeedMps } from '../vehicle/ego-car.js';
import { answerForRoad } from './road-answers.js';
import { WatchedDrive } from './watched-drive.js';

export interface ViewOptions {
  /** Its steering stage is the network that drives. */
  config: PipelineConfig;
  /** Folder of the built page. */
  pageDir(): Promise<string>;
  seed: number;
  /** 0 picks a free port. */
  port: number;
  rateHz: number;
  widthPx: number;
  heightPx: number;
}

/** How long a world lasts at its usual speed before the next one starts, seconds. */
const worldS = 300;
/** After this long without an answer a person gives up, milliseconds. */
const answerMs = 5000;

/** Opens a world and serves its page on this machine's loopback address. Rejects with ERR_PORT_IN_USE. */
export async function openView(options: ViewOptions): Promise<Omit<PageServer, 'port'>> {
  const { config, pageDir, seed, port, rateHz, widthPx, heightPx } = options;
  const setup = { widthPx, heightPx, speedMps: egoSpeedMps, disturbance: 1 };
  const lengthM = roadNeededM(worldS, egoSpeedMps);
  const drive = await WatchedDrive.open({
    seed,
    rateHz,
    openDrive: (next) => SimulatedDrive.open({ ...setup, seed: next, lengthM, weather: 'plain' }),
    openNetwork: ({ camera: { model: camera } }, onResult) =>
      PipelineDriver.open({
        config,
        camera,
        rateHz,
        timeoutMs: answerMs,
        onFrame: (_frame, payload) => onResult(payload),
      }),
  });
  try {
    const server = await openPageServer({
      port,
      pageDir,
      files: () => [],
      bundleDirs: config.bundles,
      onRoad: (request, response) => answerForRoad(drive, request, response),
    });
    const close = async () => {
      await Promise.all([server.close(), drive.close()]);
    };
    return { url: server.url, close };
  } catch (error) {
    await drive.close();
    throw error;
  }
}
