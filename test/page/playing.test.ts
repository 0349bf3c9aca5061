import { create } from '@bufbuild/protobuf';
import { effect } from '@preact/signals';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ExplainState } from '../../page/explain/explain-state.js';
import { Player } from '../../page/player/player.js';
import type { DriveFrame, DriveInfo, FrameQuery } from '../../page/recording/drive.js';
import { RerunState } from '../../page/rerun/rerun-state.js';
import { PerceptionFrameSchema } from '../../src/messages/gen/windshield/v1/perception_pb.js';

const stampsNs = [0n, 10_000_000n, 20_000_000n];
const white = { create: { width: 16, height: 8, channels: 3, background: '#fff' } } as const;
const info = { startNs: 0n, endNs: 900_000_000n, hasPictures: false } as unknown as DriveInfo;

/** Stands in for the thread that reads recordings: a drive of three frames. */
class ReadingThread {
  static broken: Set<bigint> = new Set();
  static asked: FrameQuery[] = [];
  static picture: Uint8Array | undefined;
  onmessage?: (event: { data: unknown }) => void;

  postMessage(request: { id: number; kind: string; query?: FrameQuery }): void {
    queueMicrotask(() => this.onmessage?.({ data: { id: request.id, ...answerTo(request) } }));
  }
}

function answerTo({ kind, query }: { kind: string; query?: FrameQuery }): object {
  if (kind === 'open')
    return { info: { ...info, hasPictures: ReadingThread.picture !== undefined } };
  ReadingThread.asked.push(query!);
  const stampNs =
    query!.kind === 'next'
      ? stampsNs.find((at) => at > query!.stampNs)
      : stampsNs.findLast((at) => at <= query!.stampNs);
  if (stampNs !== undefined && ReadingThread.broken.has(stampNs))
    return { error: 'cannot be read' };
  const { picture } = ReadingThread;
  const frame = { stampNs, number: Number(stampNs), picture, result: undefined, truth: undefined };
  return { frame: stampNs === undefined ? undefined : (frame as unknown as DriveFrame) };
}

beforeEach(() => {
  ReadingThread.broken = new Set();
  ReadingThread.asked = [];
  ReadingThread.picture = undefined;
  vi.stubGlobal('Worker', ReadingThread);
  vi.stubGlobal('location', { hash: '' });
  vi.stubGlobal('document', { hidden: true });
});
afterEach(() => vi.unstubAllGlobals());

async function opened(): Promise<Player> {
  const player = new Player();
  await player.open([]);
  return player;
}

test('after the last frame playing begins anew, also if other messages come later in the file', async () => {
  const player = await opened();
  await player.play();
  expect(player.frame.value!.stampNs).toBe(stampsNs.at(-1));
  ReadingThread.asked = [];
  await player.play();
  expect(ReadingThread.asked).toContainEqual({ kind: 'at', stampNs: 0n });
  expect(player.frame.value!.stampNs).toBe(stampsNs.at(-1));
});

test('a frame that cannot be read ends playing, and is told', async () => {
  const player = await opened();
  ReadingThread.broken.add(stampsNs[1]!);
  await player.play();
  expect(player.isPlaying.value).toBe(false);
  expect(player.error.value).toBe('cannot be read');
});

test('paused and played at once, each frame is shown once', async () => {
  const player = await opened();
  const shown: bigint[] = [];
  player.beforeShown = async ({ stampNs }) => void shown.push(stampNs);
  const first = player.play();
  player.pause();
  await Promise.all([first, player.play()]);
  expect(shown).toEqual(stampsNs.slice(1));
});

test('pictures are shown as they are stored, like the pixels that the networks saw', async () => {
  const drawn: Blob[] = [];
  vi.stubGlobal('createImageBitmap', async (picture: Blob) => {
    drawn.push(picture);
    return { close() {} };
  });
  const turned = await sharp(white).jpeg().withMetadata({ orientation: 6 }).toBuffer();
  ReadingThread.picture = new Uint8Array(turned);
  await opened();
  const { width, height, orientation } = await sharp(await drawn[0]!.arrayBuffer()).metadata();
  expect({ width, height, orientation }).toEqual({ width: 16, height: 8, orientation: undefined });
});

test('what was found on one drive or camera is forgotten when another is opened', async () => {
  const player = await opened();
  const rerun = new RerunState(player, []);
  rerun.differences.value = new Map([[0n, 'car is new']]);
  rerun.compared.value = 1;
  await player.chooseCamera('rear');
  expect(rerun.differences.value.size).toBe(0);
  expect(rerun.compared.value).toBe(0);
});

test('each of two quick skips counts, and one beyond an end stays there', async () => {
  const player = await opened();
  await Promise.all([player.skip(0.01), player.skip(0.01)]);
  expect(player.frame.value!.stampNs).toBe(20_000_000n);
  ReadingThread.asked = [];
  await Promise.all([player.skip(-5), player.skip(0.01)]);
  expect(ReadingThread.asked.at(-1)).toEqual({ kind: 'at', stampNs: 10_000_000n });
});

/** Stands in for all threads of the page: networks and explanations answer at once. */
class AnyThread extends ReadingThread {
  readonly #answers: (kind: string) => object;

  constructor(script: URL) {
    super();
    const isExplaining = script.href.includes('explain');
    this.#answers = (kind) => {
      if (kind === 'run')
        return { results: { rig: create(PerceptionFrameSchema) }, certificates: [] };
      if (kind === 'explain') return { explained: { answer: 'steers 1', heat: {} } };
      if (isExplaining) return { loaded: [{ task: 'steering', methods: ['visual-backprop'] }] };
      return { loaded: { bundles: [{ task: 'steering', defaults: {} }], runtime: 'here' } };
    };
  }

  override postMessage(request: { id: number; kind: string; query?: FrameQuery }): void {
    const data = { id: request.id, ...this.#answers(request.kind) };
    if (['open', 'frame'].includes(request.kind)) super.postMessage(request);
    else queueMicrotask(() => this.onmessage?.({ data }));
  }
}

test('while a drive plays, no frame is ever shown without its own results and its own explanation', async () => {
  vi.stubGlobal('Worker', AnyThread);
  vi.stubGlobal('location', { hash: '', search: '' });
  vi.stubGlobal('createImageBitmap', async () => ({ close() {} }));
  ReadingThread.picture = new Uint8Array(await sharp(white).jpeg().toBuffer());
  const player = await opened();
  const rerun = new RerunState(player, ['/bundles/steering']);
  const explain = new ExplainState(player, ['steering'], false);
  await rerun.start();
  await explain.ask('steering', 'visual-backprop');
  const seen: string[] = [];
  const end = effect(() => {
    const frame = player.frame.value;
    const [result, explained] = [rerun.resultOf('rig', frame), explain.explainedOf(frame)];
    seen.push(`${frame?.number}: ${result !== undefined} ${explained !== undefined}`);
  });
  await player.play();
  end();
  expect([...new Set(seen)]).toEqual(stampsNs.map((at) => `${at}: true true`));
});
