import type { InputSpec } from '../../../src/bundle/input-spec.js';
import { detectionClasses } from '../../../src/perception/classes.js';
import type { DetectionSample } from '../../datasets/sample.js';
import { drawColourChange } from '../augment/colour.js';
import { boxesInWindow, drawWindow } from '../augment/detection-window.js';
import { boxFromTile, drawTiles, placeTile, windowForTile } from '../augment/mosaic.js';
import { pasteCutOuts } from '../augment/paste-cut-outs.js';
import { pasteLights } from '../augment/paste-lights.js';
import { pasteSigns, type Scene } from '../augment/paste-signs.js';
import { drawSsdWindow } from '../augment/ssd-window.js';
import { warpInto, windowAffine } from '../augment/warp.js';
import type { SampleStore } from '../loading/sample-store.js';
import type { Random } from '../random.js';
import type { Recipe } from '../recipe.js';
import type { MatchingBox } from '../targets/match-default-boxes.js';

/** A teacher's box below this score counts neither as object nor as background. */
const trustedWeight = 0.45;

/** Shows street scenes to a detector: augmented pictures with the boxes that remain in them. */
export class SceneShower {
  readonly #augmentation: Recipe['augmentation'];
  readonly #input: InputSpec;

  constructor(augmentation: Recipe['augmentation'], input: InputSpec) {
    this.#augmentation = augmentation;
    this.#input = input;
  }

  /**
   * Draws a sample, or a mosaic of it and three others, into [3, rows, columns] at `offset` of `out`. Returns the
   * boxes as the input shows them.
   */
  async show(
    sample: DetectionSample,
    random: Random,
    store: SampleStore<'detection'>,
    out: Float32Array,
    offset: number,
  ): Promise<MatchingBox[]> {
    const { mosaic } = this.#augmentation;
    // No random number is drawn for an unused augmentation: a recipe's stream of random numbers must not change.
    if (!mosaic || !random.chance(mosaic))
      return this.#showOne(sample, this.#input, random, store, out, offset);
    const boxes: MatchingBox[] = [];
    for (const [index, tile] of drawTiles(this.#input, random).entries()) {
      const shown = index === 0 ? sample : store.another(random);
      const planes = new Float32Array(3 * tile.widthPx * tile.heightPx);
      const { widthPx, heightPx } = tile;
      const spec = { ...this.#input, widthPx, heightPx };
      const seen = await this.#showOne(shown, spec, random, store, planes, 0);
      boxes.push(...seen.map((box) => boxFromTile(box, tile, this.#input)));
      placeTile(planes, tile, this.#input, out, offset);
    }
    return boxes;
  }

  async #showOne(
    sample: DetectionSample,
    spec: InputSpec,
    random: Random,
    store: SampleStore<'detection'>,
    out: Float32Array,
    offset: number,
  ): Promise<MatchingBox[]> {
    const { colour, flip, geometry, crop } = this.#augmentation;
    const { image, boxes } = await this.#scene(sample, random, store);
    const drawn =
      crop === 'ssd'
        ? drawSsdWindow(image.widthPx, image.heightPx, boxes, random)
        : drawWindow(image.widthPx, image.heightPx, boxes, random, geometry);
    const window = spec === this.#input ? drawn : windowForTile(drawn, spec, this.#input, random);
    const isFlipped = random.chance(flip);
    const affine = windowAffine(window, spec.widthPx, spec.heightPx, isFlipped);
    warpInto(image, affine, spec, drawColourChange(random, colour), out, offset);
    return boxesInWindow(boxes, window, isFlipped, detectionClasses, spec, trustedWeight);
  }

  async #scene(
    sample: DetectionSample,
    random: Random,
    store: SampleStore<'detection'>,
  ): Promise<Scene> {
    const image = await store.load(sample);
    let scene: Scene = { image, boxes: sample.boxes };
    const { pasteSigns: signs, pasteLights: lights, pasteCutOuts: objects } = this.#augmentation;
    const { signCrops, cutOuts } = store.pasted;
    const perInputPx = image.widthPx / this.#input.widthPx;
    const edgePx = ([smallest, largest]: readonly [number, number]) =>
      [smallest * perInputPx, largest * perInputPx] as const;
    if (signs && signCrops.length > 0 && random.chance(signs.share)) {
      const load = (sign: (typeof signCrops)[number]) => store.load(sign);
      const { most } = signs;
      const options = { crops: signCrops, load, most, edgePx: edgePx(signs.edgePx) };
      scene = await pasteSigns(scene, options, random);
    }
    if (objects && cutOuts.length > 0 && random.chance(objects.share)) {
      const load = (from: DetectionSample) => store.load(from);
      scene = await pasteCutOuts(scene, { ...objects, cutOuts, load }, random);
    }
    if (!lights || !random.chance(lights.share)) return scene;
    return pasteLights(scene, { most: lights.most, edgePx: edgePx(lights.edgePx) }, random);
  }
}
