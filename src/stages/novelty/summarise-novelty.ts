import type { PerceptionFrame } from '../../messages/gen/windshield/v1/perception_pb.js';

/** `novelty 0.42`, with `!` while the scene is reported as novel; empty if the frame was not judged. */
export function summariseNovelty({ novelty }: PerceptionFrame): string {
  if (novelty === undefined) return '';
  return `novelty ${novelty.value.toFixed(2)}${novelty.isNovel ? '!' : ''}`;
}
