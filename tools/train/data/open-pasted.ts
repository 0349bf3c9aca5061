import { cutOutsOf } from '../augment/paste-cut-outs.js';
import type { Pasted } from '../loading/sample-store.js';
import { openData } from '../open-data.js';
import type { Recipe } from '../recipe.js';
import type { Problem } from './data-problems.js';

/** Opens what a recipe pastes into street scenes, and adds the readers' problems to `problems`. */
export async function openPasted(
  { pasteSigns, pasteCutOuts }: Recipe['augmentation'],
  dataDirs: readonly string[],
  problems: Problem[],
): Promise<Pasted> {
  const signs = pasteSigns && (await openData('signs', [pasteSigns.from], dataDirs)).sets[0];
  const scenes =
    pasteCutOuts && (await openData('detection', [pasteCutOuts.from], dataDirs)).sets[0];
  for (const set of [signs, scenes]) if (set) problems.push(...set.dataset.problems);
  return {
    signCrops: signs?.dataset.samples ?? [],
    cutOuts: scenes ? cutOutsOf(scenes.dataset.samples, pasteCutOuts.classes) : [],
  };
}
