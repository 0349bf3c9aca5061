import { computed, signal } from '@preact/signals';
import type { PerceptionFrame } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import type { InputPlacement } from '../../src/preprocess/input-geometry.js';
import type { Player, ShowAnswers, ShownFrame } from '../player/player.js';
import { type Lane, TimelineBuilder } from '../player/timeline-builder.js';
import { differencesOf } from './differences.js';
import { RerunClient } from './rerun-client.js';
import type { LoadedBundle, Side, SideResults } from './rerun-protocol.js';
import type { RerunSettings } from './settings.js';

/** Whose results of a frame are shown. */
export type Whose = 'recorded' | Side;
export const whoseNames: Readonly<Record<Whose, string>> = {
  recorded: 'Recorded',
  rig: 'Run here',
  other: 'Second bundle',
};

const nothing: { stampNs: bigint; sides: SideResults } = { stampNs: -1n, sides: {} };

/** The networks in this browser: what runs, on what, and the results for the frame shown. */
export class RerunState {
  readonly isOn = signal(false);
  /** Current activity, for the user. */
  readonly status = signal('');
  readonly error = signal('');
  readonly runtime = signal('');
  readonly bundles = signal<readonly LoadedBundle[]>([]);
  readonly second = signal<LoadedBundle | undefined>(undefined);
  readonly settings = signal<RerunSettings>({});
  readonly results = signal<{ stampNs: bigint; sides: SideResults }>(nothing);
  readonly uncertified = signal<readonly string[]>([]);
  /** Left and right picture; only one picture if `right` is undefined. */
  readonly left = signal<Whose>('recorded');
  readonly right = signal<Whose | undefined>(undefined);
  /** Differences between both pictures by the frame's stamp, and the number of comparisons. */
  readonly differences = signal<ReadonlyMap<bigint, string>>(new Map());
  readonly compared = signal(0);
  readonly isComparing = signal(false);
  readonly tasks = computed(() => this.bundles.value.map(({ task }) => task));
  /** Results of the networks here, as lanes. */
  readonly lanes = signal<Lane[]>([]);
  readonly #client = new RerunClient(() => {
    this.bundles.value = [];
    this.second.value = undefined;
  });
  readonly #player: Player;
  readonly #bundleUrls: readonly string[];
  #timeline: TimelineBuilder | undefined;
  #lastRunNs: bigint | undefined;

  constructor(player: Player, bundleTasks: readonly string[]) {
    this.#player = player;
    this.#bundleUrls = bundleTasks.map((task) => `/bundles/${task}`);
    player.beforeShown = (frame) => this.#run(frame);
    player.needsEveryFrame = () => this.isOn.value;
    // Another drive, or another camera of the same one.
    player.info.subscribe(() => this.#forgetDrive());
  }

  get canRun(): boolean {
    return this.#bundleUrls.length > 0;
  }

  /** Loads the rig's networks and runs them on the frame shown and on each later one. */
  async start(): Promise<void> {
    if (this.isOn.value) return;
    this.error.value = '';
    try {
      if (this.bundles.value.length === 0) {
        this.status.value = 'Loading the networks…';
        const loaded = await this.#client.load(
          'rig',
          this.#bundleUrls.map((url) => ({ url })),
        );
        this.bundles.value = loaded.bundles;
        this.runtime.value = loaded.runtime;
      }
      this.isOn.value = true;
      const hasRecorded = this.#player.info.value?.hasResults === true;
      this.look(hasRecorded ? 'recorded' : 'rig', hasRecorded ? 'rig' : undefined);
      await this.#runShown();
    } catch (error) {
      this.#fail(error);
    }
    this.status.value = '';
  }

  stop(): void {
    this.isOn.value = false;
    this.isComparing.value = false;
    this.results.value = nothing;
    this.#lastRunNs = undefined;
    this.look('recorded', undefined);
  }

  /** Forgets everything about the previous drive. */
  #forgetDrive(): void {
    this.results.value = nothing;
    this.lanes.value = [];
    this.#timeline = undefined;
    this.#lastRunNs = undefined;
    this.#forgetDifferences();
    const hasRecorded = this.#player.info.value?.hasResults === true;
    if (!hasRecorded) this.look(this.isOn.value ? 'rig' : 'recorded', undefined);
  }

  look(left: Whose, right: Whose | undefined): void {
    if (left !== this.left.value || right !== this.right.value) this.#forgetDifferences();
    this.left.value = left;
    this.right.value = right;
    this.#compareShown();
  }

  /** Loads a second bundle from disk, which replaces the rig's bundle of its task on the other side. */
  async loadSecond(name: string, files: File[]): Promise<void> {
    this.error.value = '';
    this.status.value = `Loading ${name}…`;
    try {
      if (!this.isOn.value) await this.start();
      const { bundles } = await this.#client.load('other', [{ name, files }]);
      const wasOn = this.isOn.value;
      this.second.value = bundles[0];
      this.look('rig', 'other');
      await this.#runShown();
      if (wasOn && !this.isOn.value) await this.#goOnWithoutSecond();
    } catch (error) {
      this.#fail(error);
    }
    this.status.value = '';
  }

  /** After a second bundle that cannot run: otherwise the rig's own networks could not run either. */
  async #goOnWithoutSecond(): Promise<void> {
    await this.#client.unload('other');
    this.second.value = undefined;
    this.isOn.value = true;
    this.look('rig', undefined);
    await this.#runShown();
  }

  /** Applies the sliders' thresholds to the frame shown. */
  async apply(settings: RerunSettings): Promise<void> {
    this.settings.value = settings;
    try {
      const { results } = await this.#client.applySettings(settings, this.#sides());
      // If the slider has moved again, the newer answer is the one to show.
      if (this.settings.value === settings) this.#take(results);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** One of the results of a frame. */
  resultOf(whose: Whose, frame: ShownFrame | undefined): PerceptionFrame | undefined {
    if (whose === 'recorded') return frame?.result;
    const { stampNs, sides } = this.results.value;
    return stampNs === frame?.stampNs ? sides[whose] : undefined;
  }

  /** What the segmentation network behind those results saw of a frame, if that is known. */
  mapInputOf(whose: Whose): InputPlacement | undefined {
    if (whose === 'recorded') return this.#player.info.value?.mapInput;
    const second = whose === 'other' && this.second.value ? [this.second.value] : [];
    const loaded = [...second, ...this.bundles.value];
    return loaded.find(({ task }) => task === 'segmentation')?.input;
  }

  /** Runs the drive frame by frame until its end; a second call stops it. */
  async compareAll(): Promise<void> {
    if (this.isComparing.value) {
      this.isComparing.value = false;
      return;
    }
    if (!this.isOn.value) await this.start();
    const info = this.#player.info.value;
    if (info === undefined || !this.isOn.value) return;
    this.isComparing.value = true;
    this.#player.pause();
    await this.#player.seek(info.startNs);
    while (this.isComparing.value && (await this.#player.step(1)));
    this.isComparing.value = false;
  }

  /** Seeks the next difference (1) or the previous one (-1). */
  async goToDifference(direction: 1 | -1): Promise<void> {
    const nowNs = this.#player.frame.value?.stampNs ?? 0n;
    const stamps = [...this.differences.value.keys()].sort((a, b) => (a < b ? -1 : 1));
    const wanted =
      direction > 0
        ? stamps.find((stampNs) => stampNs > nowNs)
        : stamps.reverse().find((stampNs) => stampNs < nowNs);
    if (wanted !== undefined) await this.#player.seek(wanted);
  }

  #sides(): Side[] {
    return this.second.value === undefined ? ['rig'] : ['rig', 'other'];
  }

  async #runShown(): Promise<void> {
    const frame = this.#player.frame.value;
    if (frame === undefined) return;
    (await this.#run({ ...frame, isNext: false }))?.();
  }

  async #run(frame: ShownFrame): Promise<ShowAnswers | undefined> {
    if (!this.isOn.value || frame.picture === undefined) return undefined;
    const { info } = this.#player;
    const isNext = frame.isNext && this.#lastRunNs === this.#player.frame.value?.stampNs;
    try {
      const { results, certificates } = await this.#client.run(
        {
          id: frame.number,
          stampNs: frame.stampNs,
          sourceTimeNs: frame.stampNs - (info.value?.startNs ?? 0n),
          picture: frame.picture,
          camera: info.value?.camera,
          mount: info.value?.mount,
          isNext,
        },
        this.#sides(),
      );
      this.#lastRunNs = frame.stampNs;
      return () => {
        this.uncertified.value = certificates;
        this.#take(results, frame);
        if (results.rig === undefined) return;
        this.#timeline ??= new TimelineBuilder(info.value?.startNs ?? 0n);
        this.#timeline.addResult(frame.stampNs, results.rig);
        this.lanes.value = this.#timeline.lanes();
      };
    } catch (error) {
      this.#fail(error);
      this.stop();
      return undefined;
    }
  }

  #take(results: SideResults, frame = this.#player.frame.value): void {
    if (frame === undefined) return;
    this.results.value = { stampNs: frame.stampNs, sides: results };
    this.#compareShown(frame);
  }

  #compareShown(frame = this.#player.frame.value): void {
    const right = this.right.value;
    if (frame === undefined || right === undefined) return;
    const a = this.resultOf(this.left.value, frame);
    const b = this.resultOf(right, frame);
    if (a === undefined || b === undefined) return;
    const words = differencesOf(a, b).join(', ');
    const differences = new Map(this.differences.value);
    if (words === '') differences.delete(frame.stampNs);
    else differences.set(frame.stampNs, words);
    this.differences.value = differences;
    this.compared.value++;
  }

  #forgetDifferences(): void {
    this.differences.value = new Map();
    this.compared.value = 0;
  }

  #fail(error: unknown): void {
    this.error.value = error instanceof Error ? error.message : String(error);
  }
}
