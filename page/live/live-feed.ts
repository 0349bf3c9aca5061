import { fromBinary } from '@bufbuild/protobuf';
import { signal } from '@preact/signals';
import type { CameraModel } from '../../src/calibration/camera-model.js';
import type { CameraMount } from '../../src/calibration/ground.js';
import {
  type PerceptionFrame,
  PerceptionFrameSchema,
  type PipelineStatus,
  PipelineStatusSchema,
} from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { splitParts } from '../../src/outputs/page/message-parts.js';
import type { InputPlacement } from '../../src/preprocess/input-geometry.js';

type Part = Uint8Array<ArrayBuffer>;

export interface LiveFrame {
  result: PerceptionFrame;
  /** The run's last status. */
  status: PipelineStatus | undefined;
  bitmap: ImageBitmap | undefined;
}

interface RunNews {
  sourceName?: string;
  camera?: CameraModel;
  mount?: CameraMount;
  /** What the segmentation network sees of a frame. */
  mapInput?: InputPlacement;
  ended?: true;
}

/** Follows a live run: asks the server for the newest frame whenever the last one was drawn. */
export class LiveFeed {
  readonly frame = signal<LiveFrame | undefined>(undefined);
  readonly run = signal<RunNews>({});
  /** `gone`: the pipeline's process has ended. */
  readonly state = signal<'connecting' | 'live' | 'ended' | 'gone'>('connecting');
  /** The watched camera; undefined if the rig has only one. */
  readonly camera = signal<string | undefined>(undefined);
  #socket: WebSocket;
  readonly #onEnded: () => void;
  readonly #drawn: ImageBitmap[] = [];

  /** `cameras` of a rig with several: `?camera=rear` in the page's address chooses another than the first. */
  constructor(cameras: readonly string[], onEnded: () => void) {
    this.#onEnded = onEnded;
    const asked = new URLSearchParams(location.search).get('camera');
    this.camera.value = cameras.find((name) => name === asked) ?? cameras[0];
    this.#socket = this.#connect();
  }

  /** Watches another camera of the rig. */
  watch(camera: string): void {
    if (camera === this.camera.value) return;
    this.#socket.onclose = null;
    this.#socket.close();
    this.camera.value = camera;
    this.frame.value = undefined;
    this.run.value = {};
    if (this.state.value !== 'ended') this.state.value = 'connecting';
    this.#socket = this.#connect();
  }

  #connect(): WebSocket {
    const camera = this.camera.value;
    const asked = camera === undefined ? '' : `?camera=${encodeURIComponent(camera)}`;
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    const socket = new WebSocket(`${scheme}://${location.host}/live${asked}`);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => this.#ask();
    socket.onclose = () => {
      if (this.state.value !== 'ended') this.state.value = 'gone';
    };
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      // Messages of the previous camera may still arrive.
      if (socket !== this.#socket) return;
      if (typeof data === 'string') {
        const news: RunNews = JSON.parse(data);
        this.run.value = { ...this.run.value, ...news };
        if (news.ended && this.state.value !== 'ended') {
          this.state.value = 'ended';
          this.#onEnded();
        }
      } else void this.#take(new Uint8Array(data), socket);
    };
    return socket;
  }

  async #take(message: Uint8Array<ArrayBuffer>, socket: WebSocket): Promise<void> {
    const [payload, status, jpeg] = splitParts(message) as [Part, Part, Part];
    const result = fromBinary(PerceptionFrameSchema, payload);
    const bitmap =
      jpeg.length === 0
        ? undefined
        : await createImageBitmap(new Blob([jpeg])).catch(() => undefined);
    if (socket !== this.#socket) {
      bitmap?.close();
      return;
    }
    // The end may have been reported while the picture was decoded.
    if (this.state.value === 'connecting') this.state.value = 'live';
    this.frame.value = {
      result,
      status: status.length === 0 ? undefined : fromBinary(PipelineStatusSchema, status),
      bitmap,
    };
    if (bitmap !== undefined) this.#drawn.push(bitmap);
    if (this.#drawn.length > 3) this.#drawn.shift()!.close();
    requestAnimationFrame(() => this.#ask());
  }

  #ask(): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send('next');
  }
}
