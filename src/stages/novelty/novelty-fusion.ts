import type { Manifest, Task } from '../../bundle/manifest.js';
import type { NoveltyOutputSpec } from '../../bundle/output-spec.js';
import { NoveltyMemory, novelScene } from '../../perception/novelty/novelty-memory.js';
import type { FusionSettings, StageFusion } from '../stage-fusion.js';
import type { StandingCamera } from '../standing-camera.js';

const novel: readonly string[] = [novelScene];
const ordinary: readonly string[] = [];

/** Reports `novel_scene` after frames were novel for a while, until they have been ordinary for a while. */
export function createNoveltyFusion(
  manifests: ReadonlyMap<Task, Manifest>,
  _standing?: StandingCamera,
  { novelty: said = {} }: FusionSettings = {},
): StageFusion {
  const spec = manifests.get('novelty')!.decode as NoveltyOutputSpec;
  const { threshold = spec.threshold, beginS = spec.beginS, endS = spec.endS } = said;
  const memory = new NoveltyMemory({ threshold, beginS, endS });
  /** As of the last fused frame: answers of later frames may be here already. */
  let isNovel = false;
  return {
    accept(result, answers, dtS) {
      if (result.stage !== 'novelty') return;
      answers.novelty = memory.take(result.distance, result.reconstructionError, dtS);
    },
    fields: ({ novelty }) => (novelty === undefined ? {} : { novelty }),
    health({ novelty }) {
      isNovel = novelty?.isNovel ?? isNovel;
      return isNovel ? novel : ordinary;
    },
  };
}
