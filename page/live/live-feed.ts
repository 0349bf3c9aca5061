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

type Part = Uint8Array<ArrayBuffer>;

export interface LiveFrame {
  result: PerceptionFrame;
  /** What the run had to say of itself last. */
  status: PipelineStatus | undefined;
  bitmap: ImageBitmap | undefined;
}

interface RunNews {
  sourceName?: string;
  camera?: CameraModel;
  mount?: CameraMount;
  ended?: true;
}

/** The run as it goes on: asks the server for the newest frame whenever the last one was drawn. */
export class LiveFeed {
  readonly frame = signal<LiveFrame | undefined>(undefined);
  readonly run = signal<RunNews>({});
  /** `gone`: the pipeline has ended its process. */
  readonly state = signal<'connecting' | 'live' | 'ended' | 'gone'>('connecting');
  readonly #socket: WebSocket;
  readonly #drawn: ImageBitmap[] = [];

  constructor(onEnded: () => void) {
    // Of a rig with several cameras, `?camera=rear` behind the page's address asks for another than the first.
    const camera = new URLSearchParams(location.search).get('camera');
    const asked = camera === null ? '' : `?camera=${encodeURIComponent(camera)}`;
    this.#socket = new WebSocket(`ws://${location.host}/live${asked}`);
    this.#socket.binaryType = 'arraybuffer';
    this.#socket.onopen = () => this.#ask();
    this.#socket.onclose = () => {
      if (this.state.value !== 'ended') this.state.value = 'gone';
    };
    this.#socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data === 'string') {
        const news: RunNews = JSON.parse(data);
        this.run.value = { ...this.run.value, ...news };
        if (news.ended) {
          this.state.value = 'ended';
          onEnded();
        }
      } else void this.#take(new Uint8Array(data));
    };
  }

  async #take(message: Uint8Array<ArrayBuffer>): Promise<void> {
    const [payload, status, jpeg] = splitParts(message) as [Part, Part, Part];
    const result = fromBinary(PerceptionFrameSchema, payload);
    const bitmap =
      jpeg.length === 0
        ? undefined
        : await createImageBitmap(new Blob([jpeg])).catch(() => undefined);
    // The end may have been told while the picture was decoded.
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
