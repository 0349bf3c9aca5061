import { FilmFile } from '../../../tools/film/film-file.js';
import { drawTruth } from './draw-truth.js';
import type { LoopFrame } from './run-loop.js';
import type { SimulatedDrive } from './simulated-drive.js';

/** A film of a drive as the car sees it; it appears only when it is complete. */
export class LoopVideo {
  readonly #film: FilmFile;
  readonly #drive: SimulatedDrive;

  private constructor(film: FilmFile, drive: SimulatedDrive) {
    this.#film = film;
    this.#drive = drive;
  }

  /** Rejects with ERR_OUTPUT, or with ERR_TOOL_MISSING if there is no ffmpeg. */
  static async start(path: string, drive: SimulatedDrive, rateHz: number): Promise<LoopVideo> {
    const { widthPx, heightPx } = drive.camera.model;
    return new LoopVideo(await FilmFile.start(path, { widthPx, heightPx, rateHz }), drive);
  }

  /** Draws the car's current view, with its lane and the commanded path. */
  async add({ angleRad }: LoopFrame): Promise<void> {
    const { image } = this.#drive.render();
    drawTruth(image, this.#drive, angleRad);
    await this.#film.add(image.data);
  }

  /** Rejects with ERR_OUTPUT if the film could not be written. */
  finish(): Promise<void> {
    return this.#film.finish();
  }

  /** Removes an unfinished film. */
  abort(): Promise<void> {
    return this.#film.abort();
  }
}
