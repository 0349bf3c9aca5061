import type { Bundle } from '../../src/bundle/bundle.js';
import type { Task } from '../../src/bundle/manifest.js';
import { type CameraModel, scaleCamera } from '../../src/calibration/camera-model.js';
import { convolutionsInARow } from '../../src/explanation/convolutions-in-a-row.js';
import { heatOver } from '../../src/explanation/heat.js';
import { askAbout, occludePicture } from '../../src/explanation/occlude-picture.js';
import type { PictureRunner } from '../../src/explanation/picture-runner.js';
import { surestOf } from '../../src/explanation/surest-crop.js';
import { visualBackProp } from '../../src/explanation/visual-back-prop.js';
import { packedRgbLayout } from '../../src/frame/frame.js';
import type { RgbImage } from '../../src/frame/rgb-image.js';
import type { NetworkSession } from '../../src/inference/network-session.js';
import { createInputMapping, type InputMapping } from '../../src/preprocess/input-mapping.js';
import {
  buildRemapTable,
  preprocessInto,
  type RemapTable,
} from '../../src/preprocess/remap-table.js';
import { classesOf } from '../../src/stages/classes-of.js';
import type { StageResult } from '../../src/stages/stage-result.js';
import { stageTable } from '../../src/stages/stage-table.js';
import type { WatchedSession, WebRuntime } from '../rerun/onnxruntime-web.js';
import type { Explainable, Explained, LocalMethod } from './explain-protocol.js';
import { stageOnPage } from './stage-on-page.js';

export interface PageQuestion {
  task: Task;
  method: LocalMethod;
  picture: RgbImage;
  camera: CameraModel | undefined;
  pointPx?: readonly [number, number];
  /** Awaited after each run of a long search; if it rejects, the search ends with that error. */
  onProgress(done: number, total: number): Promise<void>;
}

interface Looked {
  bundle: Bundle;
  /** Undefined if the network's convolutions are not in one chain. */
  row: ReturnType<typeof convolutionsInARow> | undefined;
  session?: NetworkSession;
  watched?: WatchedSession;
  /** Made for the size and camera of the last picture. */
  eye?: Eye;
}

interface Eye {
  key: string;
  camera: CameraModel | undefined;
  mapping: InputMapping;
  stage?: PictureRunner;
  table?: RemapTable;
}

/** Finds in the browser what part of a picture an answer is based on, with the same code as `windshield explain`. */
export class Explainer {
  readonly #runtime: Pick<WebRuntime, 'createSession' | 'createWatched'>;
  readonly #networks: ReadonlyMap<Task, Looked>;

  constructor(
    runtime: Pick<WebRuntime, 'createSession' | 'createWatched'>,
    bundles: readonly Bundle[],
  ) {
    this.#runtime = runtime;
    this.#networks = new Map(
      bundles.map((bundle) => [bundle.manifest.task, { bundle, row: rowOf(bundle) }]),
    );
  }

  get explainable(): Explainable[] {
    return [...this.#networks].map(([task, { row }]) => ({
      task,
      // A network that reads another one's boxes sees a crop, and VisualBackProp here sees the frame.
      methods:
        row === undefined || stageTable[task].reads !== undefined
          ? ['occlusion']
          : ['visual-backprop', 'occlusion'],
    }));
  }

  /** The inner values that VisualBackProp reads. */
  watchedNames(task: Task): readonly string[] {
    return this.#of(task).row?.names ?? [];
  }

  /** Rejects with ERR_USAGE if there is nothing to ask about. One question at a time. */
  async explain(question: PageQuestion): Promise<Explained> {
    const { task, method, picture, pointPx, onProgress } = question;
    const { bundle, row } = this.#of(task);
    const { mapping, camera } = this.#eyeOf(task, question);
    if (method === 'visual-backprop') {
      const looked = this.#of(task);
      looked.watched ??= await this.#runtime.createWatched(row!.network, bundle);
      const { spec } = bundle.manifest.input;
      const eye = looked.eye!;
      eye.table ??= buildRemapTable(
        spec,
        packedRgbLayout(picture.widthPx, picture.heightPx),
        camera,
      );
      const tensor = new Float32Array(3 * spec.widthPx * spec.heightPx);
      preprocessInto(eye.table, picture.data, tensor);
      const layers = row!.layers(await looked.watched.run(tensor));
      const heat = heatOver(
        picture,
        visualBackProp(layers, row!.inputSize),
        mapping.inputFromFramePoint,
      );
      const { answer } = await askAbout(
        { bundle, picture, ...(pointPx && { pointPx }) },
        await this.#stageOf(task, question),
        mapping,
      );
      return { answer, heat };
    }
    const stage = await this.#stageOf(task, question);
    const input = await this.#inputOf(task, question);
    const asked = { bundle, picture, ...(input && { input }), ...(pointPx && { pointPx }) };
    const answer = await askAbout(asked, stage, mapping);
    // A coarse patch for slow networks, so that a search does not take too long.
    const patchPx = Math.round(Math.min(picture.widthPx, picture.heightPx) / 4);
    const isSlow = task === 'detection' || task === 'segmentation';
    const options = { onProgress, ...(isSlow && { patchPx }) };
    const { map, placeOf } = await occludePicture(asked, answer, mapping, options);
    return { answer: answer.answer, heat: heatOver(picture, map, placeOf) };
  }

  /** The result that a stage reads besides the picture. */
  async #inputOf(task: Task, question: PageQuestion): Promise<StageResult | undefined> {
    const { reads } = stageTable[task];
    if (reads === undefined) return undefined;
    const detector = this.#of(reads).bundle;
    const found = await (await this.#stageOf(reads, question)).run(question.picture);
    const detections = found.stage === 'detection' ? found.detections : [];
    return surestOf(this.#of(task).bundle, detections, classesOf(detector.manifest));
  }

  async #stageOf(task: Task, question: PageQuestion): Promise<PictureRunner> {
    const looked = this.#of(task);
    const eye = this.#eyeOf(task, question);
    looked.session ??= await this.#runtime.createSession(looked.bundle);
    eye.stage ??= await stageOnPage(looked.bundle, looked.session, question.picture, eye.camera);
    return eye.stage;
  }

  #eyeOf(task: Task, { picture, camera }: Pick<PageQuestion, 'picture' | 'camera'>): Eye {
    const looked = this.#of(task);
    const { widthPx, heightPx } = picture;
    const key = JSON.stringify([widthPx, heightPx, camera]);
    if (looked.eye?.key !== key) {
      const scaled = camera && scaleCamera(camera, widthPx, heightPx);
      const mapping = createInputMapping(looked.bundle.manifest.input.spec, picture, scaled);
      looked.eye = { key, camera: scaled, mapping };
    }
    return looked.eye;
  }

  #of(task: Task): Looked {
    const looked = this.#networks.get(task);
    if (looked !== undefined) return looked;
    throw new Error(`expected a bundle for ${task} in the pipeline file, found none`);
  }
}

function rowOf(bundle: Bundle) {
  try {
    return convolutionsInARow(bundle);
  } catch {
    return undefined;
  }
}
