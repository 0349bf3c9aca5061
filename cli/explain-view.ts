import type { HeatThread } from '../tools/explain/page/heat-thread.js';
import { shippedModelsDir } from './default-pipelines.js';
import { servePlayer } from './serve-player.js';

/** `windshield explain [drive] --view`: the player, with gradient-based methods computed on this machine. */
export async function explainOnPage(
  drive: string | undefined,
  flags: { port: string; pipeline: string },
): Promise<void> {
  const [heat, { answerExplain }] = await Promise.all([
    import('../tools/explain/page/heat-thread.js'),
    import('../tools/explain/page/answer-explain.js'),
  ]);
  let thread: HeatThread | undefined;
  try {
    await servePlayer(drive === undefined ? [] : [drive], flags, (bundleDirs) => {
      const opened = new heat.HeatThread({ bundleDirs, modelsDir: shippedModelsDir });
      thread = opened;
      return { onExplain: (request, response) => answerExplain(opened, request, response) };
    });
  } finally {
    await thread?.close();
  }
}
