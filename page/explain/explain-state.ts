import { effect, signal } from '@preact/signals';
import type { Task } from '../../src/bundle/manifest.js';
import { type ExplainMethod, gradientMethods } from '../../src/explanation/explain-methods.js';
import type { Player, ShowAnswers, ShownFrame } from '../player/player.js';
import { ExplainClient } from './explain-client.js';
import { type Explainable, type Explained, isLocal } from './explain-protocol.js';

/** State of the explanation of one network's answer about the frame shown. */
export class ExplainState {
  readonly task = signal<Task | undefined>(undefined);
  readonly method = signal<ExplainMethod>('occlusion');
  readonly explainable = signal<readonly Explainable[]>([]);
  /** Segmentation: the pixel that is asked about. */
  readonly pointPx = signal<readonly [number, number] | undefined>(undefined);
  /** Current activity, for the user. */
  readonly status = signal('');
  readonly error = signal('');
  readonly explained = signal<(Explained & { stampNs: bigint }) | undefined>(undefined);
  readonly #client = new ExplainClient();
  readonly #player: Player;
  readonly #tasks: readonly string[];
  readonly #served: readonly ExplainMethod[];

  /** `isServed`: the page's server computes methods that need gradients. */
  constructor(player: Player, bundleTasks: readonly string[], isServed: boolean) {
    this.#served = isServed ? gradientMethods : [];
    this.#player = player;
    this.#tasks = bundleTasks;
    const { beforeShown } = player;
    player.beforeShown = async (frame) => {
      const showResults = await beforeShown?.(frame);
      if (this.method.value !== 'visual-backprop') return showResults;
      // Fast enough to run for each frame while the drive plays.
      const showExplained = await this.#explain(frame);
      return () => {
        showResults?.();
        showExplained?.();
      };
    };
    effect(() => {
      const frame = player.frame.value;
      const isStill = !player.isPlaying.value;
      // Another drive is being opened: its frames may have the same stamps.
      if (frame === undefined) this.explained.value = undefined;
      const isNew = frame?.stampNs !== this.explained.peek()?.stampNs;
      if (frame !== undefined && isStill && isNew && this.method.peek() !== 'visual-backprop')
        void this.#explainShown(frame);
    });
  }

  /** Tasks that can be asked about, even before they are loaded. */
  get tasks(): readonly string[] {
    return this.#tasks;
  }

  /** Asks about a network with a method and about a pixel; an undefined task ends explaining. */
  async ask(
    task: Task | undefined,
    method: ExplainMethod = this.method.peek(),
    pointPx = this.pointPx.peek(),
  ): Promise<void> {
    this.error.value = '';
    this.explained.value = undefined;
    this.pointPx.value = pointPx;
    this.task.value = task;
    if (task === undefined) return;
    try {
      if (this.explainable.peek().length === 0) {
        this.status.value = 'Loading the networks…';
        this.explainable.value = await this.#client.load(
          this.#tasks.map((one) => `/bundles/${one}`),
        );
      }
    } catch (error) {
      this.#fail(error);
      return;
    }
    const methods = this.methodsOf(task);
    this.method.value = methods.includes(method) ? method : methods[0]!;
    const frame = this.#player.frame.peek();
    if (frame !== undefined) await this.#explainShown(frame);
  }

  methodsOf(task: Task | undefined): readonly ExplainMethod[] {
    const known = this.explainable.value.find((one) => one.task === task);
    return known === undefined ? [this.method.value] : [...known.methods, ...this.#served];
  }

  /** The explanation of this frame, if there is one. */
  explainedOf(frame: ShownFrame | undefined): Explained | undefined {
    const explained = this.explained.value;
    return explained !== undefined && explained.stampNs === frame?.stampNs ? explained : undefined;
  }

  async #explainShown(frame: ShownFrame): Promise<void> {
    (await this.#explain(frame))?.();
  }

  async #explain({ stampNs, picture }: ShownFrame): Promise<ShowAnswers | undefined> {
    const [task, method] = [this.task.peek(), this.method.peek()];
    if (task === undefined || picture === undefined || this.explainable.peek().length === 0)
      return undefined;
    const pointPx = this.pointPx.peek();
    if (!isLocal(method)) this.status.value = 'Looking into the network…';
    const isCurrent = () => this.task.peek() === task && this.method.peek() === method;
    try {
      const camera = this.#player.info.peek()?.camera;
      const explained = await this.#client.explain(
        { frame: { picture, camera }, task, method, ...(pointPx && { pointPx }) },
        (done, total) => {
          if (isCurrent()) this.status.value = `${done} of ${total} places covered`;
        },
      );
      if (explained === undefined) return undefined;
      return () => {
        if (!isCurrent()) return;
        this.error.value = '';
        this.status.value = '';
        this.explained.value = { ...explained, stampNs };
      };
    } catch (error) {
      if (isCurrent()) this.#fail(error);
      return undefined;
    }
  }

  #fail(error: unknown): void {
    this.status.value = '';
    this.error.value = error instanceof Error ? error.message : String(error);
  }
}
